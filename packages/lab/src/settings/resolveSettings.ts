/** The settings of a run from a user's request. */
import { basename, resolve } from "node:path";
import { type KnownOptions, optimizerNames, optimizersByName, requireKnownOptions } from "entropy-sgd";
import { adaptiveNetworks, InputError } from "entropy-sgd-training";
import { dataSetNames, networkNames, usualDataOf, usualPartsOf } from "entropy-sgd-training/node";
import { checkedSettings } from "./checkedSettings.ts";
import { networkFileEnds, networkFileKind } from "./networkFileKind.ts";
import { parseSet } from "./parseSet.ts";
import { presetNameOf, presetsOf } from "./presets.ts";
import { type OptionValue, recipeNames, recipeOf } from "./recipes.ts";
import { requireName } from "./requireName.ts";
import { type AskedSettings, type Settings, settingNames, settingsWith, usualValue } from "./settings.ts";

/** A user's request; absent fields come from preset and recipe. The table of settings has the meaning of each. */
export interface SettingsRequest extends AskedSettings {
  /** `name=value` of an option of the optimizer, or of a setting of the run that `--set` accepts. */
  readonly set?: readonly string[] | undefined;
  /** Options of the task and of the reader of data; those of `set` come before. */
  readonly taskOptions?: Settings["taskOptions"] | undefined;
  readonly dataOptions?: Settings["dataOptions"] | undefined;
}

const knownRequest = Object.fromEntries(
  [...settingsWith("ask"), "set", "taskOptions", "dataOptions"].map((name) => [name, true]),
) as KnownOptions<SettingsRequest>;

/** The options of a command that are settings of a run. */
export function askedOf<Options extends Partial<AskedSettings>>(
  options: Options,
): Pick<Options, keyof Options & keyof AskedSettings> {
  const names: readonly string[] = settingsWith("ask");
  return Object.fromEntries(Object.entries(options).filter(([name]) => names.includes(name))) as never;
}

/** The options of a command that are a request. */
export function requestOf<Options extends SettingsRequest>(options: Options): SettingsRequest {
  return Object.fromEntries(Object.entries(options).filter(([name]) => Object.hasOwn(knownRequest, name))) as never;
}

/**
 * Resolves a request: preset < recipe < what the user gives.
 *
 * @throws TypeError for an unknown name in the request; InputError that names the setting, its rule and the value for an
 * unknown or invalid value
 */
export function resolveSettings(request: SettingsRequest): Settings {
  requireKnownOptions("resolveSettings", knownRequest, request);
  const { set = [], taskOptions = {}, dataOptions = {}, ...asked } = request;
  const optimizer = requireName("optimizer", asked.optimizer, optimizerNames);
  const { network, networkFile } = networkAsked(asked.network);
  const usual = usualOf(network);
  const preset = presetNameOf(optimizer, asked.preset);
  const recipeName = requireName("recipe", asked.recipe ?? "tuned", recipeNames);
  const recipe = recipeOf(network, optimizer, recipeName);
  const chosen = parseSet(set, optimizer);
  const data = dataOf(asked.data ?? usualDataOf(network));
  const parts = data === null || dataSetNames.includes(data) ? usualPartsOf(data) : { validation: null, heldOut: null };
  const options: Record<string, OptionValue> = {
    ...(preset === null ? {} : presetsOf(optimizer)?.[preset]),
    ...recipe.options,
    ...chosen.optimizer,
  };
  return checkedSettings({
    ...present(Object.fromEntries(settingNames.map((name) => [name, usualValue(name)]))),
    dropout: recipe.dropout,
    drops: recipe.drops,
    dropFactor: recipe.dropFactor,
    recipeEpochs: recipe.epochs,
    innerSteps: recipe.innerSteps,
    ...present({ batchSize: recipe.batchSize }),
    ...present(asked),
    ...(optimizersByName[optimizer].hasInnerLoop
      ? { innerSteps: optimizersByName[optimizer].gradientsPerStep(options) }
      : {}),
    data,
    ...parts,
    ...(asked.overfit === undefined ? {} : { batchSize: Math.min(Number(usualValue("batchSize")), asked.overfit) }),
    ...chosen.run,
    network,
    networkFile,
    task: asked.task ?? (networkFile === null ? (usual?.task ?? "classification") : null),
    taskOptions: { ...taskOptions, ...chosen.task },
    dataOptions: { ...usualReadingOf(network, data), ...dataOptions, ...chosen.data },
    preset,
    options,
  });
}

/** What a network takes where the user does not say; undefined of networks that are not for texts. */
const usualOf = (network: string) =>
  Object.hasOwn(adaptiveNetworks, network) ? adaptiveNetworks[network]!.usual : undefined;

/** How a language model has texts read where the user does not say; data of a name say themselves what their tokens are. */
function usualReadingOf(network: string, data: string | null): Settings["dataOptions"] {
  const usual = usualOf(network);
  if (usual === undefined || data === null) return {};
  const { unit, steps } = usual;
  return unit === undefined || dataSetNames.includes(data) ? { steps } : { unit, steps };
}

/** A network as config.json has it: a name, or the base name of a file and its absolute path. */
function networkAsked(asked: string): Pick<Settings, "network" | "networkFile"> {
  if (networkFileKind(asked) !== null) return { network: basename(asked), networkFile: resolve(asked) };
  if (networkNames.includes(asked)) return { network: asked, networkFile: null };
  const rule = `must be one of ${networkNames.join(", ")}, or a file that ends in ${networkFileEnds}`;
  throw new InputError({ name: "network", rule, value: asked });
}

/** A data set as config.json has it: null for the default, another name, or the path of a folder. */
function dataOf(asked: string): string | null {
  if (asked === dataSetNames[0]) return null;
  return dataIn(".", asked);
}

/** The data set that a file in a folder names: a path begins there. */
export function dataIn(folder: string, asked: string): string {
  return dataSetNames.includes(asked) ? asked : resolve(folder, asked);
}

/** The network that a file in a folder names: a name, or a path that begins there. */
export function networkIn(folder: string, asked: string): string {
  return networkFileKind(asked) === null ? asked : resolve(folder, asked);
}

const present = (fields: object): object =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
