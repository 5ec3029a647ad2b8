/** One run from its settings to its result, in a folder or without one. */

import type { DataSet } from "entropy-sgd-training";
import {
  type CheckpointRequests,
  compileNetwork,
  InputError,
  type KnownOptions,
  type NonFiniteEvent,
  planOf,
  type RunResult,
  requireKnownOptions,
  requireThreads,
  type TrainOptions,
  train,
} from "entropy-sgd-training";
import { nodePlatform } from "entropy-sgd-training/node";
import { requireEmptyFolder } from "../io/files.ts";
import type { Retreat, RunIdentity } from "../runs/checkpoint.ts";
import type { CheckpointFiles, FoundCheckpoint } from "../runs/checkpoints.ts";
import { currentEnvironment } from "../runs/environment.ts";
import type { ExtendEvent, ResumeEvent, RollbackEvent, RunEvent } from "../runs/runEvents.ts";
import { createRun, type HeldRun, type RunFolder } from "../runs/runFolder.ts";
import { checkedSettings, type Settings } from "../settings/settings.ts";
import { loadData, networkOf } from "./loadData.ts";
import { makeOptimizer } from "./makeOptimizer.ts";

/** What every run takes besides its settings and folder. */
export interface TrainingOptions {
  readonly signal?: AbortSignal;
  /** Told when the run's lock is of a process elsewhere and has to be watched before the run goes on. */
  readonly onWait?: (words: string) => void;
  /** Wishes for a checkpoint, after which the run goes on. */
  readonly checkpointRequests?: CheckpointRequests;
  readonly onEvent?: (event: RunEvent) => void;
  /** The data, when it is loaded already. */
  readonly data?: DataSet;
  /** How checkpoints are written and read; a test of faults gives another way. */
  readonly files?: CheckpointFiles;
}

/** What a new run takes besides its settings. */
export interface RunTrainingOptions extends TrainingOptions {
  /** The run folder, new or empty, or what makes it when everything is checked; null keeps nothing. */
  readonly out: string | (() => string) | null;
}

/** The names of what every run takes. */
export const knownTraining: KnownOptions<TrainingOptions> = {
  signal: true,
  onWait: true,
  checkpointRequests: true,
  onEvent: true,
  data: true,
  files: true,
};
const known: KnownOptions<RunTrainingOptions> = { out: true, ...knownTraining };

/**
 * One run from settings to result: everything is checked first, then the folder is made, then it trains.
 *
 * @throws TypeError for an unknown option; InputError before anything is written, or when the folder cannot be written any more
 */
export async function runTraining(settings: Settings, options: RunTrainingOptions): Promise<RunResult> {
  requireKnownOptions("runTraining", known, options);
  checkedSettings(settings, "runTraining");
  const { out, files } = options;
  if (typeof out === "string") requireEmptyFolder(out);
  const data = options.data ?? loadData(settings);
  requireTrainable(settings, data);
  const identity = { settings, environment: currentEnvironment(settings.threads), dataChecksum: data.checksum ?? null };
  const held = out === null ? null : await createRun(typeof out === "string" ? out : out(), options, files);
  try {
    return await trainHeld(held, identity, data, null, options);
  } finally {
    held?.release();
  }
}

/** Where a held run goes on, and what is told of that. */
export interface Continuation {
  readonly from: FoundCheckpoint;
  readonly event: ResumeEvent;
  readonly extend: ExtendEvent | null;
}

/**
 * Trains a run whose folder is held, from its start or a checkpoint, to its result. When something is not finite, the
 * run goes back to its newest checkpoint with smaller learning rates as often as its settings allow; when that happens
 * again before it is an effective epoch beyond the place, to an earlier one each time, in the end to the start: the newest
 * may have been on the way out already.
 */
