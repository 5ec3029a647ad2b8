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

/** A data set as training sees it. `validation` may be empty (numExamples 0) in reproductions. */
export interface DataSet {
  readonly name: string;
  /** SHA-256 of images and labels; a run resumes only with the same. Absent where it was not computed. */
  readonly checksum?: string;
  readonly train: Split;
  readonly validation: Split;
  readonly test: Split;
}
