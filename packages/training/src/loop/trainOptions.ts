import { type KnownOptions, rangeError, requireKnownOptions } from "entropy-sgd";
import type { AnySplit } from "../data/split.ts";
import { isText } from "../data/textSplit.ts";
import { InputError } from "../inputError.ts";
import { shown } from "../printable.ts";
import type { CheckpointPolicy } from "./checkpointSchedule.ts";
import type { ResumePoint } from "./events.ts";
import type { Replica } from "./replica.ts";

/**
 * How mini-batches are drawn: uniformly with replacement (the paper), or by a fresh permutation each epoch. Splits in blocks are
 * permuted within them; a text is read in order, in as many lanes as a batch has rows (`byLanes`), and refuses a permutation.
 */
export type Sampling = "replacement" | "permutation";

/** Options of `train`. */
export interface TrainOptions {
  /** Effective epochs, inner steps counted; rounded up to a boundary. */
  readonly budget: number;
  /** Seed of weights, data order and dropout. Default 1. */
  readonly seed?: number;
  /**
   * Gradients between two boundaries, where there are outer events, evaluations and the end: a multiple of the optimizer's
   * `innerSteps`, the default. Runs that are compared have the largest of theirs.
   */
  readonly boundaryEvery?: number;
  /**
   * Effective epochs between two evaluations, which are at the next boundary; one is at the end in any case. An evaluation of a network with
   * batch norm may cost as much as an epoch. Default 1.
   */
  readonly evaluateEvery?: number;
  readonly sampling?: Sampling;
  /**
   * Early stopping: the run ends after so many evaluations in a row that do not improve the validation value of the task's
   * primary metric; its result has `bestGradients`. null, the default, for none.
   */
  readonly patience?: number | null;
  /** By how much a value must be better to be an improvement, in units of the metric. Default 0. */
  readonly minDelta?: number;
  /** Ends the run after the gradient in work: as `interrupted`, or as `time` by a signal of `AbortSignal.timeout`. */
  readonly signal?: AbortSignal;
  /** When checkpoint events are yielded; never when absent. */
  readonly checkpoints?: CheckpointPolicy;
  /** The point to resume from, with the same model, data, optimizer and options; a new run when absent. */
  readonly resume?: ResumePoint;
  /** Names for events and results. */
  readonly optimizerName?: string;
  readonly preset?: string | null;
  /** Sentences for warning events at the start of a new run. */
  readonly notes?: readonly string[];
  /** Rollbacks before this call, for the result. */
  readonly rollbacks?: number;
  /** This run as one of several replicas, with an optimizer such as `parleReplica`; a run by itself when absent. */
  readonly replica?: Replica;
}

/** Every option; a missing or misspelt name does not compile. */
const known: KnownOptions<TrainOptions> = {
  budget: true,
  seed: true,
  boundaryEvery: true,
  evaluateEvery: true,
  sampling: true,
  patience: true,
  minDelta: true,
  signal: true,
  checkpoints: true,
  resume: true,
  optimizerName: true,
  preset: true,
  notes: true,
  rollbacks: true,
  replica: true,
};

const knownPolicy: KnownOptions<CheckpointPolicy> = { gradients: true, minutes: true, best: true, requests: true };

/**
 * Checks names and words of the options of `train`.
 *
 * @throws TypeError for an unknown name, RangeError for another word or number
 */
export function requireTrainOptions(options: TrainOptions): void {
  requireKnownOptions("train", known, options);
  if (options.checkpoints) requireKnownOptions("train: checkpoints", knownPolicy, options.checkpoints);
  const { sampling = "replacement", patience = null, minDelta = 0, evaluateEvery = 1 } = options;
  if (!(evaluateEvery > 0 && Number.isFinite(evaluateEvery)))
    throw rangeError("train", "evaluateEvery", "must be in (0, ∞)", evaluateEvery, shown(evaluateEvery));
  if (patience !== null && !(Number.isSafeInteger(patience) && patience >= 1))
    throw rangeError("train", "patience", "must be null or an integer in [1, ∞)", patience, shown(patience));
  if (!(minDelta >= 0 && Number.isFinite(minDelta)))
    throw rangeError("train", "minDelta", "must be in [0, ∞)", minDelta, shown(minDelta));
  if (sampling !== "replacement" && sampling !== "permutation") {
    const rule = 'must be one of "replacement", "permutation"';
    throw rangeError("train", "sampling", rule, sampling, shown(sampling));
  }
}

/** @throws InputError for a text in another order than its own */
export function requireSampling(train: AnySplit, sampling: Sampling | undefined): void {
  if (!isText(train) || sampling !== "permutation") return;
  const rule = "a text is read in order, since the state goes on from the text before; leave it out";
  throw new InputError({ name: "sampling", rule, value: sampling });
}

/** @throws RangeError unless boundaries are ends of the optimizer's outer steps */
export function requireBoundaries(boundaryEvery: number, { innerSteps }: { readonly innerSteps: number }): void {
  if (boundaryEvery % innerSteps === 0) return;
  const rule = `must be a multiple of the optimizer's innerSteps ${innerSteps}`;
  throw rangeError("train", "boundaryEvery", rule, boundaryEvery, shown(boundaryEvery));
}
