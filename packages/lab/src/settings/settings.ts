/**
 * The settings of a run, one row each: what config.json holds, in its order.
 *
 * Types, checks, defaults, `--set`, the options of the commands, the fields of a sweep's file, the JSON Schemas and the help
 * all come from these rows. A new setting needs `.default` in its rule, since runs of earlier versions lack the field.
 */
import { optimizerNames, presets } from "entropy-sgd";
import { type DeviceChoice, tasks } from "entropy-sgd-training";
import { dataSetNames, networkNames } from "entropy-sgd-training/node";
import { z } from "zod";
import { networkFileEnds } from "./networkFileKind.ts";
import { recipeNames } from "./recipes.ts";

/** The row of one setting. */
interface Row {
  /** The schema of its value in config.json; the schema's default is for a config.json that lacks the field. */
  readonly rule: z.ZodType;
  /** Its meaning, in a sentence. */
  readonly doc: string;
  /** The value in a new run when neither the user nor the recipe gives one; the rule's default when absent. */
  readonly usual?: unknown;
  /** Whether `--set name=value` and a sweep's `set` accept it. */
  readonly set?: true;
  /** Whether a sweep may vary it: not the held-out images, so that runs can be compared, nor what changes no bits. */
  readonly vary?: true;
  /** Whether it changes neither the training nor, where threads and device are the same, its bits. */
  readonly apart?: true;
  /** Whether `resolveSettings` takes it, and whether it must be given. */
  readonly ask?: "required" | "optional";
  /** The option of the commands that train: its value in help, such as `<rate>`, its words, and what it is when not given. Without a value it says yes. */
  readonly flag?: { readonly value?: string; readonly help: string; readonly usual?: string | number };
}

/** The version of the layout of config.json. */
const settingsVersion = 1;

/** The values of `--data`, and what it is when it is not given. */
export const dataHelp = (otherwise: string = dataSetNames[0]!): string =>
  `a folder or file of data, or a name: ${dataSetNames.join(", ")}; default: ${otherwise}`;

/** What `--data` is to commands that know the network. */
export const dataHelpOfNetwork: string = dataHelp("the first of the names that fits the network");

const isAscending = (list: readonly number[]): boolean => list.every((value, i) => i === 0 || value > list[i - 1]!);

/** Options whose names and rules are of those who take them. */
const freeOptions = z.record(
  z.string(),
  z.union([z.number(), z.string(), z.boolean(), z.null(), z.array(z.union([z.number(), z.string()]))]),
);

/** What may be asked to compute. */
export const deviceChoices: readonly DeviceChoice[] = ["cpu", "webgpu", "auto"];

