/**
 * The smallest and largest eigenpairs, copies of multiple eigenvalues among them.
 *
 * @see Parlett 1998, "The symmetric eigenvalue problem", chapters 11 (Rayleigh and Ritz) and 13 (Lanczos)
 */
import { rangeError, typeError } from "../errors.ts";
import { checkedOptions, integerOption, type OptionTable, requireObject } from "../options.ts";
import { extremeRitzVectors, type LanczosOptions, lanczos, lanczosTable, randomStart } from "./lanczos.ts";
import { combination, orthogonalise, orthonormalBasis } from "./orthogonalise.ts";
import { productAnew, productOf } from "./product.ts";
import { symmetricEigen } from "./symmetricEigen.ts";
import type { SymmetricOperator } from "./symmetricOperator.ts";
import { dot, norm, vectorOf } from "./vectors.ts";

/** An approximate eigenpair. */
export interface Eigenpair {
  readonly eigenvalue: number;
  /** Unit vector, shape (n,); orthogonal to the other pairs'. */
  readonly vector: Float64Array;
  /**
   * ‖Hv − λv‖ as measured by one more product, and what that product differs from an earlier one, which is the error of their
   * arithmetic; at least the rounding of this calculation. Some eigenvalue of H lies within it of λ.
   */
  readonly residual: number;
}

/** Options of `extremeEigenpairs`. */
export interface ExtremeEigenpairsOptions extends Omit<LanczosOptions, "start"> {
  /** Pairs at each end. */
  readonly count: number;
  /** Lanczos runs at most, of `numSteps` each. Default 1 for one pair, else count + 1. */
  readonly maxRuns?: number;
  /**
   * Approximate eigenvectors from elsewhere, such as `extremeRitzVectors`; they count as a first run, which does not
   * complete a search.
   */
  readonly near?: readonly Float64Array[];
}

const table: OptionTable<Omit<ExtremeEigenpairsOptions, "near">> = {
  count: integerOption("[1, ∞)", "Pairs at each end."),
  maxRuns: integerOption("[1, ∞)", "Lanczos runs at most."),
  ...lanczosTable,
};

/** Extreme eigenpairs and what they cost. */
export interface ExtremeEigenpairs {
  /** The `count` smallest, ascending. */
  readonly smallest: readonly Eigenpair[];
  /** The `count` largest, ascending. */
  readonly largest: readonly Eigenpair[];
  /**
   * Whether a last run, orthogonal to the converged pairs, moved none of their eigenvalues by more than 1e-5 of the largest, or there is
   * nothing more to find: for one pair at each end after a run, or where they span the space. If false, copies of multiple eigenvalues may be missing. Never a proof: a random start
   * hardly meets what few steps cannot reach.
   */
  readonly complete: boolean;
  readonly numRuns: number;
  readonly numProducts: number;
}

/** A unit vector with its measured product. */
interface Direction {
  readonly vector: Float64Array;
  readonly image: Float64Array;
}

/**
 * Residual over the largest |λ| below which later runs are made orthogonal to a pair: a vector half right would hide
 * its other half.
 */
const converged = 1e-3;
/** Above what float32 products move a value, and below what matters. */
const settled = 1e-5;

type Ritz = Eigenpair & Direction;

interface Ends {
  readonly smallest: readonly Ritz[];
  readonly largest: readonly Ritz[];
}

/**
 * The `count` smallest and largest eigenpairs.
 *
 * One Lanczos run sees each eigenvalue once, however many eigenvectors it has. So a further run is made orthogonal to the converged
 * pairs, and again while one changes them; Rayleigh and Ritz's method on products with what all runs found then gives
 * values and measured residuals. Cost: numRuns·(numSteps + 1) products 2·count more per run, and 2·count for the residuals; memory numSteps + 2 + 6·count vectors.
 *
 * A residual bounds the distance to an eigenvalue, not which one. An aborted search gives what it has, which may be nothing.
 * @throws TypeError or RangeError for a bad option, such as a vector of `near` that is zero, not finite or of another
 *   length; RangeError for products that are not finite
 */
