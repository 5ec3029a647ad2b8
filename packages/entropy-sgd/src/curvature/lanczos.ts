/**
 * Lanczos' method with full re-orthogonalisation.
 *
 * @see Golub, Van Loan 2013, "Matrix computations", 4th edition, sections 10.1 and 10.3
 */
import { rangeError } from "../errors.ts";
import {
  checkedOptions,
  functionOption,
  integerOption,
  type OptionTable,
  requireObject,
  signalOption,
} from "../options.ts";
import { shared } from "../optionsShared.ts";
import { normalInto } from "../random/fills.ts";
import { randomKey } from "../random/randomKey.ts";
import { combination, orthogonalise } from "./orthogonalise.ts";
import { productAnew, productOf } from "./product.ts";
import type { SymmetricOperator } from "./symmetricOperator.ts";
import { type Tridiagonal, tridiagonalEigen } from "./tridiagonalEigen.ts";
import { dot, norm, vectorOf } from "./vectors.ts";

/** Options of `lanczos`. */
export interface LanczosOptions {
  /** Steps m, each one product; fewer are taken where an invariant subspace is found. */
  readonly numSteps: number;
  /** The first vector, normalised here; random by `seed` when absent. Shape (n,). */
  readonly start?: Float64Array;
  readonly seed?: number;
  /** Called after each product. */
  readonly onStep?: (numProducts: number) => void;
  /** Ends the run at the steps done so far; a product may throw after it, too. */
  readonly signal?: { readonly aborted: boolean };
}

/** The rules of `lanczos`, shared by what runs it. */
export const lanczosTable: OptionTable<Omit<LanczosOptions, "start">> = {
  numSteps: integerOption("[1, ∞)", "Steps, each one product."),
  seed: shared.seed,
  onStep: functionOption("Called after each product."),
  signal: signalOption(),
};

/** The tridiagonal matrix VᵀHV, the orthonormal basis V, and what is known of its errors. */
export interface LanczosResult extends Tridiagonal {
  /** Orthonormal vectors, shape (n,) each. */
  readonly basis: readonly Float64Array[];
  /** Norm of what the last product left outside the basis: 0 where the basis spans an invariant subspace. */
  readonly residualNorm: number;
  /**
   * ‖Hy − (what the recurrence says of Hy)‖ for the Ritz vector y of the largest |λ|, from one more product: how far the products'
   * arithmetic is from linear. In float32 about 1e-7 to 1e-5 of the largest eigenvalue; ∞ where an abort left it unmeasured.
   */
  readonly arithmeticError: number;
  readonly numProducts: number;
}

/**
 * m steps of Lanczos' method from a start vector.
 *
 * Re-orthogonalised against the whole basis twice per step, so that no eigenvalue appears as a spurious copy. Cost: m + 1
 * products, 4nm² flops; memory m + 2 vectors of n float64.
 *
 * @throws RangeError for a number of steps that is not a positive integer, a start of another length, zero or not
 *   finite, and for
 *   products that are not finite
 */
