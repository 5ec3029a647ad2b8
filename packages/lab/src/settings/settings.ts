/** Resolved settings of one run: what config.json holds, and all that a run needs to be repeated. */
import { resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { type NamedOption, type OptimizerName, optimizerOptions, type PresetName, presets } from "entropy-sgd";
import {
  type HeldOut,
  InputError,
  type KnownOptions,
  networkNames,
  requireKnownOptions,
  shown,
} from "entropy-sgd-training";
import { z } from "zod";
import { parseOption } from "./parseOption.ts";
import { type OptionValue, type RecipeName, recipeNames, recipeOf } from "./recipes.ts";

/** The version of the layout of config.json. */
export const settingsVersion = 1;

const optionValue = z.union([z.number(), z.string(), z.boolean(), z.null()]);

/** Settings of one run, resolved: preset < recipe < what the user set. */
export interface Settings {
  readonly version: typeof settingsVersion;
  readonly network: string;
  readonly optimizer: string;
  readonly preset: string | null;
  /** Where rates and schedules come from that the user did not set; null in runs made before recipes had names. */
  readonly recipe: RecipeName | null;
  readonly seed: number;
  /** Effective epochs. */
  readonly budget: number;
  readonly batchSize: number;
  readonly sampling: "replacement" | "permutation";
  readonly dropout: number;
  /** A folder of IDX files; null for MNIST. */
  readonly data: string | null;
  /** Training examples held out. */
  readonly validation: number;
  /** Which: the last ones, as MNIST is usually divided, or a fixed random draw (for data sorted by class). */
  readonly heldOut: HeldOut;
  /** Gradients between outer boundaries. */
  readonly innerSteps: number;
  /** Fractions of the budget, ascending, at which the learning rate is multiplied by `dropFactor`; empty for a constant rate. */
  readonly drops: readonly number[];
  readonly dropFactor: number;
  /** Epochs of outer steps after which the recipe's scoping ends. */
  readonly recipeEpochs: number;
  /** Whether weight decay acts on biases and normalisation parameters too. */
  readonly decayBiases: boolean;
  /** Threads of one operation; null for the cores. */
  readonly threads: number | null;
  /** Gradients between two checkpoints; null for none by gradients. */
  readonly checkpointGradients: number | null;
  /** Minutes between two checkpoints; null for none by time. */
  readonly checkpointMinutes: number | null;
  /** Checkpoints to keep: the last ones, and those with the best validation errors. */
  readonly keepLast: number;
  readonly keepBest: number;
  /** How often a run may go back to its last checkpoint when something is not finite; 0 stops it at once. */
  readonly rollbacks: number;
  /** Learning rates are multiplied by this at each rollback. */
  readonly rollbackFactor: number;
  /** Options of the optimizer by its own names. */
  readonly options: Readonly<Record<string, OptionValue>>;
  /** Smaller budgets under whose schedules the run went up to so many gradients; absent where the schedules were the same. */
  readonly extendedFrom?: readonly ExtendedBudget[];
}

/** A budget that a run went beyond. */
export interface ExtendedBudget {
  readonly budget: number;
  readonly gradients: number;
}

/** Effective epochs: plans round up from here (plan.ts), so that anything smaller is a slip. */
const smallestBudget = 1e-9;

const isAscending = (list: readonly number[]): boolean => list.every((value, i) => i === 0 || value > list[i - 1]!);

/** What a run does to survive; absent from the config.json of runs made before there were checkpoints. */
const survivalDefaults = {
  checkpointGradients: null,
  checkpointMinutes: 5,
  keepLast: 2,
  keepBest: 1,
  rollbacks: 0,
  rollbackFactor: 0.5,
};

/** The rules of config.json. */
export const settingsSchema: z.ZodType<Settings> = z.strictObject({
  version: z.literal(settingsVersion),
  network: z.string(),
  optimizer: z.string(),
  preset: z.string().nullable(),
  recipe: z.enum(recipeNames).nullable().default(null),
  seed: z.int().min(0),
  budget: z.number().min(smallestBudget),
  batchSize: z.int().min(2),
  sampling: z.enum(["replacement", "permutation"]),
  dropout: z.number().min(0).lt(1),
  data: z.string().nullable(),
  validation: z.int().min(0),
  // Runs made before there was a choice held out the last ones.
  heldOut: z.enum(["last", "random"]).default("last"),
  innerSteps: z.int().min(1),
  drops: z.array(z.number().min(0).max(1)).refine(isAscending, { error: "must ascend, no two alike" }),
  dropFactor: z.number().positive(),
  recipeEpochs: z.number().positive(),
  decayBiases: z.boolean(),
  threads: z.int().min(1).nullable(),
  checkpointGradients: z.int().min(1).nullable().default(survivalDefaults.checkpointGradients),
  checkpointMinutes: z.number().positive().nullable().default(survivalDefaults.checkpointMinutes),
  keepLast: z.int().min(1).default(survivalDefaults.keepLast),
  keepBest: z.int().min(0).default(survivalDefaults.keepBest),
  rollbacks: z.int().min(0).default(survivalDefaults.rollbacks),
  rollbackFactor: z.number().positive().lt(1).default(survivalDefaults.rollbackFactor),
  options: z.record(z.string(), optionValue),
  extendedFrom: z
    .array(z.strictObject({ budget: z.number().positive(), gradients: z.int().min(1) }))
    .min(1)
    .exactOptional(),
});

/** What a user asks for; absent fields come from preset and recipe. */
export interface SettingsRequest {
  readonly network: string;
  readonly optimizer: string;
  readonly preset?: string | undefined;
  /** `tuned` when absent. */
  readonly recipe?: string | undefined;
  readonly budget: number;
  readonly seed: number;
  readonly dropout?: number | undefined;
  readonly sampling?: string | undefined;
  readonly data?: string | undefined;
  readonly threads?: number | undefined;
  /** `name=value` of an option of the optimizer, or of the run (`runOptions`). */
  readonly set?: readonly string[] | undefined;
  /** Outer boundaries when another optimizer's must be matched. */
  readonly innerSteps?: number | undefined;
}

const knownRequest: KnownOptions<SettingsRequest> = {
  network: true,
  optimizer: true,
  preset: true,
  recipe: true,
  budget: true,
  seed: true,
  dropout: true,
  sampling: true,
  data: true,
  threads: true,
  set: true,
  innerSteps: true,
};

/** Settings of the run, beside the optimizer's options, that `--set` accepts. */
const runOptions = [
  "batchSize",
  "drops",
  "dropFactor",
  "decayBiases",
  "validation",
  "heldOut",
  "checkpointGradients",
  "checkpointMinutes",
  "keepLast",
  "keepBest",
  "rollbacks",
  "rollbackFactor",
] as const;

/**
 * Resolves a request.
 *
 * @throws TypeError for an unknown name in the request; InputError that names the setting, its rule and the value, for anything unknown or out of range
 */
export function resolveSettings(request: SettingsRequest): Settings {
  requireKnownOptions("resolveSettings", knownRequest, request);
  const optimizer = requireName("optimizer", request.optimizer, Object.keys(optimizerOptions)) as OptimizerName;
  const network = requireName("network", request.network, networkNames);
  const isEntropy = optimizer === "entropy-sgd" || optimizer === "entropy-adam";
  if (!isEntropy && request.preset !== undefined) {
    throw new InputError(`preset: only entropy-sgd and entropy-adam have presets, the optimizer is ${optimizer}`);
  }
  const preset = isEntropy
    ? (requireName("preset", request.preset ?? "paper", Object.keys(presets)) as PresetName)
    : null;
  const recipe = recipeOf(
    network,
    optimizer,
    requireName("recipe", request.recipe ?? "tuned", recipeNames) as RecipeName,
  );
  const chosen = parseSet(request.set ?? [], optimizer);
  const options: Record<string, OptionValue> = {
    ...(preset === null ? {} : presets[preset]),
    ...recipe.options,
    ...chosen.optimizer,
  };
  const own = isEntropy ? options.innerSteps : undefined;
  return checkedSettings({
    version: settingsVersion,
    network,
    optimizer,
    preset,
    recipe: recipe.name,
    seed: request.seed,
    budget: request.budget,
    batchSize: 128,
    sampling: request.sampling ?? "replacement",
    dropout: request.dropout ?? recipe.dropout,
    data: request.data === undefined ? null : resolve(request.data),
    validation: 5000,
    heldOut: "last",
    innerSteps: own ?? request.innerSteps ?? recipe.innerSteps,
    drops: recipe.drops,
    dropFactor: recipe.dropFactor,
    recipeEpochs: recipe.epochs,
    decayBiases: true,
    threads: request.threads ?? null,
    ...survivalDefaults,
    ...chosen.run,
    options,
  });
}

/**
 * Settings read from anywhere, checked.
 *
 * @param where - what messages begin with, such as a file's path
 * @throws InputError naming the first field that breaks its rule
 */
export function checkedSettings(settings: unknown, where?: string): Settings {
  const parsed = settingsSchema.safeParse(settings);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const found = issue.path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
    settings,
  );
  const path = issue.path.map(String).join(".") || "settings";
  const prefix = where === undefined ? "" : `${where}: `;
  throw new InputError(`${prefix}${path}: ${issue.message.replace(/^Invalid input: /, "")}, got ${shown(found)}`);
}

