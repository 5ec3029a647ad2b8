/** From what a reader gives to a data set: examples held out, inputs standardised by the training part. */
import { sizeOf } from "onnx-grad";
import { augmenter } from "../data/augment.ts";
import { holdOut } from "../data/holdOut.ts";
import type { Standardisation } from "../data/preparation.ts";
import type { AnySplit, DataSet, HeldOut } from "../data/split.ts";
import { fittedStandardisation, type RawSplit, standardised } from "../data/standardise.ts";
import { InputError } from "../inputError.ts";
import type { DataOptions } from "./dataOptions.ts";
import type { DataReader, ReadData, StandardisationPlan } from "./dataReader.ts";
import type { Listing } from "./listing.ts";

/** What is held out; absent or null for what the reader does. */
export interface PartOptions {
  readonly validation?: number | null;
  readonly heldOut?: HeldOut | null;
}

/** The data set of what was read. @throws InputError for parts that cannot be held out, and augmentations that do not fit */
export function assembled(
  { name, path }: Pick<Listing, "name" | "path">,
  read: ReadData,
  { usual }: Pick<DataReader, "usual">,
  options: DataOptions & PartOptions,
): DataSet<AnySplit> {
  const { augment } = options;
  const { train, validation, test } = dividedParts(path, read, usual, options);
  const standardisation = read.standardise && standardisationOf(train, read.standardise);
  const ready = (split: AnySplit): AnySplit =>
    standardisation === null ? split : standardised(split, standardisation);
  if (augment) augmenter(augment, train.inputShape, 0);
  return {
    name,
    checksum: read.checksum,
    preparation: { ...read.preparation, standardisation },
    ...(augment ? { augment } : {}),
    train: ready(train),
    validation: ready(validation),
    test: ready(test),
  };
}

function dividedParts(path: string, read: ReadData, usual: DataReader["usual"], options: DataOptions & PartOptions) {
  const { seed } = options;
  const heldOut = options.heldOut ?? usual.heldOut;
  const from = (whole: RawSplit, count: number, part: "validation" | "test") =>
    holdOut(whole, { validation: count, heldOut, seed: seed ?? 0 }, part);
  for (const part of ["validation", "test"] as const) {
    if (read[part] === undefined || (options[part] ?? null) === null) continue;
    throw new InputError({ path, name: part, rule: "the files have a part for it, so that nothing is held out" });
  }
  const { train: rest, validation: test } = read.test
    ? { train: read.train, validation: read.test }
    : from(read.train, options.test ?? usual.test, "test");
  if (read.validation) return { train: rest, validation: read.validation, test };
  return { ...from(rest, options.validation ?? usual.validation, "validation"), test };
}

function standardisationOf(train: RawSplit, { numGroups, isApart, given }: StandardisationPlan): Standardisation {
  const { means, deviations } = given ?? fittedStandardisation(train, numGroups);
  const kept = (values: readonly number[], unchanged: number): number[] =>
    values.map((value, group) => (isApart?.(group) ? unchanged : value));
  return { means: kept(means, 0), deviations: kept(deviations, 1) };
}

/**
 * How the options say that inputs are standardised.
 *
 * @param usual - what the reader does where they say nothing
 * @throws InputError for means without deviations, other numbers of them than parts, or channels of inputs without
 */
export function standardisationPlan(
  { standardise, mean, std }: DataOptions,
  usual: "none" | "columns" | "channels",
  inputShape: readonly number[],
  isApart?: (group: number) => boolean,
): StandardisationPlan | null {
  const of = standardise ?? usual;
  if ((mean ?? null) === null && (std ?? null) === null && of === "none") return null;
  const numGroups = of === "columns" ? sizeOf(inputShape) : of === "channels" ? inputShape[0]! : (mean ?? std)!.length;
  if (of === "channels" && inputShape.length < 2) {
    const rule = `channels needs inputs with channels, they have the shape ${inputShape.join("×")}`;
    throw new InputError({ name: "standardise", rule });
  }
  const given = mean && std ? { means: mean, deviations: std } : null;
  if (given === null && (mean || std)) {
    throw new InputError({ name: mean ? "std" : "mean", rule: `must be given with ${mean ? "mean" : "std"}` });
  }
  for (const [name, values] of [
    ["mean", mean],
    ["std", std],
  ] as const) {
    if (!values || (values.length === numGroups && sizeOf(inputShape) % numGroups === 0)) continue;
    const rule = `must be ${numGroups} numbers, one for each of the ${of === "none" ? "parts" : of}`;
    throw new InputError({ name, rule, value: values });
  }
  return { numGroups, given, ...(isApart ? { isApart } : {}) };
}
