/**
 * Local entropy by Laplace's method: the quadratic approximation of f integrated exactly.
 *
 *   F̃ ≈ −f + ½ gᵀ(H + γI)⁻¹g − (1/2β) log det(I + H/γ)
 */
import { hessianAt } from "../curvature/hessianAt.ts";
import type { SpectralDensity } from "../curvature/spectralDensity.ts";
import type { SymmetricOperator } from "../curvature/symmetricOperator.ts";
import { dot, norm } from "../curvature/vectors.ts";
import { rangeError } from "../errors.ts";
import { type ObjectiveWith, requireObjective } from "../objective.ts";
import { checkedOptions } from "../options.ts";
import { meanEstimate } from "../statistics/meanEstimate.ts";
import type { Vector } from "../types.ts";
import { boundsOf, withinBounds } from "./entropyBounds.ts";
import { type LocalEntropyEstimate, type Neighbourhood, scopeOf, widthOf } from "./localEntropyEstimate.ts";
import { minEffectiveDraws } from "./smoothedLoss.ts";
import { drawsTable, logMeanExp, type WeightedDraw, weightedDraws } from "./weightedDraws.ts";

/** Options of `laplaceEntropy`; all but the radius are shared by all radii. */
export interface LaplaceOptions extends Neighbourhood {
  /** f at x. */
  readonly loss: number;
  /** ∇f at x, shape (n,). */
  readonly gradient: Vector;
  /** Of H at x, at least 2 probes: gives λ_min and log det. One density serves every radius. */
  readonly density: SpectralDensity;
  /** Draws at which the approximation is held against f. Default 64, and 4,096 in up to 16 dimensions. */
  readonly numDraws?: number;
  readonly seed?: number;
}

/** The estimate with the eigenvalue that decides its validity. */
export interface LaplaceEstimate extends LocalEntropyEstimate {
  /** Smallest eigenvalue found, with its residual. */
  readonly smallestEigenvalue: number;
  readonly logDeterminant: number;
}

/**
 * F̃ of the quadratic approximation. Exact for quadratics; elsewhere right where f is quadratic over some σ.
 *
 * log det by stochastic Lanczos quadrature, whose standard error over probes is reported; (H + γI)⁻¹g by conjugate gradients.
 * Invalid unless λ_min > −γ (the quadratic then has no finite integral), and where draws around x refute it: by `entropyBounds`,
 * and in up to 16 dimensions by the mean of exp(−βf), whose difference is then part of the error. In more dimensions that f is
 * quadratic over σ is an assumption. Cost: the products of conjugate gradients, beside those of the density, and
 * numDraws + 1 values.
 *
 * @throws TypeError for an unknown option, or an objective without values or products; RangeError for a bad option or
 *   neighbourhood, a density of another
 *   dimension or of fewer than 2 probes
 */
export async function laplaceEntropy(
  objective: ObjectiveWith<"valueAt" | "hessianProduct">,
  options: LaplaceOptions,
): Promise<LaplaceEstimate> {
  const { loss, gradient, density, ...place } = options;
  // In few dimensions draws alone can tell F̃.
  const few = widthOf(density.dimension) > 1;
  const checked = checkedOptions("laplaceEntropy", drawsTable, { numDraws: few ? 4096 : 64, seed: 0 }, place);
  const beta = checked.inverseTemperature;
  requireObjective("laplaceEntropy", objective, "valueAt", "hessianProduct");
  const n = checked.params.length;
  const numProbes = density.probes.length;
  if (numProbes < 2) throw rangeError("laplaceEntropy", "density", "must have at least 2 probes", numProbes);
  if (density.dimension !== n) {
    throw rangeError("laplaceEntropy", "density", `must be of dimension ${n}`, density.dimension);
  }
  const gamma = scopeOf(checked);
  const lowest = density.probes.map(({ nodes, residuals }) => ({ eigenvalue: nodes[0], residual: residuals[0] }));
  const { eigenvalue, residual } = lowest.reduce((least, pair) => (pair.eigenvalue < least.eigenvalue ? pair : least));
  if (eigenvalue - residual <= -gamma) {
    const reason = `the smallest eigenvalue ${eigenvalue.toExponential(2)} is not above −γ = ${(-gamma).toExponential(2)}`;
    const nothing = { estimate: Number.NaN, standardError: Number.NaN, logDeterminant: Number.NaN };
    return { ...nothing, kind: "estimate", valid: false, reason, numEvaluations: 0, smallestEigenvalue: eigenvalue };
  }
  const logDeterminants = density.probes.map(({ nodes, weights }) =>
    weights.reduce((sum, weight, k) => sum + weight * n * Math.log1p(Math.max(nodes[k] / gamma, -1 + 1e-12)), 0),
  );
  const { estimate: logDeterminant, standardError: probeError } = meanEstimate(logDeterminants);
  const solved = await solveShifted(hessianAt(objective, checked.params), gamma, gradient);
  const estimate = -loss + 0.5 * dot(gradient, solved.solution) - logDeterminant / (2 * beta);
  const draws = await weightedDraws("laplaceEntropy", objective, checked, true);
  // Where the approximation has its minimum f is low, if the approximation is right.
  const bottom = await objective.valueAt(Float64Array.from(checked.params, (value, i) => value - solved.solution[i]));
  const drawn = few ? againstDraws(estimate, draws, beta) : { error: 0, reason: null };
  const reason = solved.converged ? drawn.reason : "conjugate gradients did not converge";
  return withinBounds(
    {
      estimate,
      standardError: Math.hypot(probeError / (2 * beta), drawn.error),
      kind: "estimate",
      valid: reason === null,
      reason,
      numEvaluations: solved.numProducts,
      smallestEigenvalue: eigenvalue,
      logDeterminant,
    },
    boundsOf(draws, Math.min(loss, bottom), beta),
  );
}

/**
 * What independent draws, where they can tell F̃ by themselves, say about an estimate: an error of it, or why it is
 * wrong.
 */
function againstDraws(estimate: number, draws: readonly WeightedDraw[], beta: number) {
  const { value, standardError, effectiveDraws } = logMeanExp(draws, beta);
  const difference = Math.abs(estimate - value / beta);
  const error = Math.hypot(difference, standardError / beta);
  if (!(effectiveDraws >= minEffectiveDraws)) {
    return {
      error,
      reason: `only ${effectiveDraws.toFixed(1)} of ${draws.length} draws around x can tell whether f is quadratic`,
    };
  }
  if (difference <= (3 * standardError) / beta) return { error, reason: null };
  return { error, reason: `f is not quadratic over σ: draws around x give F̃ = ${(value / beta).toPrecision(4)}` };
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
