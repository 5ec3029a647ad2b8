/**
 * Local entropy by Laplace's method: the quadratic approximation of f integrated exactly.
 *
 *   F̃ ≈ −f + ½ gᵀ(H + γI)⁻¹g − (1/2β) log det(I + H/γ)
 */
import { dot, norm, type SymmetricOperator } from "../curvature/hessianOperator.ts";
import { extremeEigenpairs } from "../curvature/lanczos.ts";
import { spectralDensity } from "../curvature/spectralDensity.ts";
import type { Vector } from "../types.ts";
import { checkNeighbourhood, type LocalEntropyEstimate, type Neighbourhood, scopeOf } from "./localEntropyEstimate.ts";

/** What the approximation is made of. */
export interface LaplaceOptions extends Neighbourhood {
  readonly loss: number;
  /** ∇f at x, shape (n,). */
  readonly gradient: Vector;
  /** H at x. */
  readonly hessian: SymmetricOperator;
  /** Lanczos steps of each probe of log det. */
  readonly numSteps: number;
  readonly numProbes: number;
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
 * Invalid unless λ_min > −γ: the quadratic then has no finite integral. Cost: numSteps·(numProbes + 1) products and those of
 * conjugate gradients.
 *
 * @throws RangeError for a bad neighbourhood or numbers that are not positive integers (at least 2 probes)
 */
export async function laplaceEntropy(options: LaplaceOptions): Promise<LaplaceEstimate> {
  checkNeighbourhood("laplaceEntropy", options);
  const { loss, gradient, hessian, numSteps, numProbes, seed = 0, inverseTemperature: beta } = options;
  if (!Number.isInteger(numProbes) || numProbes < 2) {
    throw new RangeError(`laplaceEntropy: numProbes must be an integer in [2, ∞), got ${numProbes}`);
  }
  const gamma = scopeOf(options);
  const extremes = await extremeEigenpairs(hessian, { numSteps, seed, count: 1 });
  const { eigenvalue, residual } = extremes.smallest[0];
  let numEvaluations = extremes.numProducts;
  if (eigenvalue - residual <= -gamma) {
    const reason = `the smallest eigenvalue ${eigenvalue.toExponential(2)} is not above −γ = ${(-gamma).toExponential(2)}`;
    const nothing = { estimate: Number.NaN, standardError: Number.NaN, logDeterminant: Number.NaN };
    return { ...nothing, kind: "estimate", valid: false, reason, numEvaluations, smallestEigenvalue: eigenvalue };
  }
  const density = await spectralDensity(hessian, { numSteps, numProbes, seed: seed + 1 });
  numEvaluations += density.numProducts;
  const n = hessian.dimension;
  const logDeterminants = density.probes.map(({ nodes, weights }) =>
    weights.reduce((sum, weight, k) => sum + weight * n * Math.log1p(Math.max(nodes[k] / gamma, -1 + 1e-12)), 0),
  );
  const logDeterminant = logDeterminants.reduce((sum, value) => sum + value, 0) / numProbes;
  const squares = logDeterminants.reduce((sum, value) => sum + (value - logDeterminant) ** 2, 0);
  const solved = await solveShifted(hessian, gamma, gradient);
  numEvaluations += solved.numProducts;
  return {
    estimate: -loss + 0.5 * dot(gradient, solved.solution) - logDeterminant / (2 * beta),
    standardError: Math.sqrt(squares / (numProbes - 1) / numProbes) / (2 * beta),
    kind: "estimate",
    valid: solved.converged,
    reason: solved.converged ? null : "conjugate gradients did not converge",
    numEvaluations,
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
