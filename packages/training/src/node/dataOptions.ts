/**
 * The options of data in files, one row each: names, checks, the texts of commands, help and the readers that take them.
 *
 * Every default is null: what the reader does by itself, which the row says.
 */
import { requireAugmentations } from "../data/augment.ts";
import { InputError } from "../inputError.ts";
import { type TextUnit, textUnits } from "./readers/textUnits.ts";

/** Values of the options; absent or null for the default. */
export interface DataOptions {
  readonly targets?: "classes" | "numbers" | null;
  readonly target?: readonly string[] | null;
  readonly header?: boolean | null;
  readonly separator?: string | null;
  readonly ignore?: readonly string[] | null;
  readonly categories?: readonly string[] | null;
  readonly classes?: readonly string[] | null;
  readonly test?: number | null;
  readonly seed?: number | null;
  readonly imageSize?: readonly number[] | null;
  readonly channels?: number | null;
  readonly channelOrder?: "rgb" | "bgr" | null;
  readonly standardise?: "none" | "columns" | "channels" | "zca" | null;
  readonly mean?: readonly number[] | null;
  readonly std?: readonly number[] | null;
  readonly augment?: readonly string[] | null;
  readonly memory?: number | null;
  readonly unit?: TextUnit | null;
  readonly steps?: number | null;
}

/** Name of an option of data. */
export type DataOptionName = keyof DataOptions;

/** What kind of value an option takes, which is how its text is parsed. */
export type DataOptionKind = "text" | "choice" | "boolean" | "number" | "names" | "numbers";

/** The row of an option. */
export interface DataOptionSpec {
  readonly kind: DataOptionKind;
  /** Allowed words of a choice; null for other kinds. */
  readonly choices: readonly string[] | null;
  /** The rule in words, as the error message says it. */
  readonly rule: string;
  /** One sentence, and the default. */
  readonly doc: string;
  /** Names of the readers that take it; null for all of them. */
  readonly readers: readonly string[] | null;
  /** Whether a value of the kind keeps the rule. @throws InputError where the value has a message of its own */
  readonly keeps: (value: never) => boolean;
}

const isWhole = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
const haveText = (names: readonly string[]): boolean => names.length > 0 && names.every((name) => name !== "");
const images = ["images", "cifar"];
const arrays = ["npy", "npz", "safetensors"];

