/** Local entropy of a trained network as a curve over the radius of its neighbourhood. */
import {
  couplingEntropy,
  extremeEigenpairs,
  hessianAt,
  type LocalEntropyEstimate,
  ladderEvaluations,
  laplaceEntropy,
  scopeEntropy,
  smoothedLossBound,
  spectralDensity,
} from "entropy-sgd/landscape";
import type { LossLandscape } from "./lossLandscape.ts";
import { plausible } from "./plausible.ts";

/** Names of the estimators. */
export type EstimatorName = "smoothed-loss" | "laplace" | "coupling" | "scope";

/** Options of a curve of local entropy. */
export interface LocalEntropyOptions {
  /** β; the training-set size makes βf the negative log-likelihood. */
  readonly inverseTemperature: number;
  /** σ per weight. */
  readonly radii: readonly number[];
  readonly estimators: readonly EstimatorName[];
  /** Gaussian draws of the smoothed loss. */
  readonly numDraws: number;
  /** Lanczos steps of Laplace's log det. */
  readonly numSteps: number;
  readonly numProbes: number;
  /** Moves kept per rung and ladder along the coupling and the scope, at least 8. */
  readonly numSamples: number;
  readonly seed: number;
  /** Called with the curve before its first point; points are added to it as they are measured. */
  readonly onCurve?: (curve: LocalEntropyCurve) => void;
  readonly onPoint?: (point: LocalEntropyPoint) => void;
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

/** Options of the ladders along coupling and scope: intervals, ladders, most gradients of a move, moves before the first kept, draws. */
const ladder = { numRungs: 8, numChains: 4, numLeapfrogSteps: 8, burnIn: 8, numDraws: 16 } as const;

/** Options of the estimators beside the radius. */
export type EstimatorNumbers = Pick<
  LocalEntropyOptions,
  "inverseTemperature" | "numDraws" | "numSteps" | "numProbes" | "numSamples" | "seed"
>;

/** Estimators around one solution. */
export interface LocalEntropyEstimators {
  /** f and ∇f at the solution. */
  atSolution(): Promise<{ readonly loss: number; readonly gradient: Float64Array }>;
  /** λ_max at the solution. */
  largestEigenvalue(): Promise<number>;
  estimate(name: EstimatorName, radius: number): Promise<LocalEntropyEstimate>;
}

/**
 * Every estimator of F̃ around a solution, by radius. Values that radii share (f, its gradient, λ_max, the spectral density) are
 * computed once, when first needed.
 */
export function localEntropyEstimators(
  landscape: LossLandscape,
  params: Float32Array,
  numbers: EstimatorNumbers,
): LocalEntropyEstimators {
  const { inverseTemperature, numDraws, numSteps, numProbes, numSamples, seed } = numbers;
  const hessian = hessianAt(landscape, params);
  const atSolution = once(async () => {
    const gradient = new Float64Array(params.length);
    return { loss: await landscape.valueAndGradientAt(params, gradient), gradient };
  });
  const density = once(() => spectralDensity(hessian, { numSteps, numProbes, seed }));
  const largestEigenvalue = once(async () => {
    const { largest } = await extremeEigenpairs(hessian, { numSteps: Math.min(numSteps, 20), count: 1, seed });
    return largest[0]!.eigenvalue;
  });
  const place = (radius: number) => ({ params, inverseTemperature, radius });
  const ladders = (radius: number) => ({ ...place(radius), ...ladder, numSamples, seed });
  const estimates: Readonly<Record<EstimatorName, (radius: number) => Promise<LocalEntropyEstimate>>> = {
    "smoothed-loss": (radius) => smoothedLossBound(landscape, { ...place(radius), numDraws, seed }),
    laplace: async (radius) => {
      const draws = { numDraws: Math.max(2, numDraws), seed };
      return laplaceEntropy(landscape, {
        ...place(radius),
        ...(await atSolution()),
        density: await density(),
        ...draws,
      });
    },
    coupling: (radius) => couplingEntropy(landscape, ladders(radius)),
    scope: (radius) => scopeEntropy(landscape, ladders(radius)),
  };
  return {
    atSolution,
    largestEigenvalue,
    estimate: async (name: EstimatorName, radius: number) => plausible(await estimates[name](radius)),
  };
}

/** About the number of conjugate gradient steps of Laplace's method at a radius, at most 500. */
export const usualConjugateSteps = 50;

/** Passes over the examples for a network of `dimension` weights: at most so many gradients, about so many products. */
export function localEntropyCost(
  { radii, estimators, numDraws, numSteps, numProbes, numSamples }: LocalEntropyOptions,
  dimension: number,
): {
  readonly numLosses: number;
  readonly numGradients: number;
  readonly numProducts: number;
} {
  const has = (name: EstimatorName): number => (estimators.includes(name) ? 1 : 0);
  const integration = ladderEvaluations({ ...ladder, numSamples }, dimension);
  return {
    numLosses: radii.length * (has("smoothed-loss") * numDraws + has("laplace") * (numDraws + 1)),
    numGradients: 1 + (has("coupling") + has("scope")) * radii.length * integration,
    numProducts: Math.min(numSteps, 20) + has("laplace") * (numProbes * numSteps + radii.length * usualConjugateSteps),
  };
}

/** A function that is called at most once. */
function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/**
 * Measures F̃_β(x, σ) at every radius by every estimator.
 *
 * Cost: `localEntropyCost`. An integration takes 288·numSamples + 3,900 gradients at most, and a fraction of it where the loss is flat
 * over σ: moves are then a quarter turn of one or two gradients.
 */
export async function measureLocalEntropy(
  landscape: LossLandscape,
  params: Float32Array,
  options: LocalEntropyOptions,
): Promise<LocalEntropyCurve> {
  const { radii, estimators } = options;
  const { atSolution, largestEigenvalue, estimate } = localEntropyEstimators(landscape, params, options);
  const points: LocalEntropyPoint[] = [];
  const curve = { loss: (await atSolution()).loss, largestEigenvalue: await largestEigenvalue(), points };
  options.onCurve?.(curve);
  for (const radius of radii) {
    for (const estimator of estimators) {
      const { estimate: value, standardError, kind, valid, reason, numEvaluations } = await estimate(estimator, radius);
      const point = { estimator, radius, estimate: value, standardError, kind, valid, reason, numEvaluations };
      points.push(point);
      options.onPoint?.(point);
    }
  }
  return curve;
}
