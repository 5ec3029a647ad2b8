/**
 * The trace of an operator: exactly on the range of a sketch, by random signs on the rest.
 *
 * @see Meyer, Musco, Musco, Woodruff 2021, "Hutch++: optimal stochastic trace estimation" (arXiv:2010.09649), algorithm 1
 * @see Hutchinson 1990, "A stochastic estimator of the trace of the influence matrix"
 */
import { checkedOptions, integerOption, type OptionTable } from "../options.ts";
import { shared } from "../optionsShared.ts";
import { uniformInto } from "../random/fills.ts";
import { randomKey } from "../random/randomKey.ts";
import { meanEstimate } from "../statistics/meanEstimate.ts";
import { studentQuantile } from "../statistics/student.ts";
import { denseHessian } from "./denseHessian.ts";
import { combination, orthogonalise, orthonormalBasis } from "./orthogonalise.ts";
import { productAnew, productOf } from "./product.ts";
import { symmetricEigen } from "./symmetricEigen.ts";
import type { SymmetricOperator } from "./symmetricOperator.ts";
import { dot } from "./vectors.ts";

/** An estimate of the trace with its error. */
export interface TraceEstimate {
  readonly estimate: number;
  /** Over probes, with what asymmetry and a further product say of the products' arithmetic. */
  readonly standardError: number;
  /** Of Student's t; ∞ where the trace is exact but for arithmetic. */
  readonly degreesOfFreedom: number;
  /** 95 %, by Student's quantile. */
  readonly interval: readonly [low: number, high: number];
  readonly numProducts: number;
}

/** Options of `hessianTrace`. */
export interface TraceOptions {
  /** k. Default 12: 37 products. */
  readonly numProbes?: number;
  readonly seed?: number;
}

const table: OptionTable<TraceOptions> = {
  numProbes: integerOption("[2, ∞)", "Products of the sketch, and probes beside it."),
  seed: shared.seed,
};

/**
 * tr A = tr QᵀAQ + E zᵀ(I − QQᵀ)A(I − QQᵀ)z, with Q an orthonormal basis of k products with random signs and k further probes z.
 *
 * Few large eigenvalues, as Hessians have them, fall into Q and leave a small variance to the probes, which are independent
 * given Q. The standard error is that of their mean, and at least √(2‖B‖²/k) with B = (I − QQᵀ)A(I − QQᵀ), an upper bound that
 * is close for eigenvectors spread over many elements. A flat spectrum costs about four times as many
 * products as Hutchinson's plain probes would. Where n ≤ 3k the diagonal itself is summed. An error that all products share, such
 * as a bias of long float32 sums, is not seen.
 *
 * Cost: 3k + 1 products, or n + 1; memory 2k vectors. Randomness: a function of (seed, probe, element).
 * @throws TypeError or RangeError for a bad option; RangeError for products that are not finite
 */
export async function hessianTrace(operator: SymmetricOperator, options: TraceOptions = {}): Promise<TraceEstimate> {
  const { numProbes, seed } = checkedOptions("hessianTrace", table, { numProbes: 12, seed: 0 }, options);
  const { dimension } = operator;
  if (dimension <= 3 * numProbes) {
    const { matrix, errorNorm } = await denseHessian(operator);
    return stated(
      matrix.map((row, i) => row[i]),
      errorNorm,
      null,
      dimension + 1,
    );
  }
  const sketch: Float64Array[] = [];
  for (let probe = 0; probe < numProbes; probe++) {
    sketch.push(await productOf(operator, randomSigns(dimension, seed, probe)));
  }
  const basis = orthonormalBasis(sketch);
  const rows: number[][] = [];
  for (const q of basis) {
    const image = await productOf(operator, q);
    rows.push(basis.map((other) => dot(other, image)));
  }
  const rest: number[] = [];
  let squares = 0;
  for (let probe = numProbes; probe < 2 * numProbes; probe++) {
    const z = randomSigns(dimension, seed, probe);
    orthogonalise(z, basis);
    const image = await productOf(operator, z);
    rest.push(dot(z, image));
    orthogonalise(image, basis);
    squares += dot(image, image) / numProbes;
  }
  const arithmetic = await arithmeticOf(operator, basis, rows);
  const numProducts = 2 * numProbes + basis.length + 1;
  return stated(
    rows.map((row, i) => row[i]),
    arithmetic,
    { values: rest, squares },
    numProducts,
  );
}

