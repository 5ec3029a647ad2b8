/**
 * Critical points of a small network's training loss: index against energy.
 *
 * @see Dauphin et al. 2014 (arXiv:1406.2572), section 3: the experiment; Frye et al. 2021 (arXiv:2003.10397): its caveat
 */
import type { Objective } from "entropy-sgd";
import { sgd, type Vector } from "entropy-sgd";
import {
  denseHessian,
  findCriticalPoint,
  hessianAt,
  lbfgs,
  type RankCorrelation,
  rankCorrelation,
  symmetricEigenvaluesInTurns,
} from "entropy-sgd/landscape";
import { normalInto, randomKey } from "entropy-sgd/random";
import {
  batchFiller,
  compileNetwork,
  type NetworkSpec,
  type Split,
  throwIfInterrupted,
  wasInterrupted,
  withReplacement,
} from "entropy-sgd-training";
import { nodePlatform } from "entropy-sgd-training/node";
import { eventTurns } from "./eventTurns.ts";
import { type LossLandscape, lossLandscape } from "./lossLandscape.ts";

/** Options of the search for critical points. */
export interface SaddleOptions {
  readonly numExamples: number;
  /** Searches. */
  readonly numStarts: number;
  readonly seed: number;
  /** Weight decay λ: the energy is f + λ‖x‖²/2, whose minima are finite. */
  readonly weightDecay: number;
  /** A point is critical if ‖∇‖ is below this. */
  readonly tolerance: number;
  readonly threads?: number | undefined;
  readonly signal?: { readonly aborted: boolean };
  readonly onSearch?: (found: SaddlePoint | null) => void;
}

/** A critical point, different from those before it. */
export interface SaddlePoint {
  /** f + λ‖x‖²/2. */
  readonly energy: number;
  /** Share of wrong answers on the examples. */
  readonly error: number;
  /** Share of eigenvalues below −indexTolerance, and below −eigenvalueError where that is larger. */
  readonly index: number;
  readonly smallestEigenvalue: number;
  /** About the largest rounding error of an eigenvalue, from `denseHessian`. */
  readonly eigenvalueError: number;
  readonly gradientNorm: number;
  /** ‖H∇‖/(‖H‖‖∇‖), from `findCriticalPoint`. */
  readonly gradientFlatness: number;
  readonly search: SearchKind;
  /** Hidden units that were not silent at the start. */
  readonly activeUnits: number;
}

/** Damped Newton steps alone, or after descent: on the energy, and on ½‖∇‖². */
export type SearchKind = "newton" | "descent, then newton";

/** The outcome of the searches. */
export interface SaddleStudy {
  /** Whether a signal ended them before the last. */
  readonly interrupted: boolean;
  readonly points: readonly SaddlePoint[];
  readonly numSearches: number;
  /** Searches whose gradient did not fall below the tolerance, by kind. */
  readonly numNotConverged: Readonly<Record<SearchKind, number>>;
  /** The number of these whose gradient lies nearly in the Hessian's kernel. */
  readonly numGradientFlat: number;
  /** Converged searches whose point had been found before. */
  readonly numRepeated: number;
  /** Spearman's correlation of index and energy; null for fewer than 4 points or a constant index. */
  readonly correlation: RankCorrelation | null;
}

/** Eigenvalues above −this count as not negative. */
export const indexTolerance = 1e-4;
/** Below this a stalled point is gradient-flat. */
const flatTolerance = 1e-2;
/** Points closer in energy than this count as one: symmetric copies of a point have equal energies. */
const distinctEnergy = 1e-5;
const [batchSize, learningRate] = [50, 0.3];
/** Steps of SGD at which a path is left, in turn. */
const pathSteps = [0, 20, 50, 100, 200, 400];
/** Deviation of disturbances per weight, in turn. */
const disturbances = [0, 0.1, 0.3];
const [numEnergySteps, numDescentSteps, numNewtonSteps, numProductsPerStep] = [3000, 10, 30, 300];

/**
 * Searches from points along paths of SGD and disturbances of them, with 0 … all hidden units of a network of one hidden
 * layer active.
 *
 * A silent unit, all of whose weights are 0, has no gradient and stays silent: paths of smaller networks lead to their minima,
 * which are saddles of the whole network (Fukumizu and Amari 2000). Every fourth search is of Newton steps alone. Randomness:
 * a function of the seed.
 */
