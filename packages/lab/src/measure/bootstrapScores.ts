/** Metrics of a network over some examples, with intervals by the bootstrap over these examples. */
import { integersInto, randomKey } from "entropy-sgd/random";
import type { Scores, TargetSpec, Targets, Task } from "entropy-sgd-training";
import { sizeOf } from "onnx-grad";

/** Outputs and targets of all examples, in order. */
export interface Answered {
  readonly outputs: Float32Array;
  readonly targets: Targets;
  readonly numExamples: number;
}

/** A number with its interval; null where it is not defined, or too seldom for an interval. */
export interface Estimate {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** Loss and metrics by name. */
export interface BootstrapScores {
  readonly estimates: Readonly<Record<string, Estimate>>;
  /** Tables of the task over the examples themselves, such as `confusion`. */
  readonly tables: Scores["tables"];
}

/** How many samples, and their seed. */
export interface BootstrapOptions {
  readonly numSamples: number;
  readonly seed: number;
  /** Checked between two samples. */
  readonly onSample?: (sample: number) => void;
}

const level = 0.95;

/** Samples of fewer examples are too much alike: their intervals would be too narrow, and none are given. */
const fewestExamples = 30;

/**
 * The scores, and 95 % percentile intervals (Efron 1979): the 2.5 % and 97.5 % quantiles of the scores of samples of as many
 * examples, drawn with replacement. They say what other test examples of the same kind would change, not what another seed would.
 *
 * Of fewer than 30 examples there are no intervals. Cost: `numSamples` + 1 passes of the task's scorer over the outputs. Randomness: a function of (seed, sample).
 */
export function bootstrapScores(
  task: Task,
  outputShape: readonly number[],
  answered: Answered,
  { numSamples, seed, onSample }: BootstrapOptions,
): BootstrapScores {
  const { outputs, targets, numExamples } = answered;
  const { shape }: TargetSpec = task.targetsOf(outputShape);
  const [outputSize, targetSize] = [sizeOf(outputShape), sizeOf(shape)];
  const whole = scored(task, outputShape, outputs, targets, numExamples);
  const flat = ({ loss, metrics }: Scores): Readonly<Record<string, number | null>> => ({ loss, ...metrics });
  const samples: Readonly<Record<string, number | null>>[] = [];
  const key = randomKey(seed, "bootstrap");
  const chosen = new Int32Array(numExamples);
  const [ownOutputs, ownTargets] = [outputs.slice(), targets.slice()];
  for (let sample = 0; sample < numSamples; sample++) {
    onSample?.(sample);
    integersInto(chosen, numExamples, { key, stream: 0, step: sample });
    for (let i = 0; i < numExamples; i++) {
      const from = chosen[i]!;
      ownOutputs.set(outputs.subarray(from * outputSize, (from + 1) * outputSize), i * outputSize);
      ownTargets.set(targets.subarray(from * targetSize, (from + 1) * targetSize), i * targetSize);
    }
    samples.push(flat(scored(task, outputShape, ownOutputs, ownTargets, numExamples)));
  }
  const estimates = Object.entries(flat(whole)).map(([name, value]) => {
    const found = samples
      .map((one) => one[name] ?? Number.NaN)
      .filter(Number.isFinite)
      .sort((a, b) => a - b);
    const none = { low: null, high: null };
    return [name, { value, ...(numExamples < fewestExamples ? none : intervalOf(found, numSamples)) }] as const;
  });
  return { estimates: Object.fromEntries(estimates), tables: whole.tables };
}

function scored(
  task: Task,
  outputShape: readonly number[],
  outputs: Float32Array,
  targets: Targets,
  count: number,
): Scores {
  const { add, scores } = task.scorer(outputShape);
  add(outputs, targets, count);
  return scores();
}

/** None where a metric is not defined in more than one sample of a hundred: the others are no fair draw. */
function intervalOf(sorted: readonly number[], numSamples: number): Pick<Estimate, "low" | "high"> {
  if (sorted.length === 0 || sorted.length < 0.99 * numSamples) return { low: null, high: null };
  const quantile = (share: number): number => {
    const at = share * (sorted.length - 1);
    const [below, above] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!];
    return below + (at - Math.floor(at)) * (above - below);
  };
  return { low: quantile((1 - level) / 2), high: quantile((1 + level) / 2) };
}