/** The table. */
const settingsTable = {
  version: { rule: z.literal(settingsVersion), usual: settingsVersion, doc: "Version of the layout of this file." },
  network: {
    rule: z.string(),
    ask: "required",
    flag: { value: "<name>", help: `${networkNames.join(", ")}, or a file: ${networkFileEnds}` },
    doc: "Name of the network, or of the file that holds it.",
  },
  networkFile: {
    rule: z.string().nullable().default(null),
    doc: "Where the module or the ONNX model of a network of one's own was when the run began; null for a network by name.",
  },
  networkHash: {
    rule: z.string().nullable().default(null),
    doc: "SHA-256 of the files of a network of one's own; the folder network of the run holds them.",
  },
  task: {
    rule: z.enum(Object.keys(tasks)).nullable().default("classification"),
    ask: "optional",
    flag: { value: "<name>", help: `${Object.keys(tasks).join(", ")}; default: the network's own, or classification` },
    doc: "Loss and metrics; null for the task that the network's module exports, or classification where it exports none.",
  },
  taskOptions: {
    rule: freeOptions.default({}),
    doc: "Options of the task by its own names; --set task.labelSmoothing=0.1 sets one.",
  },
  classes: {
    rule: z.int().min(1).nullable().default(null),
    ask: "optional",
    flag: {
      value: "<n>",
      help: "new last layer for so many classes, where an ONNX model has another number of outputs",
    },
    doc: "Classes of the data, for which an ONNX model with another number of outputs gets a new last layer; null leaves its own.",
  },
  freeze: {
    rule: z.array(z.string().min(1)).default([]),
    ask: "optional",
    flag: { value: "<pattern>", help: "parameters that stay as they are, such as 'features.*'; may be repeated" },
    doc: "Parameters that never move, by patterns of their names in which * stands for any characters; batch norms whose scale is among them keep an ONNX model's statistics.",
  },
  learningRateFactor: {
    rule: z.record(z.string(), z.number().min(0)).default({}),
    ask: "optional",
    flag: { value: "<pattern=factor>", help: "factor of the learning rate, such as 'head.*=10'; may be repeated" },
    doc: "Factors of the learning rate by patterns of parameters' names, the last that matches counts; of Entropy-SGD's inner learning rate unless Adam drives its outer loop.",
  },
  optimizer: {
    rule: z.string(),
    ask: "required",
    flag: { value: "<name>", help: optimizerNames.join(", "), usual: "entropy-sgd" },
    vary: true,
    doc: "Name of the optimizer.",
  },
  preset: {
    rule: z.string().nullable(),
    ask: "optional",
    flag: { value: "<name>", help: `${Object.keys(presets).join(", ")} (Entropy-SGD and Entropy-Adam; default paper)` },
    vary: true,
    doc: "Switches of the algorithm as the paper has them, or one of the authors' programs; null without a scope.",
  },
  recipe: {
    rule: z.enum(recipeNames).nullable().default(null),
    usual: "tuned",
    ask: "optional",
    flag: {
      value: "<name>",
      help: "rates chosen on validation, published ones where there are any, or smaller ones for trained models",
      usual: "tuned",
    },
    apart: true,
    doc: "Where rates and schedules come from that were not set: chosen on validation, the paper's, or for trained models; null in older runs.",
  },
  replica: {
    rule: z.int().min(0).nullable().default(null),
    doc: "Which replica of Parle the run is, from 0, where each is a run of its own; null where all take turns in one run, and for other optimizers.",
  },
  seed: {
    rule: z.int().min(0),
    ask: "required",
    flag: { value: "<n>", help: "seed of weights, data order, dropout and noise", usual: 1 },
    doc: "Seed of weights, data order, dropout and noise.",
  },
  budget: {
    // Plans round up to this (plan.ts), so that anything smaller is a mistake.
    rule: z.number().min(1e-9),
    ask: "required",
    flag: { value: "<epochs>", help: "effective epochs, inner steps counted" },
    doc: "Effective epochs, inner steps counted; rounded up to whole outer steps.",
  },
  batchSize: { rule: z.int().min(2), usual: 128, set: true, vary: true, doc: "Examples of one gradient." },
  sampling: {
    rule: z.enum(["replacement", "permutation"]),
    usual: "replacement",
    ask: "optional",
    flag: { value: "<how>", help: "order of the data; default: replacement" },
    vary: true,
    doc: "Order of the data: each mini-batch drawn with replacement, or a permutation for each epoch.",
  },
  dropout: {
    rule: z.number().min(0).lt(1),
    ask: "optional",
    flag: { value: "<rate>", help: "dropout rate instead of the recipe's" },
    vary: true,
    doc: "Dropout rate; networks without dropout ignore it.",
  },
  data: {
    rule: z.string().nullable(),
    usual: null,
    ask: "optional",
    flag: { value: "<path>", help: dataHelpOfNetwork },
    doc: "A folder or file of data, or the name of a data set; null for MNIST. Where it is not given, the first data set by name that fits the network.",
  },
  dataOptions: {
    rule: freeOptions.default({}),
    doc: "How the data are read, by the options of their reader; --set data.target=price sets one.",
  },
  validation: {
    rule: z
      .union([z.int().min(0), z.number().gt(0).lt(1)], {
        error: "must be a whole number from 0 on, or a share below 1",
      })
      .nullable(),
    usual: 5000,
    set: true,
    doc: "Training examples held out for validation, or their share; null for what the reader of the data does, the default for data in files.",
  },
  heldOut: {
    rule: z.enum(["last", "random", "stratified"]).nullable().default("last"),
    set: true,
    doc: "Which are held out: the last ones, or a random draw that is the same for all seeds (data sorted by class), of each class alike if stratified; null for what the reader of the data does.",
  },
  trainExamples: {
    rule: z.int().min(2).nullable().default(null),
    set: true,
    doc: "Only the first so many training examples, which are then an epoch; validation and test stay whole. null for all.",
  },
  overfit: {
    rule: z.int().min(2).nullable().default(null),
    ask: "optional",
    flag: {
      value: "<n>",
      help: "train, validate and test on the first n training examples: their errors reach 0 if the network can learn",
    },
    doc: "Only the first so many training examples, for training, validation and test; null for all.",
  },
  innerSteps: { rule: z.int().min(1), ask: "optional", doc: "Gradients between two outer boundaries." },
  drops: {
    rule: z.array(z.number().min(0).max(1)).refine(isAscending, { error: "must ascend, no two alike" }),
    set: true,
    vary: true,
    doc: "Fractions of the budget, ascending, at which the learning rate is multiplied by dropFactor; none for no drop.",
  },
  dropFactor: { rule: z.number().positive(), set: true, vary: true, doc: "Factor of the learning rate at each drop." },
  recipeEpochs: {
    rule: z.number().positive(),
    doc: "Epochs of outer steps after which the scoping of the published experiment ended.",
  },
  decayBiases: {
    rule: z.boolean(),
    usual: true,
    set: true,
    vary: true,
    doc: "Whether weight decay acts on biases and normalisation parameters too.",
  },
  device: {
    rule: z.enum(deviceChoices).default("cpu"),
    ask: "optional",
    flag: {
      value: "<name>",
      help: "what computes: cpu, webgpu (a graphics processor), or auto: webgpu where there is one",
      usual: "cpu",
    },
    apart: true,
    doc: "What computes losses and gradients: the processor, a graphics processor by WebGPU, or auto: a graphics processor where there is one.",
  },
  threads: {
    rule: z.int().min(1).nullable(),
    usual: null,
    ask: "optional",
    flag: { value: "<n>", help: "threads of one operation; default: the cores" },
    apart: true,
    doc: "Threads of one operation; null for the cores.",
  },
  checkpointGradients: {
    rule: z.int().min(1).nullable().default(null),
    set: true,
    apart: true,
    doc: "Gradients between two checkpoints; null for none by gradients.",
  },
  checkpointMinutes: {
    rule: z.number().positive().nullable().default(5),
    set: true,
    apart: true,
    doc: "Minutes between two checkpoints; null for none by time.",
  },
  keepLast: {
    rule: z.int().min(1).default(2),
    set: true,
    apart: true,
    doc: "How many of the last checkpoints are kept.",
  },
  keepBest: {
    rule: z.int().min(0).default(1),
    set: true,
    apart: true,
    doc: "How many checkpoints with the smallest validation errors are kept.",
  },
  tensorboard: {
    rule: z.boolean().default(false),
    ask: "optional",
    flag: { help: "write event files for TensorBoard, in the run's folder tensorboard" },
    set: true,
    apart: true,
    doc: "Whether event files for TensorBoard are written.",
  },
  rollbacks: {
    rule: z.int().min(0).default(0),
    set: true,
    vary: true,
    doc: "How often the run may go back to its last checkpoint when something is not finite.",
  },
  rollbackFactor: {
    rule: z.number().positive().lt(1).default(0.5),
    set: true,
    vary: true,
    doc: "Learning rates are multiplied by this at each rollback.",
  },
  evaluateEvery: {
    rule: z.number().positive().default(1),
    set: true,
    doc: "Effective epochs between two evaluations, which are at the next boundary and at the end.",
  },
  patience: {
    rule: z.int().min(1).nullable().default(null),
    set: true,
    doc: "Evaluations without improvement of the validation set's primary metric after which the run ends; null for none.",
  },
  minDelta: {
    rule: z.number().min(0).default(0),
    set: true,
    doc: "By how much the metric must be better to be an improvement, where there is patience.",
  },
  options: {
    rule: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])),
    doc: "Options of the optimizer by its own names.",
  },
  extendedFrom: {
    rule: z
      .array(z.strictObject({ budget: z.number().positive(), gradients: z.int().min(1) }))
      .min(1)
      .exactOptional(),
    doc: "Smaller budgets under whose schedules the run went up to so many gradients.",
  },
} satisfies Readonly<Record<string, Row>>;