export async function findSaddles(spec: NetworkSpec, split: Split, options: SaddleOptions): Promise<SaddleStudy> {
  const { numExamples, numStarts, weightDecay, tolerance, threads, signal, onSearch } = options;
  const landscape = lossLandscape(spec, split, {
    numExamples,
    batchSize: numExamples,
    threads,
    signal,
  });
  const objective = regularised(landscape, weightDecay);
  const starts = await sgdStarts(spec, split, options);
  const points: SaddlePoint[] = [];
  const numNotConverged: Record<SearchKind, number> = { newton: 0, "descent, then newton": 0 };
  let [numGradientFlat, numRepeated, numSearches] = [0, 0, 0];
  const interrupted = await wasInterrupted(async () => {
    for (let k = 0; k < numStarts; k++) {
      const { start, activeUnits, search } = await starts.at(k);
      const descends = search !== "newton";
      const low = descends
        ? (await lbfgs(objective, { start, tolerance: 10 * tolerance, maxSteps: numEnergySteps })).point
        : start;
      const { point, converged, gradientNorm, gradientFlatness } = await findCriticalPoint(objective, {
        start: low,
        tolerance,
        numNewtonSteps,
        numProductsPerStep,
        numDescentSteps: descends ? numDescentSteps : 0,
      });
      let kept: SaddlePoint | null = null;
      if (converged) {
        const energy = await objective.valueAt(point);
        if (points.some((other) => Math.abs(other.energy - energy) < distinctEnergy)) numRepeated += 1;
        else {
          const { metric: error } = await landscape.scoreAt(point);
          const { matrix, errorNorm: eigenvalueError } = await denseHessian(hessianAt(objective, point));
          const eigenvalues = await symmetricEigenvaluesInTurns(matrix, eventTurns(signal));
          const negative = -Math.max(indexTolerance, eigenvalueError);
          const index = eigenvalues.filter((value) => value < negative).length / eigenvalues.length;
          const smallestEigenvalue = eigenvalues[0]!;
          const curvature = { index, smallestEigenvalue, eigenvalueError };
          kept = { energy, error, ...curvature, gradientNorm, gradientFlatness, search, activeUnits };
          points.push(kept);
        }
      } else {
        numNotConverged[search] += 1;
        if (gradientFlatness < flatTolerance) numGradientFlat += 1;
      }
      numSearches += 1;
      onSearch?.(kept);
    }
  });
  await starts.close();
  await landscape.close();
  return {
    interrupted,
    points,
    numSearches,
    numNotConverged,
    numGradientFlat,
    numRepeated,
    correlation: correlationOf(points),
  };
}

/** f + λ‖x‖²/2; a value costs a gradient, so that energies are those of the searches. */
function regularised(landscape: LossLandscape, weightDecay: number): Required<Objective> {
  async function valueAndGradientAt(x: Vector, out: Vector): Promise<number> {
    const value = await landscape.valueAndGradientAt(x, out);
    let square = 0;
    for (let i = 0; i < x.length; i++) {
      square += x[i]! * x[i]!;
      out[i]! += weightDecay * x[i]!;
    }
    return value + (weightDecay / 2) * square;
  }
  return {
    valueAt: (x) => valueAndGradientAt(x, new Float64Array(x.length)),
    valueAndGradientAt,
    async hessianProduct(x, v, out) {
      await landscape.hessianProduct(x, v, out);
      for (let i = 0; i < v.length; i++) out[i]! += weightDecay * v[i]!;
    },
  };
}

function correlationOf(points: readonly SaddlePoint[]): RankCorrelation | null {
  if (points.length < 4 || new Set(points.map(({ index }) => index)).size < 2) return null;
  return rankCorrelation(
    points.map(({ energy }) => energy),
    points.map(({ index }) => index),
  );
}

/** Start number k: a point on its own path of SGD on mini-batches, disturbed except in silent units. */
async function sgdStarts(spec: NetworkSpec, split: Split, { numExamples, seed, weightDecay, signal }: SaddleOptions) {
  const size = Math.min(batchSize, numExamples);
  const model = await compileNetwork(spec, { platform: nodePlatform, batchSize: size, dropout: 0, threads: 1 });
  const optimizer = sgd({ learningRate, momentum: 0, weightDecay });
  const gradient = new Float32Array(model.numParams);
  const [inputWeights, biases, outputWeights] = model.layout;
  const numUnits = inputWeights!.shape[1]!;
  /** The hidden unit that weight i belongs to; −1 for the output biases. */
  const unitOf = (i: number): number => {
    if (i < biases!.offset) return (i - inputWeights!.offset) % numUnits;
    if (i < outputWeights!.offset) return i - biases!.offset;
    const row = Math.floor((i - outputWeights!.offset) / outputWeights!.shape[1]!);
    return row < numUnits ? row : -1;
  };
  return {
    async at(k: number): Promise<{ start: Float64Array; activeUnits: number; search: SearchKind }> {
      const activeUnits = numUnits - (k % (numUnits + 1));
      const turn = Math.floor(k / (numUnits + 1));
      const active = (i: number): boolean => unitOf(i) < activeUnits;
      const nextBatch = batchFiller(model, split, withReplacement(numExamples, seed + k));
      const initial = model.initialParams(seed + k);
      let state = optimizer.init(initial.map((value, i) => (active(i) ? value : 0)));
      for (let step = 0; step < pathSteps[turn % pathSteps.length]!; step++) {
        throwIfInterrupted(signal);
        nextBatch(step);
        await model.lossAndGradient(optimizer.gradientPoint(state) as Float32Array, gradient);
        state = optimizer.step(gradient, state);
      }
      const noise = new Float64Array(model.numParams);
      normalInto(noise, { key: randomKey(seed, "saddle-starts"), stream: 0, step: k });
      const sigma = disturbances[turn % disturbances.length]!;
      const path = optimizer.evalPoint(state);
      const start = noise.map((z, i) => path[i]! + (active(i) ? sigma * z : 0));
      return { start, activeUnits, search: turn % 4 === 3 ? "newton" : "descent, then newton" };
    },
    close: (): Promise<void> => model.close(),
  };
}
