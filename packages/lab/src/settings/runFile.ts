/** The settings of a run as a YAML or JSON file: for `train --config`, and as `train --print-config` writes them. */
import { realpathSync } from "node:fs";
import { dirname } from "node:path";
import { optimizerNames } from "entropy-sgd";
import { InputError } from "entropy-sgd-training";
import { isRecord } from "entropy-sgd-training/formats";
import { cannotRead, networkNames, readPlainText } from "entropy-sgd-training/node";
import { stringify } from "yaml";
import { z } from "zod";
import { type Path, type PlacedYaml, placedYaml } from "../io/placedYaml.ts";
import { brokenRule } from "./brokenRule.ts";
import { checkedSettings } from "./checkedSettings.ts";
import { type PlacedName, refusalOf } from "./fileRefusals.ts";
import { nameRules, partsOf } from "./optionRules.ts";
import { presetNames } from "./presets.ts";
import { recipeOf } from "./recipes.ts";
import { requireName } from "./requireName.ts";
import { dataIn, networkIn, type SettingsRequest } from "./resolveSettings.ts";
import { rowOf, ruleOf, type SettingName, type Settings, settingsWith } from "./settings.ts";

/** The settings in a file, as a request. */
export interface RunFile {
  /** What the file gives; paths in it begin at its folder. */
  readonly request: Partial<SettingsRequest>;
  readonly yaml: PlacedYaml;
  /** The places of the names that it gives. */
  readonly places: readonly PlacedName[];
}

type Given = Readonly<Record<string, unknown>> & { readonly set: Readonly<Record<string, unknown>> };

const maxBytes = 2 ** 20;

let built: z.ZodType<Given> | undefined;

/** The schema of the file: the settings that a user gives by their names, what `--set` takes under `set`. */
export function runFileSchema(): z.ZodType<Given> {
  const words = (list: readonly string[], name: "optimizer" | "preset"): z.ZodType =>
    (name === "preset" ? z.enum(list).nullable() : z.enum(list)).optional().describe(rowOf(name).doc);
  built ??= z.strictObject({
    $schema: z.string().optional().describe("Where editors find the schema of this file."),
    ...Object.fromEntries(fields().map((name) => [name, ruleOf(name).optional().describe(rowOf(name).doc)])),
    network: z
      .string()
      .optional()
      .meta({ description: rowOf("network").doc, examples: [...networkNames] }),
    optimizer: words(optimizerNames, "optimizer"),
    preset: words(presetNames, "preset"),
    set: z
      .strictObject(Object.fromEntries(setRules().map(([name, { value }]) => [name, value.optional()])))
      .default({})
      .describe("Options of the optimizer and of the run by their names, as --set takes them."),
  }) as unknown as z.ZodType<Given>;
  return built;
}

/** The settings that have a field of their own. */
const fields = (): SettingName[] => [...settingsWith("ask"), "taskOptions", "dataOptions"];

const setRules = () => [...nameRules().set].filter(([name]) => partsOf(name).prefix === null);

function knownNames(path: Path): readonly string[] {
  return path.length === 0 ? [...fields(), "set"] : setRules().map(([name]) => name);
}

/**
 * Reads a file of settings, or the config.json of a run.
 *
 * @throws InputError for the first mistake, as `FILE:LINE:COLUMN: path: rule, got value`
 */
export function readRunFile(path: string): RunFile {
  let real: string;
  try {
    // Its user may keep it behind a symbolic link.
    real = realpathSync(path);
  } catch (error) {
    throw cannotRead(path, error);
  }
  const yaml = placedYaml(readPlainText(real, maxBytes), path);
  const { value } = yaml;
  if (isRecord(value) && Object.hasOwn(value, "environment")) return ofConfig(value, path, yaml);
  const parsed = runFileSchema().safeParse(value ?? {}, { error: brokenRule });
  if (!parsed.success) throw refusalOf(parsed.error.issues, yaml, knownNames);
  return { request: requestFrom(parsed.data, dirname(real)), yaml, places: placesOf(parsed.data) };
}

/** The settings of a config.json. @throws InputError for a run whose settings a new run cannot have */
function ofConfig(config: Readonly<Record<string, unknown>>, path: string, yaml: PlacedYaml): RunFile {
  const { environment: _, dataChecksum: __, ...own } = config;
  const settings = checkedSettings(own, path);
  if (settings.extendedFrom !== undefined)
    throw new InputError({ path, rule: "is of a run that went on beyond its budget, which no new run does" });
  const { network, optimizer, recipe, recipeEpochs } = settings;
  const { epochs } = recipeOf(network, requireName("optimizer", optimizer, optimizerNames), recipe ?? "tuned");
  if (recipeEpochs !== epochs)
    throw new InputError({ path, name: "recipeEpochs", rule: `is ${recipeEpochs}, that of the recipe is ${epochs}` });
  const request = requestFrom(runFileOf(settings), ".");
  return { request, yaml, places: [] };
}

/** null stands for what is usual. */
function requestFrom({ set, $schema: _, ...given }: Given, folder: string): Partial<SettingsRequest> {
  const asked = Object.entries(given).filter(([, value]) => value !== undefined && value !== null);
  const { data, network, ...others } = Object.fromEntries(asked) as Partial<SettingsRequest>;
  return {
    ...others,
    ...(network === undefined ? {} : { network: networkIn(folder, network) }),
    ...(data === undefined ? {} : { data: dataIn(folder, data) }),
    set: Object.entries(set).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`])),
  };
}

function placesOf({ set, ...given }: Given): PlacedName[] {
  return [
    ...Object.keys(set).map((name) => ({ name, path: ["set", name] })),
    ...Object.keys(given).map((name) => ({ name, path: [name] })),
  ];
}

/** What a file must give so that a run has these settings. */
export function runFileOf(settings: Settings): Given {
  const named = (names: readonly (keyof Settings)[]) => names.map((name) => [name, settings[name]]);
  return {
    ...Object.fromEntries(named(fields())),
    network: settings.networkFile ?? settings.network,
    set: { ...Object.fromEntries(named(settingsWith("set"))), ...settings.options },
  };
}

/** The text of a file from which a run has these settings. */
export function runFileText(settings: Settings): string {
  return `# For entropy-sgd train --config FILE: every setting, resolved.\n${stringify(runFileOf(settings))}`;
}
