/** Loss and metric of a network as it would be deployed with given weights: what slices and weight noise measure. */
import type { Vector } from "entropy-sgd";
import { permutationInto, randomKey } from "entropy-sgd/random";
import {
  type AnySplit,
  classification,
  evaluationPrograms,
  type NetworkSpec,
  type PrimaryMetric,
  primaryMetricOf,
  subset,
} from "entropy-sgd-training";
import { nodePlatform } from "entropy-sgd-training/node";
import type { NoiseEntry } from "onnx-grad";
import { hasBatchNorm, requireExamples, withoutBatchNorm } from "./lossLandscape.ts";
import {
  networkPasses,
  type PassHooks,
  type PassScorer,
  passScorer,
  plainBatches,
  type Score,
} from "./networkPasses.ts";

/** Options of `recalibratedScores`. */
export interface RecalibratedScoresOptions extends PassHooks {
  /** The training split, for batch-norm statistics. */
  readonly calibration: AnySplit;
  /** Examples of the split, from the first on; all when absent. */
  readonly numExamples?: number;
  /** Examples per pass. Default 128. */
  readonly batchSize?: number;
}

/** Disturbances of a forward pass; batches are numbered from 0. */
export interface Disturbance {
  /** The disturbed weights for a batch. */
  weights?(x: Float32Array, batch: number): Float32Array;
  /** Overwrites a copy of a batch's inputs, shape (count, ...inputShape). */
  inputs?(examples: Float32Array, batch: number): void;
  /** Fills the noise behind each activation. */
  readonly activations?: {
    readonly entry: NoiseEntry;
    fill(noise: Float32Array, layer: number, batch: number): void;
  };
}

/**
 * Scores in evaluation mode, without dropout. With batch norm, the statistics are recalibrated whenever the weights change, each
 * time on the same examples, so that scores are a function of the weights alone.
 */
export interface RecalibratedScores {
  readonly numExamples: number;
  /** What scores are of beside the loss. */
  readonly metric: PrimaryMetric;
  /** One forward pass over the examples, and one over those of the recalibration. */
  scoreAt(x: Vector): Promise<Score>;
  /** The scores of each batch, of which the last may have fewer examples; with one recalibration for each change of weights. */
  batchScores(x: Vector, disturbance?: Disturbance): Promise<Score[]>;
  close(): Promise<void>;
}

/** The most training examples of a recalibration: the same ones at every point of every run. */
const maxCalibration = 5000;

/**
 * Makes the scores of a network over the first examples of a split. Programs are compiled at first use.
 *
 * Randomness: the calibration examples are drawn once with seed 0, a function of their number in the split.
 * @throws InputError if there are fewer examples
 */
export function recalibratedScores(
  spec: NetworkSpec,
  split: AnySplit,
  options: RecalibratedScoresOptions,
): RecalibratedScores {
  const { calibration, numExamples = split.numExamples, batchSize = 128, ...hooks } = options;
  const { threads, device, signal, onPass, task = classification() } = hooks;
  requireExamples(split, numExamples);
  const batchNorm = hasBatchNorm(spec);
  const programs = { platform: nodePlatform, device, task, dropout: 0, threads };
  const { statistics, recalibrate, close } = evaluationPrograms(spec, programs);
  const calibrating = calibrationSubset(calibration);
  const passes = networkPasses(spec, split, {
    ...hooks,
    statistics,
    mode: "evaluation",
    order: Array.from({ length: numExamples }, (_, i) => i),
    batchSizes: plainBatches(numExamples, batchSize),
  });

  let calibrated: Float32Array | null = null;
  /** Recalibrates the statistics to the weights. */
  async function calibrateAt(params: Float32Array): Promise<void> {
    if (!batchNorm || calibrated?.every((value, i) => value === params[i])) return;
    calibrated = null;
    await recalibrate(params, calibrating, signal);
    calibrated = params.slice();
    onPass?.({ kind: "recalibration", numExamples: calibrating.numExamples });
  }

  const overBatches: OverBatches = async (x, disturbance, use) => {
    const { weights, inputs, activations } = disturbance;
    const own = Float32Array.from(x);
    const of = async (batch: number) => {
      const params = weights?.(own, batch) ?? own;
      await calibrateAt(params);
      return {
        params,
        disturb: inputs && ((examples: Float32Array) => inputs(examples, batch)),
        fillNoise: (noise: Float32Array, layer: number) => activations?.fill(noise, layer, batch),
      };
    };
    await passes.overBatches(activations?.entry ?? "loss", of, ([logits], start, count) => {
      use(logits!, start, count);
    });
  };

  return {
    numExamples,
    metric: primaryMetricOf(task),
    ...scoresOver(overBatches, () => passScorer(spec, passes, task)),
    async close() {
      await passes.close();
      await close();
    },
  };
}

/** Calls `use` with the outputs of each batch. */
type OverBatches = (x: Vector, disturbance: Disturbance, use: PassScorer["add"]) => Promise<void>;

/** Scores of batches each, and of all together. */
function scoresOver(
  overBatches: OverBatches,
  newScorer: () => PassScorer,
): Pick<RecalibratedScores, "batchScores" | "scoreAt"> {
  return {
    async batchScores(x, disturbance = {}) {
      const scores: Score[] = [];
      await overBatches(x, disturbance, (...batch) => {
        const { add, score } = newScorer();
        add(...batch);
        scores.push(score());
      });
      return scores;
    },
    async scoreAt(x) {
      const { add, score } = newScorer();
      await overBatches(x, {}, add);
      return score();
    },
  };
}

/** Examples of a recalibration; 0 without batch norm. */
export function numCalibration(spec: NetworkSpec, calibration: AnySplit): number {
  return hasBatchNorm(spec) ? Math.min(maxCalibration, calibration.numExamples) : 0;
}

/** A description of the scores, for pages and JSON. */
export function scoresObjective(spec: NetworkSpec, calibration: AnySplit): string {
  const number = numCalibration(spec, calibration);
  if (number === 0) return withoutBatchNorm;
  return `evaluation mode, batch-norm statistics recalibrated at each point on the same ${number} training images, without dropout`;
}

/** Up to 5,000 examples of a split, drawn without replacement with seed 0. */
export function calibrationSubset<S extends AnySplit>(split: S): S {
  const order = new Int32Array(split.numExamples);
  permutationInto(order, { key: randomKey(0, "calibration"), stream: 0, step: 0 });
  return subset(split, order.subarray(0, maxCalibration));
}