export async function trainHeld(
  held: HeldRun | null,
  identity: RunIdentity,
  data: DataSet,
  continuation: Continuation | null,
  { signal, onEvent, checkpointRequests: requests }: TrainingOptions,
): Promise<RunResult> {
  const { settings } = identity;
  let from: FoundCheckpoint | null = continuation?.from ?? null;
  let told: ResumeEvent | RollbackEvent | null = continuation?.event ?? null;
  let rollbacks = from?.checkpoint?.rollbacks ?? 0;
  let retreat = from?.checkpoint?.retreat ?? null;
  const { gradientsPerEpoch } = planOf(
    data.train.numExamples,
    settings.batchSize,
    settings.innerSteps,
    settings.budget,
  );
  for (;;) {
    const { result, failure } = await attempt(from, told, rollbacks, retreat);
    if (result !== null) return result;
    const isNotOver = retreat !== null && failure.gradients < retreat.until;
    from = held?.newestCheckpoint(isNotOver ? retreat?.to : undefined) ?? { name: null, checkpoint: null, skipped: [] };
    const gradients = from.checkpoint?.point.position.gradients ?? 0;
    retreat = { to: gradients, until: failure.gradients + gradientsPerEpoch };
    rollbacks += 1;
    told = {
      type: "rollback",
      gradients,
      from: failure.gradients,
      what: failure.what,
      checkpoint: from.name,
      number: rollbacks,
      learningRateFactor: settings.rollbackFactor ** rollbacks,
    };
  }

  /** Trains to the end, or to where something was not finite and a rollback is left. */
  async function attempt(
    start: FoundCheckpoint | null,
    first: ResumeEvent | RollbackEvent | null,
    number: number,
    gettingOver: Retreat | null,
  ): Promise<{ result: RunResult; failure: null } | { result: null; failure: NonFiniteEvent }> {
    const { batchSize, dropout, budget, innerSteps } = settings;
    const { threads } = identity.environment;
    // A model for each attempt: its memory has room for one state.
    const model = await compileNetwork(networkOf(settings.network), {
      platform: nodePlatform,
      batchSize,
      dropout,
      threads,
    });
    try {
      const plan = planOf(data.train.numExamples, batchSize, innerSteps, budget);
      const optimizer = makeOptimizer(settings, plan, model.layout, settings.rollbackFactor ** number);
      const folder: RunFolder | null = held?.open(identity, model, start, gettingOver) ?? null;
      const tell = (event: RunEvent): void => {
        folder?.record(event);
        onEvent?.(event);
      };
      if (first !== null) tell(first);
      if (first?.type === "resume" && continuation?.extend) tell(continuation.extend);
      let failure: NonFiniteEvent | null = null;
      for await (const event of train(model, data, optimizer, optionsOf(start, number))) {
        // The start of the run is in the folder already, or told a moment ago.
        if (event.type === "start" && first !== null) {
          if (first.type === "resume") onEvent?.(event);
          if (start?.checkpoint == null) folder?.record(event);
          continue;
        }
        if (event.type === "non-finite") failure = event;
        if (event.type === "end" && failure !== null && number < settings.rollbacks) return { result: null, failure };
        tell(event);
        if (event.type === "end") return { result: event.result, failure: null };
      }
    } finally {
      await model.close();
    }
    throw new Error("runTraining: the run has not ended");
  }

  function optionsOf(start: FoundCheckpoint | null, number: number): TrainOptions {
    const { budget, seed, innerSteps, sampling, preset, optimizer } = settings;
    const { checkpointGradients: gradients, checkpointMinutes: minutes, keepBest: best } = settings;
    const point = start?.checkpoint?.point;
    return {
      ...{ budget, seed, innerSteps, sampling, preset, optimizerName: optimizer, rollbacks: number },
      ...(held === null ? {} : { checkpoints: { gradients, minutes, best, requests } }),
      ...(point === undefined ? {} : { resume: point }),
      ...(signal === undefined ? {} : { signal }),
    };
  }
}

/**
 * Checks all of a run's settings that can be checked before it begins.
 *
 * @throws InputError that names the setting, its rule and the value
 */
export function requireTrainable(settings: Settings, { train: { numExamples } }: DataSet): void {
  const { network, batchSize, innerSteps, budget, threads } = settings;
  networkOf(network);
  const gradients = budget * (numExamples / batchSize);
  // Beyond, gradients could not be counted one by one.
  if (gradients > Number.MAX_SAFE_INTEGER / 2) {
    const most = Math.floor(Number.MAX_SAFE_INTEGER / 2);
    throw new InputError(`budget: must be at most ${most} gradients, got ${budget} effective epochs`);
  }
  if (threads !== null) requireThreads(threads, nodePlatform);
  if (batchSize > numExamples) {
    throw new InputError(`batchSize: must be at most the ${numExamples} training examples, got ${batchSize}`);
  }
  makeOptimizer(settings, planOf(numExamples, batchSize, innerSteps, budget), []);
}
