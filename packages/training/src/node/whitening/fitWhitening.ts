/** ZCA whitening (Bell and Sejnowski 1997; Krizhevsky 2009, appendix A), fitted on examples in float64. */
import { setImmediate } from "node:timers/promises";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { sizeOf } from "onnx-grad";
import type { RawExamples } from "../../data/standardise.ts";
import { type StopSignal, throwIfInterrupted } from "../../interruption.ts";

/** x ↦ W (x − means). */
export interface Whitening {
  /** Shape (n,). */
  readonly means: Float64Array;
  /** W, symmetric, shape (n, n). */
  readonly matrix: Float64Array;
}

/** Options of work that takes minutes. */
export interface LongWork {
  readonly signal?: StopSignal;
  /** Told what is done now. */
  readonly onProgress?: ((words: string) => void) | undefined;
}

/** Added to the standard deviations, as in the paper's experiments. */
const added = 1e-5;

/** Examples of one update of the covariance. */
const block = 64;

/**
 * The whitening of a split.
 *
 *   C = Σ (x − m)(x − m)ᵀ/N,  m = Σ x/N
 *
 * Cost: two passes over the examples, N n²/2 multiplications and `whiteningOf`: for 45,000 images of 3,072 numbers three minutes, and as
 * long again for the eigenvectors.
 *
 * @throws Interruption after a signal, between two blocks of examples
 */
export async function fittedWhitening(split: RawExamples, { signal, onProgress }: LongWork = {}): Promise<Whitening> {
  const { numExamples } = split;
  const n = sizeOf(split.inputShape);
  const means = new Float64Array(n);
  const covariance = new Float64Array(n * n);
  const rows = new Float64Array(block * n);
  for (let index = 0; index < numExamples; index++) {
    split.readExampleInto(rows, 0, index);
    for (let i = 0; i < n; i++) means[i]! += rows[i]! / numExamples;
  }
  for (let from = 0; from < numExamples; from += block) {
    throwIfInterrupted(signal);
    if (from % (block * 100) === 0) onProgress?.(`covariance of image ${from + 1} of ${numExamples}`);
    const count = Math.min(block, numExamples - from);
    rows.fill(0, count * n);
    for (let row = 0; row < count; row++) split.readExampleInto(rows, row * n, from + row);
    for (let i = 0; i < count * n; i++) rows[i]! -= means[i % n]!;
    addOuterProducts(covariance, rows, n);
    await setImmediate();
  }
  for (let i = 0; i < covariance.length; i++) covariance[i]! /= numExamples;
  mirror(covariance, n);
  onProgress?.(`eigenvectors of the ${n}×${n} covariance`);
  await setImmediate();
  return { means, matrix: whiteningOf(covariance, n) };
}

/**
 * W of a covariance C = U diag(s²) Uᵀ:
 *
 *   W = U diag(1/(s + 1e-5)) Uᵀ
 *
 * Directions in which nothing varies but rounding (s² ≤ n ε max s²) are given 0 in place of 1e5: on examples without a part there the
 * result is the same, and rounding is not blown up. The mean's removal from each image makes one such direction.
 *
 * Cost: some 9 n³ operations; memory for three matrices.
 */
export function whiteningOf(covariance: Float64Array, n: number): Float64Array {
  const rows = Array.from({ length: n }, (_, i) => covariance.subarray(i * n, (i + 1) * n));
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(new Matrix(rows as never), {
    assumeSymmetric: true,
  });
  const smallest = n * Number.EPSILON * Math.max(...realEigenvalues);
  const vectors = new Float64Array(Math.ceil(n / 4) * 4 * n);
  realEigenvalues.forEach((variance, k) => {
    const factor = variance > smallest ? Math.sqrt(1 / (Math.sqrt(variance) + added)) : 0;
    for (let i = 0; i < n; i++) vectors[k * n + i] = factor * eigenvectorMatrix.get(i, k);
  });
  const matrix = new Float64Array(n * n);
  addOuterProducts(matrix, vectors, n);
  mirror(matrix, n);
  return matrix;
}

/** Adds Σ v vᵀ over the rows v of `rows`, whose number is a multiple of four, to the lower triangle. */
function addOuterProducts(sums: Float64Array, rows: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    const row = i * n;
    for (let a = 0; a < rows.length; a += 4 * n) {
      const [b, c, d] = [a + n, a + 2 * n, a + 3 * n];
      const [p, q, r, s] = [rows[a + i]!, rows[b + i]!, rows[c + i]!, rows[d + i]!];
      for (let j = 0; j <= i; j++)
        sums[row + j]! += p * rows[a + j]! + q * rows[b + j]! + r * rows[c + j]! + s * rows[d + j]!;
    }
  }
}

/** Copies the lower triangle into the upper one. */
function mirror(matrix: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) matrix[j * n + i] = matrix[i * n + j]!;
}