export async function lanczos(operator: SymmetricOperator, options: LanczosOptions): Promise<LanczosResult> {
  const { dimension } = operator;
  requireObject("lanczos", options);
  const { start: given, ...others } = options;
  const { numSteps, seed, onStep, signal } = checkedOptions("lanczos", lanczosTable, { seed: 0 }, others);
  const start = given === undefined ? randomStart(dimension, seed, 0) : vectorOf("lanczos", "start", given, dimension);
  const length = norm(start);
  if (!(length > 0 && Number.isFinite(length))) {
    throw rangeError("lanczos", "start", "must be a nonzero finite vector", start, `one of norm ${length}`);
  }
  const basis: Float64Array[] = [start.map((value) => value / length)];
  const diagonal: number[] = [];
  const offDiagonal: number[] = [];
  let rest: Float64Array = new Float64Array(dimension);
  let residualNorm = 0;
  let scale = 0;
  for (let k = 0; k < Math.min(numSteps, dimension) && !signal?.aborted; k++) {
    const product = await unlessAborted(signal, () => productOf(operator, basis[k]));
    if (product === null) break;
    rest = product;
    onStep?.(k + 1);
    const alpha = dot(rest, basis[k]);
    diagonal.push(alpha);
    orthogonalise(rest, basis);
    residualNorm = norm(rest);
    scale = Math.max(scale, Math.abs(alpha), residualNorm);
    // What rounding alone leaves outside an invariant subspace.
    const exhausted = residualNorm <= Math.max(100, dimension) * Number.EPSILON * scale;
    if (exhausted) residualNorm = 0;
    if (exhausted || k + 1 >= Math.min(numSteps, dimension)) break;
    offDiagonal.push(residualNorm);
    basis.push(rest.map((value) => value / residualNorm));
  }
  const taken = diagonal.length;
  const found = {
    diagonal: Float64Array.from(diagonal),
    offDiagonal: Float64Array.from(offDiagonal.slice(0, Math.max(0, taken - 1))),
    basis: basis.slice(0, taken),
  };
  if (signal?.aborted || taken === 0) {
    return { ...found, residualNorm, arithmeticError: Number.POSITIVE_INFINITY, numProducts: taken };
  }
  const deviation = await unlessAborted(signal, () => deviationFrom(found, rest, operator));
  const arithmeticError = deviation ?? Number.POSITIVE_INFINITY;
  onStep?.(taken + 1);
  return { ...found, residualNorm, arithmeticError, numProducts: taken + 1 };
}

/** What `work` gives; null where a signal ended it, by an error perhaps. */
async function unlessAborted<Result>(
  signal: LanczosOptions["signal"],
  work: () => Promise<Result>,
): Promise<Result | null> {
  try {
    return await work();
  } catch (error) {
    if (signal?.aborted) return null;
    throw error;
  }
}

/** ‖Hy − θy − sₘr‖ for the Ritz pair (θ, y = Vs) of the largest |θ|, r what the last product left outside the basis. */
async function deviationFrom(
  found: Tridiagonal & Pick<LanczosResult, "basis">,
  rest: Float64Array,
  operator: SymmetricOperator,
): Promise<number> {
  const { eigenvalues, vectors } = ritzPairs(found);
  const last = eigenvalues.length - 1;
  const top = Math.abs(eigenvalues[0]) > Math.abs(eigenvalues[last]) ? 0 : last;
  const y = combination(vectors[top], found.basis);
  const product = await productAnew(operator, y);
  return norm(product.map((value, i) => value - eigenvalues[top] * y[i] - vectors[top][last] * rest[i]));
}

/** Eigenvalues of the tridiagonal matrix, ascending, and its eigenvectors: coordinates of the Ritz vectors in the basis. */
function ritzPairs(tridiagonal: Tridiagonal): {
  readonly eigenvalues: Float64Array;
  readonly vectors: readonly Float64Array[];
} {
  const m = tridiagonal.diagonal.length;
  const unit = Array.from({ length: m }, (_, i) => Float64Array.from({ length: m }, (_, j) => (i === j ? 1 : 0)));
  const { eigenvalues, rows } = tridiagonalEigen(tridiagonal, unit);
  return { eigenvalues, vectors: Array.from({ length: m }, (_, k) => Float64Array.from(rows, (row) => row[k])) };
}

/** The Ritz vectors of the `count` smallest and largest eigenvalues of a run, ascending. */
export function extremeRitzVectors(run: LanczosResult, count: number): Float64Array[] {
  const { vectors } = ritzPairs(run);
  return vectors
    .filter((_, k) => k < count || k >= vectors.length - count)
    .map((coordinates) => combination(coordinates, run.basis));
}

/** Independent normals, a function of (seed, run). */
export function randomStart(dimension: number, seed: number, run: number): Float64Array {
  const start = new Float64Array(dimension);
  normalInto(start, { key: randomKey(seed, "lanczos"), stream: 0, step: run });
  return start;
}