type Table = typeof settingsTable;
type Rules = { readonly [Name in keyof Table]: Table[Name]["rule"] };
type Parsed = z.output<z.ZodObject<Rules>>;

/** Name of a setting. */
export type SettingName = keyof Table;

/** Settings of one run, resolved: preset < recipe < what the user set. The table says what each means. */
export type Settings = {
  readonly [Name in keyof Parsed]: Parsed[Name] extends (infer Item)[] | undefined ? readonly Item[] : Parsed[Name];
};

type Asked<How> = { [Name in SettingName]: Table[Name] extends { readonly ask: How } ? Name : never }[SettingName];
/** Names are checked when settings are resolved. */
type AskedValue<Name extends SettingName> =
  NonNullable<Settings[Name]> extends string ? string : NonNullable<Settings[Name]>;

/** The settings that a user may request; absent ones come from preset, recipe or defaults. */
export type AskedSettings = { readonly [Name in Asked<"required">]: AskedValue<Name> } & {
  readonly [Name in Asked<"optional">]?: AskedValue<Name> | undefined;
};

/** The settings of all runs that a sweep may vary, and that have a field of their own in its file. */
export type SweepField = Exclude<
  {
    [Name in SettingName]: Table[Name] extends { readonly ask: string; readonly vary: true } ? Name : never;
  }[SettingName],
  "optimizer"
