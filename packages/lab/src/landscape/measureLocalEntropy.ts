/** Local entropy of a trained network as a curve over the radius of its neighbourhood. */
import {
  couplingEntropy,
  extremeEigenpairs,
  type LocalEntropyEstimate,
  laplaceEntropy,
  type SpectralDensity,
  scopeEntropy,
  smoothedLossBound,
  spectralDensity,
} from "entropy-sgd";
import type { LossLandscape } from "./lossLandscape.ts";
import { plausible } from "./plausible.ts";

/** Names of the estimators. */
export type EstimatorName = "smoothed-loss" | "laplace" | "coupling" | "scope";

/** What is measured where. */
export interface LocalEntropyOptions {
  /** β; the training-set size makes βf the negative log-likelihood. */
  readonly inverseTemperature: number;
  /** σ per weight. */
  readonly radii: readonly number[];
  readonly estimators: readonly EstimatorName[];
  /** Gaussian draws of the smoothed loss. */
  readonly numDraws: number;
  /** Lanczos steps of Laplace's log det, and of the largest eigenvalue that sets the Langevin step. */
  readonly numSteps: number;
  readonly numProbes: number;
  /** Langevin samples per rung and chain of the integrations over coupling and scope. */
  readonly numSamples: number;
  readonly seed: number;
  readonly onPoint?: (point: LocalEntropyPoint) => void;
  readonly signal?: { readonly aborted: boolean };
}

/** One estimate of the curve. */
export interface LocalEntropyPoint extends LocalEntropyEstimate {
  readonly estimator: EstimatorName;
  readonly radius: number;
}

/** The estimates at each radius, in order; and f at the point itself, which −F̃ approaches for small radii. */
export interface LocalEntropyCurve {
  readonly loss: number;
  readonly largestEigenvalue: number;
  readonly points: readonly LocalEntropyPoint[];
}

/** Intervals of the integrations, steps before the first kept, and the share of z forgotten in a step. */
const [numRungs, burnIn, stepSize] = [6, 10, 0.8];

/**
 * Measures F̃_β(x, σ) at every radius by every estimator.
 *
 * Langevin steps are kept stable by the largest eigenvalue at x. Cost: numDraws losses per radius; numProbes·numSteps products
 * once; 28·(numSamples + 10) gradients per radius and integration (7 rungs, 2 chains, at a step and its half).
 */
export async function measureLocalEntropy(
  landscape: LossLandscape,
  params: Float32Array,
  options: LocalEntropyOptions,
): Promise<LocalEntropyCurve> {
  const { inverseTemperature, radii, estimators, numDraws, numSteps, numProbes, numSamples, seed, signal } = options;
  const lossOnly = async (x: Float64Array) => {
    const { loss } = await landscape.lossAt(x);
    return { energy: loss, gradient: new Float64Array(0) };
  };
  const gradientAt = (x: Float64Array) => landscape.lossAndGradientAt(x);
  const hessian = landscape.hessianAt(params);
  const { energy: loss, gradient } = await gradientAt(Float64Array.from(params));
  const { largest } = await extremeEigenpairs(hessian, { numSteps: Math.min(numSteps, 20), count: 1, seed });
  const largestEigenvalue = largest[0]!.eigenvalue;
  // One density for all radii, where Laplace's method is asked for.
  let density: Promise<SpectralDensity> | undefined;
  const points: LocalEntropyPoint[] = [];
  for (const radius of radii) {
    const place = { params, inverseTemperature, radius };
    const curvature = { largestEigenvalue: Math.max(0, largestEigenvalue) };
    const ladder = { ...place, ...curvature, numRungs, numSamples, burnIn, stepSize, seed };
    const estimate: Record<EstimatorName, () => Promise<LocalEntropyEstimate>> = {
      "smoothed-loss": () => smoothedLossBound(lossOnly, { ...place, numDraws, seed }),
      laplace: async () => {
        density ??= spectralDensity(hessian, { numSteps, numProbes, seed });
        return laplaceEntropy({ ...place, loss, gradient, hessian, density: await density });
      },
      coupling: () => couplingEntropy(gradientAt, ladder),
      scope: () => scopeEntropy(gradientAt, ladder),
    };
    for (const estimator of estimators) {
      if (signal?.aborted) return { loss, largestEigenvalue, points };
      const found = plausible(await estimate[estimator]());
      const { estimate: value, standardError, kind, valid, reason, numEvaluations } = found;
      const point = { estimator, radius, estimate: value, standardError, kind, valid, reason, numEvaluations };
      points.push(point);
      options.onPoint?.(point);
    }
  }
  return { loss, largestEigenvalue, points };
}
