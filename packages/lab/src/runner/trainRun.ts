/** A checked run as a stream of events, recorded in its folder, to its result. */
import {
  type CheckpointRequests,
  compileNetwork,
  type DataSet,
  type Plan,
  planOf,
  type RunResult,
  type TrainOptions,
  train,
} from "entropy-sgd-training";
import { nodePlatform } from "entropy-sgd-training/node";
import type { RunIdentity } from "../runs/checkpointFormat.ts";
import type { RunEvent } from "../runs/runEvents.ts";
import { type HeldRun, recorded } from "../runs/runFolder.ts";
import { networkOf } from "./loadData.ts";
import { makeOptimizer } from "./makeOptimizer.ts";
import { type Place, withRollback } from "./withRollback.ts";

/** A run whose settings and data are checked. */
export interface CheckedRun {
  readonly identity: RunIdentity;
  readonly data: DataSet;
  /** Its folder; null keeps nothing. */
  readonly held: HeldRun | null;
}

/** Signals to a run while it trains, and the listener of its events. */
export interface Listening {
  readonly signal?: AbortSignal;
  /** Requests for a checkpoint, after which the run continues. */
  readonly checkpointRequests?: CheckpointRequests;
  readonly onEvent?: (event: RunEvent) => void;
}

/** Trains a run from a place to its result, with the rollbacks of its settings. */
export async function trainRun(run: CheckedRun, first: Place, listening: Listening): Promise<RunResult> {
  const events = withRollback((place) => trained(run, place, listening), first, {
    ...run.identity.settings,
    gradientsPerEpoch: planOfRun(run).gradientsPerEpoch,
    newestCheckpoint: (before) => run.held?.newestCheckpoint(before) ?? null,
  });
  for await (const event of events) {
    listening.onEvent?.(event);
    if (event.type === "end") return event.result;
  }
  throw new Error("trainRun: the run has not ended");
}

/** The events from a place on, each written to the run's folder before it is passed on. */
async function* trained(run: CheckedRun, place: Place, listening: Listening): AsyncGenerator<RunEvent> {
  const { identity, data, held } = run;
  const { network, batchSize, dropout, rollbackFactor } = identity.settings;
  const { threads } = identity.environment;
  const options = { platform: nodePlatform, batchSize, dropout, threads };
  // A model for each place: its memory has room for one state.
  const model = await compileNetwork(networkOf(network), options);
  try {
    const factor = rollbackFactor ** place.rollbacks;
    const optimizer = makeOptimizer(identity.settings, planOfRun(run), model.layout, factor);
    const training = train(model, data, optimizer, trainOptions(run, place, listening));
    const events = opened(place.opening, training);
    yield* held === null ? events : recorded(events, held.open(identity, model, place.from, place.retreat));
  } finally {
    await model.close();
  }
}

async function* opened(opening: readonly RunEvent[], events: AsyncIterable<RunEvent>): AsyncGenerator<RunEvent> {
  yield* opening;
  yield* events;
}

function trainOptions({ identity, held }: CheckedRun, { from, rollbacks }: Place, listening: Listening): TrainOptions {
  const {
    budget,
    seed,
    innerSteps: boundaryEvery,
    sampling,
    preset,
    optimizer: optimizerName,
    ...settings
  } = identity.settings;
  const { checkpointGradients: gradients, checkpointMinutes: minutes, keepBest: best } = settings;
  const { signal, checkpointRequests: requests } = listening;
  const resume = from?.checkpoint?.point;
  return {
    ...{ budget, seed, boundaryEvery, sampling, preset, optimizerName, rollbacks },
    ...(held !== null && { checkpoints: { gradients, minutes, best, requests } }),
    ...(resume !== undefined && { resume }),
    ...(signal !== undefined && { signal }),
  };
}

function planOfRun({ identity, data }: CheckedRun): Plan {
  const { batchSize, innerSteps, budget } = identity.settings;
  return planOf(data.train.numExamples, batchSize, innerSteps, budget);
}
