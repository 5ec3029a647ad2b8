/** A checked run as a stream of events, recorded in its folder, to its result. */
import {
  type CheckpointRequests,
  InputError,
  type Replica,
  type RunResult,
  type TrainOptions,
  train,
} from "entropy-sgd-training";
import type { Environment } from "../runs/environment.ts";
import type { RunEvent } from "../runs/runEvents.ts";
import { type HeldRun, recorded } from "../runs/runFolder.ts";
import { compileRun } from "./compileRun.ts";
import { makeOptimizer } from "./makeOptimizer.ts";
import type { ResolvedRun } from "./resolveRun.ts";
import { type Place, withRollback } from "./withRollback.ts";

/** A run that can begin, or go on. */
export interface ReadyRun extends ResolvedRun {
  readonly environment: Environment;
  /** Its folder; null keeps nothing. */
  readonly held: HeldRun | null;
}

/** Signals to a run while it trains, and the listener of its events. */
export interface Listening {
  readonly signal?: AbortSignal;
  /** Requests for a checkpoint, after which the run continues. */
  readonly checkpointRequests?: CheckpointRequests;
  /** Whether checkpoints by time come by such requests instead: replicas in one process take theirs after the same outer step. */
  readonly checkpointsByRequest?: boolean;
  readonly onEvent?: (event: RunEvent) => void;
  /** How a run that is one of several replicas exchanges with the others. */
  readonly exchange?: Replica["exchange"] | undefined;
}

/** Trains a run from a place to its result, with the rollbacks of its settings. @throws InputError for a replica without the others */
export async function trainRun(run: ReadyRun, first: Place, listening: Listening): Promise<RunResult> {
  requireExchange(run, listening);
  const events = withRollback((place) => trained(run, place, listening), first, {
    ...run.settings,
    gradientsPerEpoch: run.plan.gradientsPerEpoch,
    newestCheckpoint: (before) => run.held?.newestCheckpoint(before) ?? null,
  });
  for await (const event of events) {
    listening.onEvent?.(event);
    if (event.type === "end") return event.result;
  }
  throw new Error("trainRun: the run has not ended");
}

function requireExchange({ settings, held }: ReadyRun, { exchange }: Listening): void {
  if (settings.replica === null || exchange !== undefined) return;
  const rule = "is one of several replicas and trains with the others: resume the folder of them all";
  throw new InputError({ path: held?.path ?? "train", rule });
}

/** The events from a place on, each written to the run's folder before it is passed on. */
async function* trained(run: ReadyRun, place: Place, listening: Listening): AsyncGenerator<RunEvent> {
  const { settings, data, plan, environment, held } = run;
  // A model for each place: its memory has room for one state.
  const model = await compileRun(run, environment);
  try {
    const factor = settings.rollbackFactor ** place.rollbacks;
    const optimizer = makeOptimizer(settings, plan, model.layout, factor);
    const training = train(model, data, optimizer, trainOptions(run, place, listening));
    const events = opened(place.opening, training);
    const identity = { settings, environment, dataChecksum: data.checksum ?? null };
    if (held === null) return yield* events;
    const written = recorded(events, held.open(identity, model, place.from, place.retreat));
    if (!settings.tensorboard) return yield* written;
    // Not loaded by other runs.
    const { tensorboardLog } = await import("../runs/tensorboard/tensorboardLog.ts");
    yield* recorded(written, tensorboardLog(held, settings, model, place.from?.checkpoint?.point.position ?? null));
  } finally {
    await model.close();
  }
}

async function* opened(opening: readonly RunEvent[], events: AsyncIterable<RunEvent>): AsyncGenerator<RunEvent> {
  yield* opening;
  yield* events;
}

function trainOptions(
  { settings: own, notes, held }: ReadyRun,
  { from, rollbacks }: Place,
  listening: Listening,
): TrainOptions {
  const { budget, seed, innerSteps: boundaryEvery, sampling, preset, optimizer: optimizerName, ...settings } = own;
  const { evaluateEvery, patience, minDelta } = settings;
  const { checkpointGradients: gradients, checkpointMinutes, keepBest: best } = settings;
  const { signal, exchange, checkpointRequests: requests, checkpointsByRequest = false } = listening;
  // Never due by itself, and yet not off.
  const minutes = checkpointsByRequest && checkpointMinutes !== null ? Number.POSITIVE_INFINITY : checkpointMinutes;
  const { replica: index } = own;
  const resume = from?.checkpoint?.point;
  return {
    budget,
    seed,
    boundaryEvery,
    evaluateEvery,
    sampling,
    patience,
    minDelta,
    preset,
    optimizerName,
    notes,
    rollbacks,
    ...(held !== null && { checkpoints: { gradients, minutes, best, requests } }),
    ...(resume !== undefined && { resume }),
    ...(signal !== undefined && { signal }),
    ...(index !== null && exchange !== undefined && { replica: { index, exchange } }),
  };
}
