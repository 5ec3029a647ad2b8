/** How flat the solutions are: curvature, slices of the loss, noise of the weights; for every optimizer and seed. */
import {
  ascentSharpness,
  extremeEigenpairs,
  hessianAt,
  hessianTrace,
  type MeanEstimate,
  nearZeroShare,
  noiseRise,
  spectralDensity,
} from "entropy-sgd/landscape";
import { filterNormalisedDirection, type NetworkObjective, networkObjective } from "entropy-sgd-training";
import type { Run } from "./runs.ts";
import type { Session } from "./session.ts";
import type { OptimizerName } from "./setUp.ts";

/** Curvatures, in loss per squared weight, beyond which directions are counted. */
export const thresholds: readonly number[] = Array.from({ length: 36 }, (_, i) => 10 ** (-4 + i / 5));
/** Deviations of the noise, as shares of each weight. */
export const noiseSizes: readonly number[] = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5];
/** The deviation of which optimizers are compared. */
export const comparedNoise = 0.3;
/** SAM's radius, and steps to the highest point in it. */
const ascent = { radius: 0.05, steps: 20 } as const;

const numLanczosSteps = 30;
const numDensityProbes = 2;
const numTraceProbes = 8;
const numDraws = 12;
const numRandomDirections = 3;

/** What is measured at one solution, on the training examples. */
export interface RunFlatness {
  readonly optimizer: OptimizerName;
  readonly seed: number;
  readonly trainLoss: number;
  readonly testLoss: number;
  readonly testError: number;
  /** The largest eigenvalue of the Hessian; an eigenvalue lies within the residual of it. */
  readonly eigenvalue: number;
  readonly residual: number;
  readonly trace: MeanEstimate;
  /** The rise of the loss within SAM's radius. */
  readonly sharpness: number;
  /** Directions whose curvature is beyond each threshold, in absolute value; an estimate. */
  readonly directions: readonly number[];
  /** The rise of loss and error under each size of noise, over draws that all solutions share. */
  readonly rises: readonly { readonly loss: MeanEstimate; readonly error: MeanEstimate }[];
  /** The loss along filter-normalised directions, the mean over some, at each of `randomSteps`. */
  readonly random: readonly number[];
}

/** Steps along random directions, in norms of the weights' filters. */
export const randomSteps: readonly number[] = Array.from({ length: 21 }, (_, i) => (i - 10) / 10);
/** Steps along the line between two solutions: 0 is SGD's, 1 the other's. */
export const lineSteps: readonly number[] = Array.from({ length: 41 }, (_, i) => (i - 10) / 20);

/** Losses on the line from SGD's solution to another's of the same seed. */
export interface LineLosses {
  readonly optimizer: OptimizerName;
  readonly seed: number;
  readonly train: readonly number[];
  readonly test: readonly number[];
}

/** All of it. */
export interface Flatness {
  /** Gradients of the runs when they were measured. */
  readonly gradients: number;
  readonly runs: readonly RunFlatness[];
  readonly lines: readonly LineLosses[];
}

/** Hooks of a measurement. */
export interface MeasureHooks {
  /** Told after each solution. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Asked between solutions. */
  readonly isStopped?: () => boolean;
}

/**
 * Measures the solutions as they are now; null if it is stopped, or a solution is not finite.
 *
 * Cost of each: about 130 Hessian products, 21 gradients and 200 losses. Randomness: fixed seeds, the same for all solutions.
 */
export async function measureFlatness(session: Session, hooks: MeasureHooks = {}): Promise<Flatness | null> {
  const { spec, data, runs } = session;
  const [train, test] = [networkObjective(spec, data.train), networkObjective(spec, data.test)];
  const found: RunFlatness[] = [];
  const total = runs.runs.length;
  for (const run of runs.runs) {
    if (hooks.isStopped?.() || run.ended === "non-finite") return null;
    found.push(await measured(run, train, test));
    hooks.onProgress?.(found.length, total);
    // Lets a message that stops it be heard.
    await new Promise((resolve) => setTimeout(resolve));
  }
  const lines = runs.runs.flatMap((run) => {
    const sgd = runs.runs.find(({ optimizer, seed }) => optimizer === "sgd" && seed === run.seed)!;
    return run.optimizer === "sgd" ? [] : [lineOf(sgd, run, train, test)];
  });
  return { gradients: runs.runs[0]!.gradients, runs: found, lines };
}

async function measured(run: Run, train: NetworkObjective, test: NetworkObjective): Promise<RunFlatness> {
  const { optimizer, seed } = run;
  const params = Float64Array.from(run.params);
  const hessian = hessianAt(train, params);
  const { largest } = await extremeEigenpairs(hessian, { count: 1, numSteps: numLanczosSteps });
  const density = await spectralDensity(hessian, { numSteps: numLanczosSteps, numProbes: numDensityProbes });
  const { estimate, standardError } = await hessianTrace(hessian, { numProbes: numTraceProbes });
  const { estimate: sharpness } = await ascentSharpness(train, {
    params,
    radius: ascent.radius,
    numAscentSteps: ascent.steps,
    unit: 2 ** -53,
  });
  const scoreAt = (x: Float64Array) => {
    const { loss, metrics } = train.scoresAt(x);
    return { loss, error: metrics.error ?? Number.NaN };
  };
  const rises: RunFlatness["rises"][number][] = [];
  for (const sigma of noiseSizes) rises.push(await noiseRise(scoreAt, { params, sigma, scale: "relative", numDraws }));
  const held = test.scoresAt(params);
  return {
    optimizer,
    seed,
    trainLoss: train.scoresAt(params).loss,
    testLoss: held.loss,
    testError: held.metrics.error ?? Number.NaN,
    eigenvalue: largest[0]!.eigenvalue,
    residual: largest[0]!.residual,
    trace: { estimate, standardError },
    sharpness,
    directions: thresholds.map((threshold) => train.dimension * (1 - nearZeroShare(density, threshold).share)),
    rises: rises.map(({ loss, error }) => ({ loss, error })),
    random: randomLosses(run, train),
  };
}

function randomLosses({ params, model }: Run, { valueAt }: NetworkObjective): number[] {
  const directions = Array.from({ length: numRandomDirections }, (_, i) =>
    filterNormalisedDirection(params, model.layout, 0, i),
  );
  return randomSteps.map((step) => {
    const losses = directions.map((direction) => valueAt(along(params, direction, step)) as number);
    return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  });
}

function lineOf(from: Run, to: Run, train: NetworkObjective, test: NetworkObjective): LineLosses {
  const direction = to.params.map((value, i) => value - from.params[i]!);
  const losses = ({ valueAt }: NetworkObjective): number[] =>
    lineSteps.map((step) => valueAt(along(from.params, direction, step)) as number);
  return { optimizer: to.optimizer, seed: to.seed, train: losses(train), test: losses(test) };
}

function along(from: Float32Array, direction: Float32Array, step: number): Float64Array {
  return Float64Array.from(from, (value, i) => value + step * direction[i]!);
}
