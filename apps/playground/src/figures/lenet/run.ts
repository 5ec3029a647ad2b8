/** A run as the page shows it, made from what the worker tells. */
import type { OuterEvent, RecordedEvaluation, RunResult } from "entropy-sgd-training";
import type { ShownAnswers } from "./answers.ts";
import type { OptimizerName, RunSettings } from "./recipe.ts";
import type { Told } from "./trainLenet.ts";

/** What is known of a run. */
export interface Run {
  readonly settings: RunSettings;
  readonly totalGradients: number;
  readonly gradientsPerEpoch: number;
  /** Mini-batch loss of each gradient so far. */
  readonly losses: readonly number[];
  readonly outer: readonly OuterEvent[];
  readonly evaluations: readonly RecordedEvaluation[];
  /** Of the newest gradients; null before. */
  readonly msPerGradient: number | null;
  /** What the loop warns of. */
  readonly problem: string | null;
  readonly result: RunResult | null;
  readonly answers: ShownAnswers | null;
}

/** A run of which nothing is known yet. */
export function newRun(settings: RunSettings): Run {
  const nothing = { losses: [], outer: [], evaluations: [], msPerGradient: null };
  return { settings, totalGradients: 0, gradientsPerEpoch: 1, ...nothing, problem: null, result: null, answers: null };
}

/** How much a new measurement counts in the shown time of a gradient. */
const smoothing = 0.2;

/** The run after something was told of it. */
export function withTold(run: Run, told: Told): Run {
  switch (told.type) {
    case "start":
      return { ...run, totalGradients: told.totalGradients, gradientsPerEpoch: told.gradientsPerEpoch };
    case "gradients": {
      const before = run.msPerGradient ?? told.milliseconds;
      const msPerGradient = before + smoothing * (told.milliseconds - before);
      return { ...run, losses: [...run.losses, ...told.losses], msPerGradient };
    }
    case "outer":
      return { ...run, outer: [...run.outer, told] };
    case "evaluation":
      return { ...run, evaluations: [...run.evaluations, told] };
    case "warning":
      return { ...run, problem: told.message };
    case "end":
      return { ...run, result: told.result };
    case "answers":
      return { ...run, answers: told.answers };
  }
}

/** Means of the last `width` values, of fewer at the beginning. */
export function runningMeans(values: readonly number[], width: number): Float64Array {
  let sum = 0;
  return Float64Array.from(values, (value, i) => {
    sum += value - (i >= width ? values[i - width]! : 0);
    return sum / Math.min(i + 1, width);
  });
}

/** Names for readers. */
export const shownNames: Readonly<Record<OptimizerName, string>> = { "entropy-sgd": "Entropy-SGD", sgd: "SGD" };
