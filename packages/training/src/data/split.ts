/** A part of a data set (training, validation, test): examples by index, whatever their storage. */
export interface Split {
  readonly numExamples: number;
  /** Shape of one example, such as [1, 28, 28]. */
  readonly inputShape: readonly number[];
  readonly numClasses: number;
  /** Writes example `index`, normalised, to `out[offset … offset + size)`. */
  readExampleInto(out: Float32Array, offset: number, index: number): void;
  /** The class of example `index`, 0 … numClasses − 1. */
  labelOf(index: number): number;
}

/** Which training examples are held out for validation: the last ones, or a random draw that is the same for all seeds. */
export type HeldOut = "last" | "random";

/** The examples of a split that `order` names, in its order. */
export function subset(split: Split, order: Int32Array): Split {
  return {
    ...split,
    numExamples: order.length,
    readExampleInto: (out, offset, index) => split.readExampleInto(out, offset, order[index]!),
    labelOf: (index) => split.labelOf(order[index]!),
  };
}

/** A data set as training sees it. `validation` may be empty (numExamples 0) in reproductions. */
export interface DataSet {
  readonly name: string;
  /** SHA-256 of images and labels; a run resumes only with the same. Absent where it was not computed. */
  readonly checksum?: string;
  readonly train: Split;
  readonly validation: Split;
  readonly test: Split;
}
