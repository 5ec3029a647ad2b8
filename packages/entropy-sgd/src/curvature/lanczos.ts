/**
 * Lanczos' method with full re-orthogonalisation.
 *
 * @see Golub, Van Loan 2013, "Matrix computations", 4th edition, sections 10.1 and 10.3
 */
import { normalInto } from "../random/fills.ts";
import { randomKey } from "../random/randomKey.ts";
import { dot, norm, type SymmetricOperator } from "./hessianOperator.ts";
import { type Tridiagonal, tridiagonalEigen } from "./tridiagonalEigen.ts";

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

/** The tridiagonal matrix VᵀHV and the orthonormal basis V. */
export interface LanczosResult extends Tridiagonal {
  /** Orthonormal vectors, shape (n,) each. */
  readonly basis: readonly Float64Array[];
  /** Norm of what the last product left outside the basis: 0 where the basis spans an invariant subspace. */
  readonly residualNorm: number;
  readonly numProducts: number;
}

/**
 * m steps of Lanczos' method from a start vector.
 *
 * Re-orthogonalised against the whole basis twice per step, so that no eigenvalue appears as a spurious copy. Cost: m
 * products, 4nm² flops; memory m + 2 vectors of n float64.
 *
 * @throws RangeError for a number of steps that is not a positive integer or a start of another length or zero
 */
export async function lanczos(operator: SymmetricOperator, options: LanczosOptions): Promise<LanczosResult> {
  const { dimension } = operator;
  const { numSteps, seed = 0, onStep, signal } = options;
  if (!Number.isInteger(numSteps) || numSteps < 1) {
    throw new RangeError(`lanczos: numSteps must be a positive integer, got ${numSteps}`);
  }
  const start = options.start?.slice() ?? randomStart(dimension, seed);
  const length = norm(start);
  if (start.length !== dimension || !(length > 0)) {
    throw new RangeError(
      `lanczos: start must be a nonzero vector of ${dimension} elements, got ${start.length} of norm ${length}`,
    );
  }
  const basis: Float64Array[] = [start.map((value) => value / length)];
  const diagonal: number[] = [];
  const offDiagonal: number[] = [];
  let residualNorm = 0;
  let scale = 0;
  for (let k = 0; k < Math.min(numSteps, dimension) && !signal?.aborted; k++) {
    let w: Float64Array;
    try {
      w = Float64Array.from(await operator.apply(basis[k]));
    } catch (error) {
      if (signal?.aborted) break;
      throw error;
    }
    onStep?.(k + 1);
    const alpha = dot(w, basis[k]);
    diagonal.push(alpha);
    // Twice is enough (Kahan and Parlett): after the second pass what is left is orthogonal to rounding.
    for (let pass = 0; pass < 2; pass++) {
      for (const v of basis) {
        const c = dot(w, v);
        for (let i = 0; i < dimension; i++) w[i] -= c * v[i];
      }
    }
    residualNorm = norm(w);
    scale = Math.max(scale, Math.abs(alpha), residualNorm);
    // What rounding alone leaves outside an invariant subspace.
    const exhausted = residualNorm <= Math.max(100, dimension) * Number.EPSILON * scale;
    if (exhausted) residualNorm = 0;
    if (exhausted || k + 1 >= Math.min(numSteps, dimension)) break;
    offDiagonal.push(residualNorm);
    basis.push(w.map((value) => value / residualNorm));
  }
  return {
    diagonal: Float64Array.from(diagonal),
    offDiagonal: Float64Array.from(offDiagonal.slice(0, Math.max(0, diagonal.length - 1))),
    basis,
    residualNorm,
    numProducts: diagonal.length,
  };
}

/** Independent normals, a function of the seed. */
function randomStart(dimension: number, seed: number): Float64Array {
  const start = new Float64Array(dimension);
  normalInto(start, { key: randomKey(seed, "lanczos"), stream: 0, step: 0 });
  return start;
}

/** An approximate eigenpair. */
export interface Eigenpair {
  readonly eigenvalue: number;
  /** Unit vector, shape (n,). */
  readonly vector: Float64Array;
  /** ‖Hv − λv‖: some eigenvalue of H lies within it of λ. */
  readonly residual: number;
}

/** Extreme eigenpairs and what they cost. */
export interface ExtremeEigenpairs {
  /** The `count` smallest, ascending. */
  readonly smallest: readonly Eigenpair[];
  /** The `count` largest, ascending. */
  readonly largest: readonly Eigenpair[];
  readonly numProducts: number;
}

/**
 * The smallest and the largest eigenpairs from one Lanczos run, with residuals.
 *
 * The residual of a pair is |β s| with β the norm left outside the basis and s the last component of its vector in the
 * basis; it bounds the distance to a true eigenvalue (for symmetric H), not which one.
 */
export async function extremeEigenpairs(
  operator: SymmetricOperator,
  options: LanczosOptions & { readonly count: number },
): Promise<ExtremeEigenpairs> {
  const result = await lanczos(operator, options);
  const m = result.diagonal.length;
  const unit = Array.from({ length: m }, (_, i) => Float64Array.from({ length: m }, (_, j) => (i === j ? 1 : 0)));
  const { eigenvalues, rows } = tridiagonalEigen(result, unit);
  const pair = (k: number): Eigenpair => {
    const vector = new Float64Array(operator.dimension);
    for (let j = 0; j < m; j++) {
      const weight = rows[j][k];
      for (let i = 0; i < vector.length; i++) vector[i] += weight * result.basis[j][i];
    }
    return { eigenvalue: eigenvalues[k], vector, residual: Math.abs(result.residualNorm * rows[m - 1][k]) };
  };
  const count = Math.min(options.count, m);
  return {
    smallest: Array.from({ length: count }, (_, k) => pair(k)),
    largest: Array.from({ length: count }, (_, k) => pair(m - count + k)),
    numProducts: result.numProducts,
  };
}
