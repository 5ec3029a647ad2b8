/** From what a reader gives to a data set: examples held out, inputs standardised by the training part. */
import { createHash } from "node:crypto";
import { sizeOf } from "onnx-grad";
import { augmenter } from "../data/augment.ts";
import { contrastNormalised } from "../data/contrast.ts";
import { holdOut } from "../data/holdOut.ts";
import type { Standardisation } from "../data/preparation.ts";
import type { AnySplit, DataSet, HeldOut } from "../data/split.ts";
import { fittedStandardisation, type RawSplit, standardised } from "../data/standardise.ts";
import { InputError } from "../inputError.ts";
import type { DataOptions } from "./dataOptions.ts";
import type { DataReader, ReadData, StandardisationPlan } from "./dataReader.ts";
import type { Listing } from "./listing.ts";
import type { LongWork } from "./whitening/fitWhitening.ts";
import { isWhitened, requireWhitenable, whiten, whitenedExamples } from "./whitening/whitenedData.ts";

/** What is held out; absent or null for what the reader does. */
export interface PartOptions {
  readonly validation?: number | null;
  readonly heldOut?: HeldOut | null;
}

/** What was read, and how it becomes a data set. */
export interface Source {
  readonly place: Pick<Listing, "name" | "path">;
  readonly read: ReadData;
  readonly usual: DataReader["usual"];
  readonly options: DataOptions & PartOptions;
}

/** The data set of what was read. @throws InputError for parts that cannot be held out, and augmentations that do not fit */
export function assembled(source: Source): DataSet<AnySplit> {
  const { place, read, options } = source;
  const { augment } = options;
  const parts = dividedParts(source);
  const { train } = parts;
  if (augment) augmenter(augment, train.inputShape, 0);
  const preparation = { ...read.preparation, standardisation: null };
  const shared = { name: place.name, checksum: read.checksum, ...(augment ? { augment } : {}) };
  if (read.standardise === "zca") {
    const whitening = whiteningKey(source, parts);
    return { ...shared, preparation: { ...preparation, whitening }, ...whitenedParts(whitening, parts) };
  }
  if (read.standardise === null) return { ...shared, preparation, ...parts };
  const standardisation = standardisationOf(train, read.standardise);
  const ready = (split: AnySplit): AnySplit => standardised(split, standardisation);
  return {
    ...shared,
    preparation: { ...preparation, standardisation },
    train: ready(train),
    validation: ready(parts.validation),
    test: ready(parts.test),
  };
}

/**
 * Fits what `assembled` takes from the cache folder, where it is not there yet.
 *
 * @throws as `whiten`
 */
export async function prepare(source: Source, work: LongWork): Promise<void> {
  if (source.read.standardise !== "zca") return;
  const parts = dividedParts(source);
  const key = whiteningKey(source, parts);
  if (isWhitened(key)) return;
  const { train, validation, test } = parts;
  await whiten(key, [train, validation, test].map(contrastNormalised), work);
}

/** The examples of the parts, whitened; their labels or targets. */
function whitenedParts(key: string, { train, validation, test }: Parts): Pick<DataSet<AnySplit>, keyof Parts> {
  const raw = [train, validation, test] as const;
  const whitened = whitenedExamples(key, raw);
  const [first, second, third] = raw.map((split, i) => ({ ...split, ...whitened[i] }));
  return { train: first!, validation: second!, test: third! };
}

/** A name for a whitening: a hash of all that decides the examples it is fitted on. */
function whiteningKey({ read, usual, options }: Source, { train, validation, test }: Parts): string {
  const { inputShape, image = null } = read.preparation;
  const counts = [train, validation, test].map(({ numExamples }) => numExamples);
  const heldOut = options.heldOut ?? usual.heldOut;
  const draw = heldOut === "last" ? heldOut : [heldOut, options.seed ?? 0];
  const about = ["contrast, zca 1", read.checksum, inputShape, image, counts, draw];
  return createHash("sha256").update(JSON.stringify(about)).digest("hex").slice(0, 32);
}

interface Parts {
  readonly train: RawSplit;
  readonly validation: RawSplit;
  readonly test: RawSplit;
}

function dividedParts({ place: { path }, read, usual, options }: Source): Parts {
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
 * @throws InputError for means without deviations, other numbers of them than parts, channels of inputs without, or zca of what are
 *   no images
 */
export function standardisationPlan(
  { standardise, mean, std }: DataOptions,
  usual: "none" | "columns" | "channels",
  inputShape: readonly number[],
  isApart?: (group: number) => boolean,
): ReadData["standardise"] {
  const of = standardise ?? usual;
  if (of === "zca") {
    requireWhitenable(inputShape);
    if (mean || std) throw new InputError({ name: mean ? "mean" : "std", rule: "is not taken with zca" });
    return of;
  }
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