export async function extremeEigenpairs(
  operator: SymmetricOperator,
  options: ExtremeEigenpairsOptions,
): Promise<ExtremeEigenpairs> {
  requireObject("extremeEigenpairs", options);
  const { near: given, ...others } = options;
  const near = given === undefined ? undefined : checkedNear(given, operator.dimension);
  const defaults = { seed: 0, maxRuns: others.count === 1 ? 1 : others.count + 1 };
  const { count, maxRuns, ...runOptions } = checkedOptions("extremeEigenpairs", table, defaults, others);
  const { seed, signal } = runOptions;
  let kept: readonly Ritz[] = [];
  let ends: Ends = { smallest: [], largest: [] };
  let numProducts = 0;
  const counted: SymmetricOperator = {
    dimension: operator.dimension,
    apply(v) {
      numProducts += 1;
      return operator.apply(v);
    },
  };
  const isConverged = ({ residual }: Ritz): boolean =>
    residual <= converged * Math.max(...kept.map(({ eigenvalue }) => Math.abs(eigenvalue)));
  const spansAll = (): boolean => kept.length === operator.dimension;

  /** Adds vectors to the space that pairs are taken from. */
  async function widen(vectors: readonly Float64Array[]): Promise<void> {
    const locked = kept.map(({ vector }) => vector);
    const fresh: Direction[] = [];
    for (const vector of orthonormalBasis([...locked, ...vectors]).slice(locked.length)) {
      fresh.push({ vector, image: await productOf(counted, vector) });
    }
    const pairs = rayleighRitz([...kept, ...fresh]);
    ends = { smallest: pairs.slice(0, count), largest: pairs.slice(-count) };
    kept = [...new Set([...pairs.slice(0, count), ...pairs.slice(-count)])];
  }

  if (near !== undefined) await widen(near);
  let numRuns = near === undefined ? 0 : 1;
  let complete = spansAll();
  while (numRuns < maxRuns && !complete && !signal?.aborted) {
    const locked = kept.filter(isConverged).map(({ vector }) => vector);
    const start = randomStart(operator.dimension, seed, numRuns);
    orthogonalise(start, locked);
    const run = await lanczos(deflated(counted, locked), { ...runOptions, start });
    numRuns += 1;
    if (signal?.aborted) break;
    const before = ends;
    await widen(extremeRitzVectors(run, count));
    complete = count === 1 || spansAll() || isSettled(before, ends, count);
  }
  const measured = new Map<Ritz, Eigenpair>();
  for (const pair of kept) {
    const { eigenvalue, vector, image } = pair;
    const product = await productAnew(counted, vector);
    const deviation = norm(product.map((value, i) => value - eigenvalue * vector[i]));
    const arithmetic = norm(product.map((value, i) => value - image[i]));
    measured.set(pair, { eigenvalue, vector, residual: Math.max(pair.residual, deviation + arithmetic) });
  }
  const told = (pairs: readonly Ritz[]): Eigenpair[] => pairs.map((pair) => measured.get(pair)!);
  return { smallest: told(ends.smallest), largest: told(ends.largest), complete, numRuns, numProducts };
}

/** Copies of the vectors of `near`. */
function checkedNear(near: readonly Float64Array[], dimension: number): Float64Array[] {
  if (!Array.isArray(near) || near.length === 0) {
    throw typeError("extremeEigenpairs", "near", "must be an array of at least one vector", near);
  }
  return Array.from(near, (given, k) => {
    const vector = vectorOf("extremeEigenpairs", `near[${k}]`, given, dimension);
    const length = norm(vector);
    if (length > 0 && Number.isFinite(length)) return vector;
    const got = `one of norm ${length}`;
    throw rangeError("extremeEigenpairs", `near[${k}]`, "must be a nonzero finite vector", given, got);
  });
}

/** Whether no value at either end moved by more than a share of the largest: then a further run would find nothing either. */
function isSettled(before: Ends, after: Ends, count: number): boolean {
  const [old, now] = [before, after].map(({ smallest, largest }) =>
    [...smallest, ...largest].map(({ eigenvalue }) => eigenvalue),
  );
  const scale = Math.max(...now.map(Math.abs));
  return before.smallest.length === count && now.every((value, k) => Math.abs(value - old[k]) <= settled * scale);
}

/** (I − VVᵀ)A, for vectors orthogonal to V. */
function deflated(operator: SymmetricOperator, locked: readonly Float64Array[]): SymmetricOperator {
  return {
    dimension: operator.dimension,
    async apply(v) {
      const product = await productOf(operator, v);
      orthogonalise(product, locked);
      return product;
    },
  };
}

/** Eigenpairs of the operator restricted to the span of orthonormal directions, ascending, with their residuals. */
function rayleighRitz(directions: readonly Direction[]): Ritz[] {
  const [vectors, images] = [directions.map(({ vector }) => vector), directions.map(({ image }) => image)];
  const matrix = vectors.map((u, i) =>
    Float64Array.from(vectors, (v, j) => (dot(u, images[j]) + dot(v, images[i])) / 2),
  );
  const { eigenvalues, vectors: coordinates } = symmetricEigen(matrix);
  const rounding = 8 * Math.sqrt(vectors[0].length) * Number.EPSILON * Math.max(...eigenvalues.map(Math.abs));
  return Array.from(eigenvalues, (eigenvalue, k) => {
    const vector = combination(coordinates[k], vectors);
    const image = combination(coordinates[k], images);
    const residual = Math.max(rounding, norm(image.map((value, i) => value - eigenvalue * vector[i])));
    return { eigenvalue, vector, image, residual };
  });
}