/**
 * What arithmetic may have added to tr QᵀAQ. The antisymmetric part of QᵀAQ is arithmetic alone, and so is what a product with
 * the top vector in Q's range differs from the products with Q; as many independent errors of that size are counted as the
 * trace has large terms, ‖QᵀAQ‖²/λ².
 */
async function arithmeticOf(
  operator: SymmetricOperator,
  basis: readonly Float64Array[],
  rows: readonly (readonly number[])[],
): Promise<number> {
  if (basis.length === 0) return 0;
  const matrix = rows.map((row, i) => Float64Array.from(row, (h, j) => (h + rows[j][i]) / 2));
  const { eigenvalues, vectors } = symmetricEigen(matrix);
  const last = eigenvalues.length - 1;
  const top = Math.abs(eigenvalues[0]) > Math.abs(eigenvalues[last]) ? 0 : last;
  const c = vectors[top];
  const product = await productAnew(operator, combination(c, basis));
  // rows[j] holds Qᵀ(Aqⱼ).
  const deviation = Math.hypot(
    ...basis.map((q, i) => dot(q, product) - rows.reduce((sum, row, j) => sum + c[j] * row[i], 0)),
  );
  const large = Math.hypot(...eigenvalues) / Math.max(Math.abs(eigenvalues[top]), Number.MIN_VALUE);
  const squares = rows.reduce(
    (sum, row, i) => sum + row.reduce((part, h, j) => part + (h - rows[j][i]) ** 2 / 4, 0),
    0,
  );
  return Math.hypot(Math.sqrt((2 * squares) / Math.max(1, basis.length - 1)), large * deviation);
}

/** zᵀBz of each probe and the mean of ‖Bz‖², with B = (I − QQᵀ)A(I − QQᵀ). */
interface Probes {
  readonly values: readonly number[];
  readonly squares: number;
}

/** Adds up the exact part and the probes' mean. */
function stated(
  diagonal: readonly number[],
  arithmetic: number,
  probes: Probes | null,
  numProducts: number,
): TraceEstimate {
  const exact = diagonal.reduce((sum, value) => sum + value, 0);
  const { mean, error } = meanOf(probes);
  const rounding = diagonal.reduce((sum, value) => sum + Math.abs(value), Math.abs(mean)) * 4 * Number.EPSILON;
  const estimate = exact + mean;
  const standardError = Math.hypot(error, arithmetic, rounding);
  const degreesOfFreedom = probes === null ? Number.POSITIVE_INFINITY : probes.values.length - 1;
  const half = studentQuantile(0.975, degreesOfFreedom) * standardError;
  return { estimate, standardError, degreesOfFreedom, interval: [estimate - half, estimate + half], numProducts };
}

/**
 * The mean over probes. Its error is at least √(2‖B‖²/k), ‖B‖² = E‖Bz‖²: where the sketch has missed a large eigenvalue, few probes see
 * it either, and their own spread is then too small whenever their mean is too low.
 */
function meanOf(probes: Probes | null): { readonly mean: number; readonly error: number } {
  if (probes === null) return { mean: 0, error: 0 };
  const { estimate, standardError } = meanEstimate(probes.values);
  return { mean: estimate, error: Math.max(standardError, Math.sqrt((2 * probes.squares) / probes.values.length)) };
}

/** ±1, independent: probe number `probe` of a seed. */
export function randomSigns(dimension: number, seed: number, probe: number): Float64Array {
  const z = new Float64Array(dimension);
  uniformInto(z, { key: randomKey(seed, "probes"), stream: 0, step: probe });
  for (let i = 0; i < dimension; i++) z[i] = z[i] < 0.5 ? -1 : 1;
  return z;
}
