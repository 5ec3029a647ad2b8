import type { PlainData } from "entropy-sgd";
import { type KnownOptions, requireKnownOptions } from "../knownOptions.ts";
import { shown } from "../printable.ts";
import type { CheckpointPolicy } from "./checkpointSchedule.ts";
import type { ResumePoint } from "./events.ts";

/** How mini-batches are drawn: uniformly with replacement (the paper), or by a fresh permutation each epoch. */
export type Sampling = "replacement" | "permutation";

/** Options of `train`. */
export interface TrainOptions {
  /** Effective epochs, inner steps counted; rounded up to whole outer steps. */
  readonly budget: number;
  /** Seed of weights, data order and dropout. Default 1. */
  readonly seed?: number;
  /** Gradients between two outer boundaries, a multiple of the optimizer's `innerSteps`, which are the default. */
  readonly innerSteps?: number;
  readonly sampling?: Sampling;
  /** Ends the run after the gradient in work; the result says `interrupted`. */
  readonly signal?: AbortSignal;
  /** When checkpoint events are yielded; never when absent. */
  readonly checkpoints?: CheckpointPolicy;
  /** Where the run goes on, with the same model, data, optimizer and options; the start when absent. */
  readonly resume?: ResumePoint;
  /** Names for events and results. */
  readonly optimizerName?: string;
  readonly preset?: string | null;
  /** For the result: how often the run went back before. */
  readonly rollbacks?: number;
  /** Wall clock in milliseconds; `performance.now` when absent. */
  readonly now?: () => number;
}

/** Every option; a missing or misspelt name does not compile. */
const known: KnownOptions<TrainOptions> = {
  budget: true,
  seed: true,
  innerSteps: true,
  sampling: true,
  signal: true,
  checkpoints: true,
  resume: true,
  optimizerName: true,
  preset: true,
  rollbacks: true,
  now: true,
};

const knownPolicy: KnownOptions<CheckpointPolicy> = { gradients: true, minutes: true, best: true, requests: true };

/**
 * Checks names and words of the options of `train`, and that its outer boundaries are the optimizer's.
 *
 * @param state - a state of the optimizer; it carries the optimizer's options
 * @returns the gradients between two outer boundaries
 * @throws TypeError for an unknown name, RangeError for another word, or boundaries within an inner loop
 */
export function requireTrainOptions(options: TrainOptions, state: PlainData): number {
  requireKnownOptions("train", known, options);
  if (options.checkpoints) requireKnownOptions("train: checkpoints", knownPolicy, options.checkpoints);
  const { sampling = "replacement", resume } = options;
  if (sampling !== "replacement" && sampling !== "permutation") {
    throw new RangeError(`train: sampling must be one of "replacement", "permutation", got ${shown(sampling)}`);
  }
  const own = innerStepsOf(state);
  const { innerSteps = own } = options;
  // Where a run goes on, other options than the state's are told by name.
  if (resume !== undefined || innerSteps % own === 0) return innerSteps;
  throw new RangeError(`train: innerSteps must be a multiple of the optimizer's ${own}, got ${shown(innerSteps)}`);
}

/** L of an optimizer with an inner loop, 1 for others. */
function innerStepsOf(state: PlainData): number {
  const options: unknown = typeof state === "object" && state !== null ? Reflect.get(state, "options") : null;
  const own: unknown = typeof options === "object" && options !== null ? Reflect.get(options, "innerSteps") : null;
  return typeof own === "number" ? own : 1;
}
