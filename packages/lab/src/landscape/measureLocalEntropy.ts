/** Local entropy of a trained network as a curve over the radius of its neighbourhood. */
import {
  couplingEntropy,
  extremeEigenpairs,
  type LocalEntropyEstimate,
  laplaceEntropy,
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
  /** Lanczos steps of Laplace's log det. */
  readonly numSteps: number;
  readonly numProbes: number;
  /** Particles of each of the three populations along the coupling and the scope, at least 4. */
  readonly numParticles: number;
  readonly seed: number;
  /** Called with the curve before its first point; points come to it as they are measured. */
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

/** Of the populations along coupling and scope: enough for the sizes of networks, where works count thousands of nats. */
const annealing = { numReplicas: 3, numMoves: 1, numLeapfrog: 4, maxRungs: 200 };
/** Rungs that the path of a small network takes, about: 13 to 100, and 200 at most. */
const usualRungs = 40;

/** What the estimators need, beside the place. */
export type EstimatorNumbers = Pick<
  LocalEntropyOptions,
  "inverseTemperature" | "numDraws" | "numSteps" | "numProbes" | "numParticles" | "seed"
>;

/** Estimators around one solution. */
export interface LocalEntropyEstimators {
  /** f and ∇f at the solution. */
  atSolution(): Promise<{ readonly energy: number; readonly gradient: Float64Array }>;
  /** λ_max at the solution. */
  largestEigenvalue(): Promise<number>;
  estimate(name: EstimatorName, radius: number): Promise<LocalEntropyEstimate>;
}

/**
 * Every estimator of F̃ around a solution, by radius. What radii share (f, its gradient, λ_max, the spectral density) is had
 * once, when an estimator first asks for it.
 */
export function localEntropyEstimators(
  landscape: LossLandscape,
  params: Float32Array,
  numbers: EstimatorNumbers,
): LocalEntropyEstimators {
  const { inverseTemperature, numDraws, numSteps, numProbes, numParticles, seed } = numbers;
  const lossOnly = async (x: Float64Array) => {
    const { loss } = await landscape.lossAt(x);
    return { energy: loss, gradient: new Float64Array(0) };
  };
  const gradientAt = (x: Float64Array) => landscape.lossAndGradientAt(x);
  const hessian = landscape.hessianAt(params);
  const atSolution = once(() => gradientAt(Float64Array.from(params)));
  const density = once(() => spectralDensity(hessian, { numSteps, numProbes, seed }));
  const largestEigenvalue = once(async () => {
    const { largest } = await extremeEigenpairs(hessian, { numSteps: Math.min(numSteps, 20), count: 1, seed });
    return largest[0]!.eigenvalue;
  });
  const place = (radius: number) => ({ params, inverseTemperature, radius });
  const populations = (radius: number) => ({ ...place(radius), ...annealing, numParticles, seed });
  const estimates: Readonly<Record<EstimatorName, (radius: number) => Promise<LocalEntropyEstimate>>> = {
    "smoothed-loss": (radius) => smoothedLossBound(lossOnly, { ...place(radius), numDraws, seed }),
    laplace: async (radius) => {
      const { energy: loss, gradient } = await atSolution();
      // Jensen's bound by a few draws: an approximation far below it has failed.
      const draws = await smoothedLossBound(lossOnly, { ...place(radius), numDraws: Math.max(2, numDraws), seed });
      const found = await laplaceEntropy({ ...place(radius), loss, gradient, hessian, density: await density() });
      return aboveJensen(found, draws);
    },
    coupling: async (radius) => couplingEntropy(gradientAt, populations(radius)),
    scope: async (radius) => scopeEntropy(gradientAt, populations(radius)),
  };
  return {
    atSolution,
    largestEigenvalue,
    estimate: async (name: EstimatorName, radius: number) => plausible(await estimates[name](radius)),
  };
}

/** Marks an estimate that lies below Jensen's bound by more than three standard errors, as F̃ cannot. */
function aboveJensen(found: LocalEntropyEstimate, bound: LocalEntropyEstimate): LocalEntropyEstimate {
  const error = Math.hypot(found.standardError, bound.standardError);
  const numEvaluations = found.numEvaluations + bound.numEvaluations;
  if (!found.valid || found.estimate >= bound.estimate - 3 * error) return { ...found, numEvaluations };
  const reason = `F̃ = ${found.estimate.toPrecision(3)} is below Jensen's bound −E f = ${bound.estimate.toPrecision(3)}`;
  return { ...found, numEvaluations, valid: false, reason };
}

/** Conjugate gradients of Laplace's method at a radius, about: 500 at most. */
export const usualConjugateSteps = 50;

/** Passes over the examples, about. */
export function localEntropyCost({
  radii,
  estimators,
  numDraws,
  numSteps,
  numProbes,
  numParticles,
}: LocalEntropyOptions): {
  readonly numLosses: number;
  readonly numGradients: number;
  readonly numProducts: number;
} {
  const has = (name: EstimatorName): number => (estimators.includes(name) ? 1 : 0);
  const { numReplicas, numMoves, numLeapfrog } = annealing;
  // The pilot's four moves at a rung, the replicas' there and back, and twice as many particles that start elsewhere and settle.
  const perRung = numLeapfrog * numParticles * (4 + 2 * numReplicas * numMoves + 2 * numMoves);
  const path = usualRungs * perRung + 2 * numParticles * 20 * numLeapfrog;
  return {
    numLosses: (has("smoothed-loss") + has("laplace")) * radii.length * numDraws,
    numGradients: 1 + (has("coupling") + has("scope")) * radii.length * path,
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
 * Cost: numDraws losses per radius; numProbes·numSteps products once; for coupling and scope numParticles·(48·rungs + 160) gradients
 * per radius, with as many rungs as the loss asks for.
 */
export async function measureLocalEntropy(
  landscape: LossLandscape,
  params: Float32Array,
  options: LocalEntropyOptions,
): Promise<LocalEntropyCurve> {
  const { radii, estimators } = options;
  const { atSolution, largestEigenvalue, estimate } = localEntropyEstimators(landscape, params, options);
  const points: LocalEntropyPoint[] = [];
  const curve = { loss: (await atSolution()).energy, largestEigenvalue: await largestEigenvalue(), points };
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
