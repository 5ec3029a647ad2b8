/** A sweep's file, read and checked. */
import { realpathSync } from "node:fs";
import { dirname } from "node:path";
import { optimizerNames } from "entropy-sgd";
import { cannotRead, readPlainText } from "entropy-sgd-training/node";
import { type Path, type PlacedYaml, placedYaml, valueAt } from "../../io/placedYaml.ts";
import { brokenRule } from "../../settings/brokenRule.ts";
import { refusalOf } from "../../settings/fileRefusals.ts";
import { accepts, partsOf } from "../../settings/optionRules.ts";
import { havePresets, presetsOf } from "../../settings/presets.ts";
import { hasPaperRecipe } from "../../settings/recipes.ts";
import { dataIn, networkIn } from "../../settings/resolveSettings.ts";
import { sweepFields } from "../../settings/settings.ts";
import { isRange, type SweepParameter, type SweepRange, type SweepValue } from "../../settings/valueSchemas.ts";
import { knownNames, type SweepFile, sweepSchema } from "./sweepSchema.ts";

/** A file whose rules all hold. */
export interface Sweep {
  /** The name of the file. */
  readonly name: string;
  readonly file: SweepFile;
  /** Folder of the data; undefined for MNIST. */
  readonly data: string | undefined;
  /** A name, or the path of a file. */
  readonly network: string;
  /** Names of the optimizers with their places in the file. */
  readonly optimizers: readonly { readonly name: string; readonly path: Path }[];
  readonly seeds: readonly number[];
  /** In the order of the file. */
  readonly set: ReadonlyMap<string, SweepValue>;
  readonly parameters: ReadonlyMap<string, SweepParameter>;
  readonly yaml: PlacedYaml;
}

const maxBytes = 2 ** 20;

/**
 * Reads a sweep's file, YAML or JSON.
 *
 * @throws InputError for the first mistake, as `FILE:LINE:COLUMN: path: rule, got value`
 */
export function readSweep(path: string): Sweep {
  let real: string;
  try {
    // Its user may keep it behind a symbolic link.
    real = realpathSync(path);
  } catch (error) {
    throw cannotRead(path, error);
  }
  return parseSweep(readPlainText(real, maxBytes), path, dirname(real));
}

/**
 * Checks the text of a sweep's file.
 *
 * @param name - the file's name in messages
 * @param folder - what a relative path in the file begins at
 * @throws InputError as `readSweep`
 */
export function parseSweep(text: string, name: string, folder: string): Sweep {
  const yaml = placedYaml(text, name);
  const parsed = sweepSchema().safeParse(yaml.value, { error: brokenRule });
  if (!parsed.success) throw refusalOf(parsed.error.issues, yaml, knownNames);
  const file = parsed.data;
  const sweep: Sweep = {
    name,
    file,
    data: file.data === undefined ? undefined : dataIn(folder, file.data),
    network: networkIn(folder, file.network),
    optimizers: optimizersOf(file, yaml),
    seeds: typeof file.seeds === "number" ? Array.from({ length: file.seeds }, (_, i) => i + 1) : file.seeds,
    set: inOrder(file.set, valueAt(yaml.value, ["set"])),
    parameters: inOrder(file.parameters, valueAt(yaml.value, ["parameters"])),
    yaml,
  };
  requireSearch(sweep);
  requireNames(sweep);
  requireDistinct(sweep);
  return sweep;
}

