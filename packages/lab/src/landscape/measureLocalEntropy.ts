/** Local entropy of a trained network as a curve over the radius of its neighbourhood. */
import {
  couplingEntropy,
  extremeEigenpairs,
  type LocalEntropyEstimate,
  laplaceEntropy,
  smoothedLossBound,
} from "entropy-sgd";
import type { LossLandscape } from "./lossLandscape.ts";

/** Names of the estimators. */
export type EstimatorName = "smoothed-loss" | "laplace" | "coupling";

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
  /** Langevin samples per rung and chain of the coupling integration. */
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

/**
 * Measures F̃_β(x, σ) at every radius by every estimator.
 *
 * The Langevin step is half of the stable one for the largest eigenvalue at x: ½/(1 + βσ²λ_max) in units of σ². Cost: numDraws
 * losses, (numProbes + 1)·numSteps products, or 51·2·(2·numSamples) gradients per radius, by estimator.
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
  const hessian = landscape.hessianAt(params);
  const { energy: loss, gradient } = await landscape.lossAndGradientAt(params);
  const { largest } = await extremeEigenpairs(hessian, { numSteps: Math.min(numSteps, 40), count: 1, seed });
  const largestEigenvalue = largest[0]!.eigenvalue;
  const points: LocalEntropyPoint[] = [];
  for (const radius of radii) {
    const place = { params, inverseTemperature, radius };
    const estimate: Record<EstimatorName, () => Promise<LocalEntropyEstimate>> = {
      "smoothed-loss": () => smoothedLossBound(lossOnly, { ...place, numDraws, seed }),
      laplace: () => laplaceEntropy({ ...place, loss, gradient, hessian, numSteps, numProbes, seed }),
      coupling: () =>
        couplingEntropy((x) => landscape.lossAndGradientAt(x), {
          ...place,
          numSamples,
          burnIn: numSamples,
          stepSize: 0.5 / (1 + inverseTemperature * radius * radius * Math.max(0, largestEigenvalue)),
          seed,
        }),
    };
    for (const estimator of estimators) {
      if (signal?.aborted) return { loss, largestEigenvalue, points };
      const { estimate: value, standardError, kind, valid, reason, numEvaluations } = await estimate[estimator]();
      const point = { estimator, radius, estimate: value, standardError, kind, valid, reason, numEvaluations };
      points.push(point);
      options.onPoint?.(point);
    }
  }
  return { loss, largestEigenvalue, points };
}
