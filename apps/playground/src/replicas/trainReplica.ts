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
import { safetensorsBy } from "entropy-sgd-training/formats";
import { createHash } from "entropy-sgd-training/web";
import { batchSize, dropouts, innerSteps, optimizerFor, planFor, type ReplicaSettings } from "./recipe.ts";

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
  /** The mean X as a safetensors file; null where it was stopped. */
  | { readonly type: "end"; readonly weights: Uint8Array | null };

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
  const nobody = subset(whole.validation, new Int32Array(0));
  const data = fitted(spec, { ...whole, validation: nobody });
  const model = await compileNetwork(spec, { platform, device: "cpu", threads, batchSize, dropout: dropouts[network] });
  const looking = new AbortController();
  try {
    // Those of which the command tells the same; its hashes of the others are not compared.
    const same = { seed: `${seed}`, budget: `${budget}`, replicas: `${count}` };
    const exchange = jetStreamExchange(connection, { run, elements: model.numParams, settings: same });
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
      let params: Float32Array | null = null;
      for await (const event of train(model, data, optimizer, options)) {
        if (event.type === "evaluation") params = event.params;
        if (event.type === "end") hasEnded = !event.result.interrupted;
        const told = toldOf(event, model, params);
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

function toldOf(event: TrainEvent, model: TrainableModel, params: Float32Array | null): Told | null {
  switch (event.type) {
    case "start":
      return { type: "start", totalGradients: event.totalGradients };
    case "outer":
      return { type: "outer", gradients: event.gradients, batchLoss: event.batchLoss };
    case "evaluation":
      return { type: "evaluation", gradients: event.gradients, testError: event.testError };
    case "end":
      return { type: "end", weights: event.result.interrupted || params === null ? null : fileOf(model, params) };
    default:
      return null;
  }
}

/** The weights by the names of their layers. */
function fileOf({ layout, name }: TrainableModel, params: Float32Array): Uint8Array {
  const tensors = layout.map(({ name: block, offset, shape }) => {
    const size = shape.reduce((product, side) => product * side, 1);
    return { name: block, shape, data: params.slice(offset, offset + size) };
  });
  return safetensorsBy(createHash).encode({ tensors, metadata: { network: name } });
}