/** Whether two runs are the same training: equal in all but threads, place of the data and what they keep. */
export function sameTraining(one: Settings, other: Settings): boolean {
  return isDeepStrictEqual(trainingOf(one), trainingOf(other));
}

/** Names of the settings in which two runs are not the same training, with the two values; of options their own names. */
export function trainingDifferences(
  one: Settings,
  other: Settings,
): { readonly name: string; readonly one: unknown; readonly other: unknown }[] {
  const flat = (settings: Settings): Record<string, unknown> => {
    const { options = {}, ...rest } = trainingOf(settings);
    const own = Object.entries(options).map(([name, value]) => [
      Object.hasOwn(rest, name) ? `options.${name}` : name,
      value,
    ]);
    return { ...rest, ...Object.fromEntries(own) };
  };
  const [first, second] = [flat(one), flat(other)];
  return [...new Set([...Object.keys(first), ...Object.keys(second)])]
    .filter((name) => !isDeepStrictEqual(first[name], second[name]))
    .map((name) => ({ name, one: first[name], other: second[name] }));
}

/** Settings that change neither the training nor, where `threads` is the same, its bits. */
export const apartFromTraining: readonly (keyof Settings)[] = [
  "recipe",
  "threads",
  "checkpointGradients",
  "checkpointMinutes",
  "keepLast",
  "keepBest",
];

