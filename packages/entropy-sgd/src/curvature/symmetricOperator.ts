/** Symmetric matrices as functions from a vector to its product: nothing of the size n² is ever stored. */
import { rangeError } from "../errors.ts";
import type { Vector } from "../types.ts";

/** A symmetric linear operator on vectors of `dimension` elements. */
export interface SymmetricOperator {
  readonly dimension: number;
  /** The product with `v`, a new or reused vector; may be computed elsewhere. */
  apply(v: Float64Array): Promise<Vector> | Vector;
}

/**
 * A symmetric operator from its matrix-vector product; `hessianAt` makes the one of an objective's Hessian.
 *
 * @throws RangeError unless `dimension` is a positive integer
 */
export function symmetricOperator(dimension: number, apply: SymmetricOperator["apply"]): SymmetricOperator {
  if (!Number.isInteger(dimension) || dimension < 1) {
    throw rangeError("symmetricOperator", "dimension", "must be a positive integer", dimension);
  }
  return { dimension, apply };
}