/** The table. */
export const dataOptions: { readonly [Name in DataOptionName]-?: DataOptionSpec } = {
  targets: {
    kind: "choice",
    choices: ["classes", "numbers"],
    rule: 'one of "classes", "numbers"',
    doc: "What the targets are; by default texts and arrays of integers are classes, and other numbers are numbers.",
    readers: ["csv", ...arrays],
    keeps: (value: string) => value === "classes" || value === "numbers",
  },
  target: {
    kind: "names",
    choices: null,
    rule: "names of columns",
    doc: "The target column, or several of numbers; by default the one that is called target, label, class or y.",
    readers: ["csv"],
    keeps: haveText,
  },
  header: {
    kind: "boolean",
    choices: null,
    rule: "true or false",
    doc: "Whether the first line names the columns; by default if none of its cells is a number. Otherwise they are 1, 2, 3, …",
    readers: ["csv"],
    keeps: () => true,
  },
  separator: {
    kind: "text",
    choices: null,
    rule: "one character, or tab",
    doc: "What is between two cells; by default a tab in .tsv, in .csv a semicolon if the first line has no comma, else a comma.",
    readers: ["csv"],
    keeps: (value: string) => value === "tab" || (value.length === 1 && !/["\r\n]/.test(value)),
  },
  ignore: {
    kind: "names",
    choices: null,
    rule: "names of columns",
    doc: "Columns that are no inputs; none by default.",
    readers: ["csv"],
    keeps: haveText,
  },
  categories: {
    kind: "names",
    choices: null,
    rule: "names of columns",
    doc: "Columns of numbers that are categories, one input for each; columns of texts are categories by themselves.",
    readers: ["csv"],
    keeps: haveText,
  },
  classes: {
    kind: "names",
    choices: null,
    rule: "at least one name",
    doc: "Names of the classes in the order of their labels; by default those found, sorted, or the numbers of the labels.",
    readers: null,
    keeps: haveText,
  },
  test: {
    kind: "number",
    choices: null,
    rule: "a share in (0, 1), or a whole number",
    doc: "Examples held out for test where the files have no part for it; by default a fifth.",
    readers: null,
    keeps: (value: number) => isWhole(value) || (value > 0 && value < 1),
  },
  seed: {
    kind: "number",
    choices: null,
    rule: "a whole number",
    doc: "Seed of the draws of validation and test examples, the same for all seeds of runs; 0 by default.",
    readers: null,
    keeps: (value: number) => isWhole(value) && value < 2 ** 32,
  },
  imageSize: {
    kind: "numbers",
    choices: null,
    rule: "height and width in pixels, each from 1 to 4096",
    doc: "Size to which pictures are resized, such as 32x32; by default they must all have the same.",
    readers: ["images"],
    keeps: (value: readonly number[]) =>
      value.length === 2 && value.every((side) => isWhole(side) && side >= 1 && side <= 4096),
  },
  channels: {
    kind: "number",
    choices: null,
    rule: "1 (grey) or 3 (colours)",
    doc: "Channels of pictures; by default 3, or 1 where no picture has colours.",
    readers: ["images"],
    keeps: (value: number) => value === 1 || value === 3,
  },
  channelOrder: {
    kind: "choice",
    choices: ["rgb", "bgr"],
    rule: 'one of "rgb", "bgr"',
    doc: "Order of three channels; rgb by default.",
    readers: images,
    keeps: (value: string) => value === "rgb" || value === "bgr",
  },
  standardise: {
    kind: "choice",
    choices: ["none", "columns", "channels", "zca"],
    rule: 'one of "none", "columns", "channels", "zca"',
    doc: "What has a mean and a deviation of its own, fitted on the training examples; by default the columns of tables, the channels of pictures, and nothing of arrays. zca normalises the contrast of each image and whitens the images, which takes minutes once.",
    readers: ["csv", ...images, ...arrays],
    keeps: (value: string) => ["none", "columns", "channels", "zca"].includes(value),
  },
  mean: {
    kind: "numbers",
    choices: null,
    rule: "finite numbers",
    doc: "Means in place of the fitted ones, with std; pixels are in [0, 1].",
    readers: ["csv", ...images, ...arrays],
    keeps: (value: readonly number[]) => value.length > 0,
  },
  std: {
    kind: "numbers",
    choices: null,
    rule: "positive numbers",
    doc: "Deviations in place of the fitted ones, with mean.",
    readers: ["csv", ...images, ...arrays],
    keeps: (value: readonly number[]) => value.length > 0 && value.every((deviation) => deviation > 0),
  },
  augment: {
    kind: "names",
    choices: null,
    rule: "augmentations",
    doc: "How training batches are augmented, in this order: flip, crop=4, shift=2, noise=0.1; not at all by default.",
    readers: null,
    keeps: (value: readonly string[]) => {
      requireAugmentations(value);
      return true;
    },
  },
  memory: {
    kind: "number",
    choices: null,
    rule: "a positive number",
    doc: "MiB of a file that are read at once; of a larger file examples are read when they are needed. 1024 by default.",
    readers: ["cifar", "npy", "safetensors"],
    keeps: (value: number) => value > 0,
  },
  unit: {
    kind: "choice",
    choices: textUnits,
    rule: `one of ${textUnits.map((unit) => `"${unit}"`).join(", ")}`,
    doc: "What a token of a text is; by default words for the networks ptb-*, else characters. Words are between blanks, with one <eos> at the end of each line.",
    readers: ["text"],
    keeps: (value: TextUnit) => textUnits.includes(value),
  },
  steps: {
    kind: "number",
    choices: null,
    rule: "a positive whole number",
    doc: "Tokens of a window of a text, as far back as derivatives go; by default what the network takes, else 50, of words 35.",
    readers: ["text"],
    keeps: (value: number) => isWhole(value) && value >= 1,
  },
};

/** Names of the options. */
export const dataOptionNames = Object.keys(dataOptions) as DataOptionName[];

const isNumber = (value: unknown): boolean => typeof value === "number" && Number.isFinite(value);

const isOfKind: Readonly<Record<DataOptionKind, (value: unknown) => boolean>> = {
  text: (value) => typeof value === "string",
  choice: (value) => typeof value === "string",
  boolean: (value) => typeof value === "boolean",
  number: isNumber,
  names: (value) => Array.isArray(value) && value.every((name) => typeof name === "string"),
  numbers: (value) => Array.isArray(value) && value.every(isNumber),
};

/**
 * Checks names and values of options.
 *
 * @returns those that are given, without null
 * @throws InputError naming the option, its rule and the value
 */
export function checkedDataOptions(options: Readonly<Record<string, unknown>>): DataOptions {
  const given = Object.entries(options).filter(([, value]) => value !== null && value !== undefined);
  for (const [name, value] of given) {
    const { kind, rule, keeps } = rowOf(name);
    if (isOfKind[kind](value) && keeps(value as never)) continue;
    throw new InputError({ name, rule: `must be ${rule}`, value });
  }
  return Object.fromEntries(given);
}

/** @throws InputError for an option that the reader does not take */
export function requireTaken(options: DataOptions, reader: string, path: string): void {
  for (const name of Object.keys(options)) {
    const { readers } = rowOf(name);
    if (readers === null || readers.includes(reader)) continue;
    const rule = `is an option of ${readers.join(", ")}; these data are read as ${reader}`;
    throw new InputError({ path, name, rule });
  }
}

/** The value of an option that is written as text: names and numbers between commas, sizes as 32x32. @throws InputError */
export function dataOptionFrom(name: string, text: string): DataOptions[DataOptionName] {
  const { kind } = rowOf(name);
  const value = parsers[kind](text);
  return checkedDataOptions({ [name]: value })[name as DataOptionName];
}

const numberFrom = (text: string): number => (text.trim() === "" ? Number.NaN : Number(text));
const listOf = (text: string): string[] => text.split(",").map((item) => item.trim());
const booleans: Readonly<Record<string, boolean>> = { true: true, false: false };

const parsers: Readonly<Record<DataOptionKind, (text: string) => unknown>> = {
  text: (text) => text,
  choice: (text) => text,
  boolean: (text) => booleans[text] ?? text,
  number: numberFrom,
  names: listOf,
  numbers: (text) => text.split(/[,x×]/).map(numberFrom),
};

function rowOf(name: string): DataOptionSpec {
  if (Object.hasOwn(dataOptions, name)) return dataOptions[name as DataOptionName];
  throw new InputError({ name, rule: `is no option of data; they are ${dataOptionNames.join(", ")}` });
}