/** A text that is equal for runs that are the same training, and for no others: runs are grouped by it. */
export function trainingKey(settings: Settings): string {
  return JSON.stringify(inOrder(trainingOf(settings)));
}

/** With the keys of objects in order: files may have them in any. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== "object" || value === null) return value;
  // As a list, since names that are numbers would come first in an object whatever the order.
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => [key, inOrder(item)]);
}

/** What makes a training: all settings but those apart from it and the place of the data. */
export function trainingOf(settings: Settings): Partial<Settings> {
  const left: ReadonlySet<string> = new Set([...apartFromTraining, "data"]);
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !left.has(name)));
}

function requireName(what: string, name: string, known: readonly string[]): string {
  if (known.includes(name)) return name;
  throw new InputError(`${what}: must be one of ${known.join(", ")}, got ${shown(name)}`);
}

/** Names that `--set` accepts for an optimizer; none for a name that is no optimizer. */
export function acceptedBySet(optimizer: string): readonly string[] {
  const specs = optimizerOptions[optimizer as OptimizerName] ?? [];
  return [...specs.filter(isSettable).map(({ name }) => name), ...runOptions];
}

const isSettable = ({ kind, name }: NamedOption): boolean =>
  kind !== "groups" && kind !== "direction" && name !== "seed";

/** `--set` assignments, divided into the optimizer's options and the run's. */
function parseSet(assignments: readonly string[], optimizer: OptimizerName) {
  const specs = optimizerOptions[optimizer].filter(isSettable);
  const result: { optimizer: Record<string, OptionValue>; run: Record<string, unknown> } = { optimizer: {}, run: {} };
  for (const assignment of assignments) {
    const at = assignment.indexOf("=");
    if (at < 1) throw new InputError(`--set: must be name=value, got ${shown(assignment)}`);
    const [name, text] = [assignment.slice(0, at), assignment.slice(at + 1)];
    const spec = specs.find((candidate) => candidate.name === name);
    if (name === "seed") throw new InputError("--set seed: give --seed, which also draws weights and data order");
    if (spec !== undefined) result.optimizer[name] = parseOption(spec, text);
    else if ((runOptions as readonly string[]).includes(name)) result.run[name] = parseRunOption(name, text);
    else {
      const known = acceptedBySet(optimizer).join(", ");
      throw new InputError(`--set ${name}: unknown for ${optimizer}; the options are ${known}`);
    }
  }
  return result;
}

function parseRunOption(name: string, text: string): unknown {
  if (name === "drops") return text === "" ? [] : text.split(",").map((part) => toNumber(name, part));
  if (text === "null" && name.startsWith("checkpoint")) return null;
  if (name === "heldOut") return text;
  if (name !== "decayBiases") return toNumber(name, text);
  if (text === "true" || text === "false") return text === "true";
  throw new InputError(`--set decayBiases: must be true or false, got ${shown(text)}`);
}

function toNumber(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value)) return value;
  throw new InputError(`--set ${name}: must be a number, got ${shown(text)}`);
}