/** The schema gives the entries in its own order. */
function inOrder<Value>(entries: Readonly<Record<string, Value | undefined>>, written: unknown): Map<string, Value> {
  const names = typeof written === "object" && written !== null ? Object.keys(written) : [];
  return new Map(
    names.flatMap((name) => {
      const value = entries[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

function optimizersOf({ optimizer, parameters }: SweepFile, yaml: PlacedYaml): Sweep["optimizers"] {
  const varied = parameters.optimizer;
  if (varied === undefined) {
    if (optimizer !== undefined) return [{ name: optimizer, path: ["optimizer"] }];
    throw yaml.keyRefusal([], `optimizer: is required, here or in parameters; one of ${optimizerNames.join(", ")}`);
  }
  if (optimizer !== undefined) throw yaml.keyRefusal(["optimizer"], "must not be here and in parameters");
  // Only a list of names passes the schema.
  const names = Array.isArray(varied) ? varied.map(String) : [];
  return names.map((name, i) => ({ name, path: ["parameters", "optimizer", i] }));
}

function requireSearch({ file, parameters, yaml }: Sweep): void {
  if (file.search === "random") {
    if (file.samples === undefined) throw yaml.keyRefusal(["search"], "samples is required for a random search");
    for (const [name, parameter] of parameters) if (isRange(parameter)) requireRange(parameter, name, yaml);
    return;
  }
  for (const field of ["samples", "seed"] as const) {
    if (file[field] !== undefined) throw yaml.keyRefusal([field], "is for search: random, the search is a grid");
  }
  for (const [name, parameter] of parameters) {
    if (!isRange(parameter)) continue;
    throw yaml.refusal(["parameters", name], "must be a list of values, as the search is a grid");
  }
}

function requireRange(range: SweepRange, name: string, yaml: PlacedYaml): void {
  const { min, max, scale, integer } = range;
  const path = ["parameters", name];
  for (const end of ["min", "max"] as const) {
    if (!integer || Number.isSafeInteger(range[end])) continue;
    throw yaml.refusal([...path, end], "must be a whole number, as the range is of whole numbers");
  }
  if (min >= max) throw yaml.refusal([...path, "min"], `must be less than max ${max}`);
  if (scale === "log" && min <= 0) throw yaml.refusal([...path, "min"], "must be more than 0, as the scale is log");
}

function requireNames({ file, optimizers, set, parameters, yaml }: Sweep): void {
  const names = optimizers.map(({ name }) => name);
  for (const [part, entries] of [["set", set] as const, ["parameters", parameters] as const]) {
    for (const name of entries.keys()) {
      const { prefix } = partsOf(name);
      if (prefix === null || names.includes(prefix)) continue;
      throw yaml.keyRefusal([part, name], `${prefix} is no optimizer of this sweep; it has ${names.join(", ")}`);
    }
  }
  for (const name of set.keys()) {
    if (parameters.has(name)) throw yaml.keyRefusal(["set", name], "must not be here and in parameters");
    if (partsOf(name).prefix !== null || names.some((optimizer) => accepts(optimizer, name))) continue;
    throw yaml.keyRefusal(["set", name], `is no option of ${names.join(", ")}`);
  }
  for (const name of sweepFields) {
    if (file[name] === undefined) continue;
    if (parameters.has(name)) throw yaml.keyRefusal([name], "must not be here and in parameters");
    if (name !== "preset" || names.some((one) => presetsOf(one) !== null)) continue;
    throw yaml.keyRefusal(["preset"], `${havePresets}, this sweep has ${names.join(", ")}`);
  }
  if (file.recipe === "paper" && !names.some((name) => hasPaperRecipe(file.network, name))) {
    throw yaml.keyRefusal(["recipe"], `the paper has none for ${names.join(", ")} on ${file.network}`);
  }
  for (const name of parameters.keys()) {
    if (name === "optimizer" || partsOf(name).prefix !== null) continue;
    const lacks = names.find((optimizer) => !accepts(optimizer, name));
    if (lacks === undefined) continue;
    const own = names.filter((optimizer) => accepts(optimizer, name)).map((optimizer) => `${optimizer}.${name}`);
    const advice = own.length === 0 ? "" : `; write ${own.join(", ")}`;
    throw yaml.keyRefusal(["parameters", name], `${lacks} has no such option${advice}`);
  }
}

/** A value that is there twice would only be trained once. */
function requireDistinct({ file, parameters, yaml }: Sweep): void {
  const lists = [...parameters].map(([name, parameter]) => [["parameters", name], parameter] as const);
  for (const [path, list] of [...lists, [["seeds"], file.seeds] as const]) {
    if (!Array.isArray(list)) continue;
    const texts = list.map((value) => JSON.stringify(value));
    const twice = texts.findIndex((text, i) => texts.indexOf(text) < i);
    if (twice >= 0) throw yaml.refusal([...path, twice], "must not be there twice");
  }
}
