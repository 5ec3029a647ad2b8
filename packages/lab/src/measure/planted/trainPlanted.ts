/** One run of an optimizer on a planted perceptron. */
import type { AnyState, Optimizer } from "entropy-sgd";
import type { BinaryPerceptron } from "entropy-sgd/planted";
import { integersInto, normalInto, randomKey, uniformInto } from "entropy-sgd/random";

/** Where runs begin: near 0, or at a random configuration. */
export const plantedStarts = ["origin", "corner"] as const;
export type PlantedStart = (typeof plantedStarts)[number];

/** What all optimizers share on one instance and start. */
export interface PlantedRun {
  readonly problem: BinaryPerceptron;
  /** Shape (n,). */
  readonly start: Float64Array;
  /** Examples of the mini-batches, one after another. */
  readonly order: Int32Array;
  readonly batchSize: number;
}

/** Where a run ended. */
export interface PlantedEnd {
  /** The point to deploy, shape (n,). */
  readonly point: Float64Array;
  /** Whether all its numbers are finite. */
  readonly finite: boolean;
  /** Mean of ‖γ(x − μ)‖ over that of ‖∇f‖, both at outer steps; null without an inner loop. */
  readonly forceShare: number | null;
}

/** Starting point and order of examples. Randomness: a function of the seed. */
export function plantedRun(
  problem: BinaryPerceptron,
  at: PlantedStart,
  {
    numGradients,
    batchSize,
    seed,
  }: { readonly numGradients: number; readonly batchSize: number; readonly seed: number },
): PlantedRun {
  const { numWeights, numExamples } = problem;
  const drawn = new Float32Array(numWeights);
  const draw = { key: randomKey(seed, "planted-start", at), stream: 0, step: 0 };
  if (at === "origin") normalInto(drawn, draw);
  else uniformInto(drawn, draw);
  const start = Float64Array.from(drawn, (value) => (at === "origin" ? 0.1 * value : value < 0.5 ? -1 : 1));
  const order = new Int32Array(numGradients * batchSize);
  integersInto(order, numExamples, { key: randomKey(seed, "planted-order", at), stream: 0, step: 0 });
  return { problem, start, order, batchSize };
}

/** Spends all mini-batches, one gradient each. */
export function trainPlanted(
  optimizer: Optimizer<AnyState>,
  { problem, start, order, batchSize }: PlantedRun,
): PlantedEnd {
  const gradient = new Float64Array(problem.numWeights);
  let state = optimizer.init(start);
  let [force, slope, outerSteps] = [0, 0, 0];
  for (let at = 0; at < order.length; at += batchSize) {
    problem.batchValueAndGradientAt(optimizer.gradientPoint(state), order.subarray(at, at + batchSize), gradient);
    state = optimizer.step(gradient, state);
    const { outerSteps: done, localEntropyGradientNorm, gradientNorm } = state.progress;
    if (done === outerSteps || localEntropyGradientNorm === undefined || localEntropyGradientNorm === null) continue;
    outerSteps = done;
    force += localEntropyGradientNorm;
    slope += gradientNorm;
  }
  const point = Float64Array.from(optimizer.evalPoint(state));
  return { point, finite: point.every(Number.isFinite), forceShare: outerSteps === 0 ? null : force / slope };
}
