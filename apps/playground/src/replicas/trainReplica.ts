/** Trains one replica of a run on a NATS server and tells what happens. */
import {
  jetStreamExchange,
  joinReplicas,
  type LivingReplica,
  type Member,
  meanExchange,
  missingFrom,
} from "entropy-sgd-cluster";
import {
  compileNetwork,
  type DataSet,
  type EvaluationEvent,
  fitted,
  interruptible,
  networks,
  type Platform,
  type Replica,
  subset,
  type TrainableModel,
  type TrainEvent,
  train,
} from "entropy-sgd-training";
import { checkpointsBy } from "entropy-sgd-training/formats";
import { createHash } from "entropy-sgd-training/web";
import { batchSize, dropouts, innerSteps, optimizerFor, planFor, type ReplicaSettings } from "./recipe.ts";
import { sharedSettings } from "./sharedSettings.ts";

/** What a replica tells, in order. */
export type Told =
  /** It has joined, by a number from 0, and waits for the others. */
  | { readonly type: "joined"; readonly replica: number }
  | { readonly type: "living"; readonly living: readonly LivingReplica[]; readonly refusals: readonly string[] }
  | { readonly type: "start"; readonly totalGradients: number }
  | { readonly type: "outer"; readonly gradients: number; readonly batchLoss: number }
  /** An exchange, the milliseconds it took, and how far the own average was from the mean of all: ‖zᵃ − x‖. */
  | { readonly type: "exchange"; readonly version: number; readonly milliseconds: number; readonly distance: number }
  | { readonly type: "evaluation"; readonly gradients: number; readonly testError: number | null }
  /** The mean X as a run's weights.safetensors, null where it was stopped; and in how many exchanges not all replicas were. */
  | { readonly type: "end"; readonly weights: Blob | null; readonly incompleteMeans: number };

type Tell = (told: Told) => void;

/** Where a replica computes and meets the others. */
export interface ReplicaPlace {
  readonly platform: Platform;
  readonly threads: number;
  readonly signal: AbortSignal;
  readonly connection: Parameters<typeof jetStreamExchange>[0];
}

/** Milliseconds between two looks at who lives. */
const lookEvery = 1000;

/**
 * One replica from joining to its end or the signal, after which it has left the run.
 *
 * @throws ClusterError where the run cannot be joined; Interruption for a signal while it waits for the others
 */
export async function trainReplica(
  settings: ReplicaSettings,
  whole: DataSet,
  { platform, threads, signal, connection }: ReplicaPlace,
  tell: Tell,
): Promise<void> {
  const { network, run, replicas: count, budget, seed } = settings;
  const spec = networks[network]!;
  const data = fitted(spec, firstImages(whole, settings.images));
  const model = await compileNetwork(spec, { platform, device: "cpu", threads, batchSize, dropout: dropouts[network] });
  const looking = new AbortController();
  try {
    const shared = sharedSettings(settings, data.checksum ?? null);
    const exchange = jetStreamExchange(connection, { run, elements: model.numParams, settings: shared });
    const onJoin = (joined: Member): void => {
      tell({ type: "joined", replica: joined.replica });
      void look(joined, looking.signal, tell);
    };
    const member = await interruptible(() => joinReplicas(exchange, { count, onJoin, signal }), signal);
    const { replica: index } = member;
    let hasEnded = false;
    try {
      const replica = { index, exchange: meeting(member, count, tell) };
      const optimizer = optimizerFor(settings, index, planFor(settings));
      const options = { budget, seed, boundaryEvery: innerSteps, signal, replica };
      let newest: EvaluationEvent | null = null;
      for await (const event of train(model, data, optimizer, options)) {
        if (event.type === "evaluation") newest = event;
        if (event.type === "end") hasEnded = !event.result.interrupted;
        const told = toldOf(event, model, newest);
        if (told !== null) tell(told);
      }
    } finally {
      await member.leave({ hasEnded }).catch(() => {});
    }
  } finally {
    looking.abort();
    await model.close();
  }
}

/** The first images of the training split, and nothing held out for validation: nothing is chosen by it here. */
function firstImages({ validation, train: all, ...rest }: DataSet, images: number): DataSet {
  const indices = Int32Array.from({ length: images }, (_, i) => i);
  return { ...rest, train: subset(all, indices), validation: subset(validation, new Int32Array(0)) };
}

/** Tells now and then who lives and what was refused, for as long as the server answers. */
async function look(member: Member, signal: AbortSignal, tell: Tell): Promise<void> {
  while (!signal.aborted) {
    try {
      const living = await member.members(signal);
      const refusals = member
        .refusals()
        .map((one) => `replica ${one.replica + 1}, exchange ${one.version}: ${one.reason}`);
      tell({ type: "living", living, refusals });
    } catch {
      // It has left, or the training tells of what is wrong.
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, lookEvery));
  }
}

function meeting(member: Member, count: number, tell: Tell): Replica["exchange"] {
  const meet = meanExchange(member);
  return async (z, version, signal) => {
    const begun = performance.now();
    const exchanged = await interruptible(() => meet(version, z, signal), signal);
    const { mean } = exchanged;
    const distance = Math.sqrt(mean.reduce((sum, value, i) => sum + (value - z[i]!) ** 2, 0));
    tell({ type: "exchange", version, milliseconds: performance.now() - begun, distance });
    return { mean, missing: missingFrom(member, count, exchanged) };
  };
}

function toldOf(event: TrainEvent, model: TrainableModel, newest: EvaluationEvent | null): Told | null {
  switch (event.type) {
    case "start":
      return { type: "start", totalGradients: event.totalGradients };
    case "outer":
      return { type: "outer", gradients: event.gradients, batchLoss: event.batchLoss };
    case "evaluation":
      return { type: "evaluation", gradients: event.gradients, testError: event.testError };
    case "end": {
      const { interrupted, incompleteMeans = 0 } = event.result;
      return {
        type: "end",
        weights: interrupted || newest === null ? null : weightsAt(newest, model),
        incompleteMeans,
      };
    }
    default:
      return null;
  }
}

/** The file of the weights that were evaluated last, with the statistics of batch norm that this took. */
function weightsAt({ params, gradients }: EvaluationEvent, model: TrainableModel): Blob {
  const pieces = checkpointsBy(createHash).weightsPieces(params, model, { network: model.name, gradients });
  return new Blob([...pieces] as Uint8Array<ArrayBuffer>[]);
}
