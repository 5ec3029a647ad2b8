/**
 * Local entropy by Laplace's method: the quadratic approximation of f integrated exactly.
 *
 *   F̃ ≈ −f + ½ gᵀ(H + γI)⁻¹g − (1/2β) log det(I + H/γ)
 */
import { dot, norm, type SymmetricOperator } from "../curvature/hessianOperator.ts";
import type { SpectralDensity } from "../curvature/spectralDensity.ts";
import type { Vector } from "../types.ts";
import { type LocalEntropyBounds, reasonBeyondBounds } from "./annealedEntropy.ts";
import {
  checkNeighbourhood,
  type LocalEntropyEstimate,
  type LossAt,
  type Neighbourhood,
  scopeOf,
} from "./localEntropyEstimate.ts";
import { startsElsewhere } from "./startsElsewhere.ts";

/** What the approximation is made of. */
export interface LaplaceOptions extends Neighbourhood {
  readonly loss: number;
  /** ∇f at x, shape (n,). */
  readonly gradient: Vector;
  /** H at x. */
  readonly hessian: SymmetricOperator;
  /** Of H, at least 2 probes: gives λ_min and log det. One density serves every radius. */
  readonly density: SpectralDensity;
  /** With it, the estimate is invalid where a start elsewhere finds a better place; costs its descents. */
  readonly lossAt?: LossAt;
  /** What F̃ must lie between: the estimate is invalid beyond. */
  readonly bounds?: LocalEntropyBounds;
  /** Of the starts elsewhere. Default 0. */
  readonly seed?: number;
}

/** The estimate with what decided about it. */
export interface LaplaceEstimate extends LocalEntropyEstimate {
  /** Smallest eigenvalue found, with its residual. */
  readonly smallestEigenvalue: number;
  readonly logDeterminant: number;
}

/**
 * F̃ of the quadratic approximation. Exact for quadratics; elsewhere right where f is quadratic over some σ.
 *
 * log det by stochastic Lanczos quadrature, whose standard error over probes is reported; (H + γI)⁻¹g by conjugate gradients.
 * Invalid unless λ_min > −γ: the quadratic then has no finite integral. Cost: the products of conjugate gradients, beside those
 * of the density.
 *
 * @throws RangeError for a bad neighbourhood or a density of another dimension or of fewer than 2 probes
 */
export async function laplaceEntropy(options: LaplaceOptions): Promise<LaplaceEstimate> {
  checkNeighbourhood("laplaceEntropy", options);
  const { loss, gradient, hessian, density, inverseTemperature: beta } = options;
  const numProbes = density.probes.length;
  if (numProbes < 2) throw new RangeError(`laplaceEntropy: density must have at least 2 probes, got ${numProbes}`);
  if (density.dimension !== hessian.dimension) {
    throw new RangeError(`laplaceEntropy: density must be of dimension ${hessian.dimension}, got ${density.dimension}`);
  }
  const gamma = scopeOf(options);
  const lowest = density.probes.map(({ nodes, residuals }) => ({ eigenvalue: nodes[0], residual: residuals[0] }));
  const { eigenvalue, residual } = lowest.reduce((least, pair) => (pair.eigenvalue < least.eigenvalue ? pair : least));
  if (eigenvalue - residual <= -gamma) {
    const reason = `the smallest eigenvalue ${eigenvalue.toExponential(2)} is not above −γ = ${(-gamma).toExponential(2)}`;
    const nothing = { estimate: Number.NaN, standardError: Number.NaN, logDeterminant: Number.NaN };
    return { ...nothing, kind: "estimate", valid: false, reason, numEvaluations: 0, smallestEigenvalue: eigenvalue };
  }
  const n = hessian.dimension;
  const logDeterminants = density.probes.map(({ nodes, weights }) =>
    weights.reduce((sum, weight, k) => sum + weight * n * Math.log1p(Math.max(nodes[k] / gamma, -1 + 1e-12)), 0),
  );
  const logDeterminant = logDeterminants.reduce((sum, value) => sum + value, 0) / numProbes;
  const squares = logDeterminants.reduce((sum, value) => sum + (value - logDeterminant) ** 2, 0);
  const solved = await solveShifted(hessian, gamma, gradient);
  const estimate = -loss + 0.5 * dot(gradient, solved.solution) - logDeterminant / (2 * beta);
  const standardError = Math.sqrt(squares / (numProbes - 1) / numProbes) / (2 * beta);
  const { lossAt, bounds = {}, seed = 0 } = options;
  const beyond = solved.converged
    ? reasonBeyondBounds({ estimate, standardError }, bounds)
    : "conjugate gradients did not converge";
  const elsewhere =
    lossAt === undefined || beyond !== null
      ? { reason: beyond, numEvaluations: 0 }
      : await startsElsewhere(lossAt, options, new Float64Array(n), seed);
  return {
    ...{ estimate, standardError, kind: "estimate", valid: elsewhere.reason === null, reason: elsewhere.reason },
    numEvaluations: solved.numProducts + elsewhere.numEvaluations,
    smallestEigenvalue: eigenvalue,
    logDeterminant,
  };
}

/** (H + γI)⁻¹b by conjugate gradients (Hestenes and Stiefel 1952), to a relative residual of 1e-6. */
async function solveShifted(hessian: SymmetricOperator, gamma: number, b: Vector) {
  const maxSteps = 500;
  const solution = new Float64Array(b.length);
  const r = Float64Array.from(b);
  let p = r.slice();
  let square = dot(r, r);
  const target = 1e-12 * square;
  let numProducts = 0;
  while (square > target && numProducts < maxSteps) {
    const product = await hessian.apply(p);
    numProducts += 1;
    const q = p.map((value, i) => product[i] + gamma * value);
    const step = square / dot(p, q);
    for (let i = 0; i < b.length; i++) {
      solution[i] += step * p[i];
      r[i] -= step * q[i];
    }
    const next = dot(r, r);
    const ratio = next / square;
    p = p.map((value, i) => r[i] + ratio * value);
    square = next;
  }
  return { solution, numProducts, converged: norm(b) === 0 || square <= target };
}