>;

/** The fields of a sweep's file. */
export type SweepFields = { readonly [Name in SweepField]?: AskedValue<Name> | undefined };

/** Names of the settings, in the order of config.json. */
export const settingNames = Object.keys(settingsTable) as SettingName[];

/** The row of a setting. */
export const rowOf = (name: SettingName): Row => settingsTable[name];

/** The names whose rows have a mark. */
export function settingsWith(mark: "set" | "vary" | "apart" | "ask" | "flag"): SettingName[] {
  return settingNames.filter((name) => rowOf(name)[mark] !== undefined);
}

/** Names of the settings that have a field of their own in a sweep's file. */
export const sweepFields = settingsWith("vary").filter(
  (name) => rowOf(name).ask !== undefined && name !== "optimizer",
) as SweepField[];

/** The rule of a given value: the schema without its default. */
export function ruleOf(name: SettingName): z.ZodType {
  const { rule } = rowOf(name);
  return rule instanceof z.ZodDefault ? (rule.unwrap() as z.ZodType) : rule;
}

/** What a setting is in a config.json that lacks it; undefined for a setting that must be there. */
export function absentValue(name: SettingName): unknown {
  const { rule } = rowOf(name);
  return rule instanceof z.ZodDefault ? rule.parse(undefined) : undefined;
}

/** The default of a new run; undefined for a setting that the user or the recipe must give. */
export function usualValue(name: SettingName): unknown {
  const { usual } = rowOf(name);
  return usual === undefined ? absentValue(name) : usual;
}
