import type { Preparation } from "./preparation.ts";

/** Examples by index, whatever their storage. */
export interface Examples {
  readonly numExamples: number;
  /** Shape of one example, such as [1, 28, 28]. */
  readonly inputShape: readonly number[];
  /** Writes example `index`, normalised, to `out[offset … offset + size)`. */
  readExampleInto(out: Float32Array, offset: number, index: number): void;
}

/** A part of a data set (training, validation, test): examples with their classes. */
export interface Split extends Examples {
  readonly numClasses: number;
  /** The class of example `index`, 0 … numClasses − 1. */
  labelOf(index: number): number;
}

/** A part of a data set whose targets are numbers of any shape, or classes of a shape such as one at each step of a sequence. */
export interface TargetSplit extends Examples {
  /** Shape of one example's target. */
  readonly targetShape: readonly number[];
  /** Where targets are classes, 0 … numClasses − 1: how many. */
  readonly numClasses?: number;
  /** Writes the target of example `index` to `out[offset … offset + size)`; classes to an Int32Array. */
  readTargetInto(out: Float32Array | Int32Array, offset: number, index: number): void;
}

/** A part of a data set of either kind. */
export type AnySplit = Split | TargetSplit;

/** Whether the targets of a split are classes. */
export function isLabelled(split: AnySplit): split is Split {
  return "labelOf" in split;
}

/**
 * Which examples are held out for validation: the last ones, a random draw that is the same for all seeds of a run, or one that
 * takes the same share of every class.
 */
export type HeldOut = "last" | "random" | "stratified";

/** A data set as training sees it. `validation` may be empty (numExamples 0) in reproductions. */
export interface DataSet<S extends AnySplit = Split> {
  readonly name: string;
  /** SHA-256 of images and labels; a run resumes only with the same. Absent where it was not computed. */
  readonly checksum?: string;
  /** How the examples were read, for new ones; absent where they were not read from files. */
  readonly preparation?: Preparation;
  /** How training batches are augmented, such as ["flip", "crop=4"]; not at all when absent. */
  readonly augment?: readonly string[];
  readonly train: S;
  readonly validation: S;
  readonly test: S;
}
