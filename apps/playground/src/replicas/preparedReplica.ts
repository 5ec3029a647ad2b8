/** Trains one replica of a run, whose exchanges are made elsewhere. */
import {
  compileNetwork,
  type DataSet,
  type EvaluationEvent,
  fitted,
  networks,
  type Platform,
  type SharedMean,
  subset,
  type TrainableModel,
  type TrainEvent,
  train,
} from "entropy-sgd-training";
import { checkpointsBy } from "entropy-sgd-training/formats";
import { createHash } from "entropy-sgd-training/web";
import { batchSize, dropouts, innerSteps, optimizerFor, planFor, type ReplicaSettings } from "./recipe.ts";
import type { TrainingTold } from "./told.ts";

/** Where a replica computes. */
export interface ComputingPlace {
  readonly platform: Platform;
  readonly threads: number;
}

/** The mean over the replicas of what their inner loops have come to. @throws Interruption where it was stopped while it waited */
export type ExchangeOfReplica = (z: Float32Array, outerStep: number) => Promise<SharedMean>;

/** A replica that can be trained. */
export interface PreparedReplica {
  /** Length of the vectors that are exchanged. */
  readonly numParams: number;
  readonly dataChecksum: string | null;
  /** To the end of its budget or the signal; gives whether it came to its end. The replica's number counts from 0. */
  train(
    index: number,
    exchange: ExchangeOfReplica,
    signal: AbortSignal,
    tell: (told: TrainingTold) => void | Promise<void>,
  ): Promise<boolean>;
  close(): Promise<void>;
}

/** Compiles the network. @throws InputError where ONNX Runtime cannot be used */
export async function preparedReplica(
  settings: ReplicaSettings,
  whole: DataSet,
  { platform, threads }: ComputingPlace,
): Promise<PreparedReplica> {
  const { network, images, budget, seed } = settings;
  const spec = networks[network]!;
  const data = fitted(spec, firstImages(whole, images));
  const model = await compileNetwork(spec, { platform, device: "cpu", threads, batchSize, dropout: dropouts[network] });
  return {
    numParams: model.numParams,
    dataChecksum: data.checksum ?? null,
    async train(index, exchange, signal, tell) {
      const optimizer = optimizerFor(settings, index, planFor(settings));
      const options = { budget, seed, boundaryEvery: innerSteps, signal, replica: { index, exchange } };
      let newest: EvaluationEvent | null = null;
      let hasEnded = false;
      for await (const event of train(model, data, optimizer, options)) {
        if (event.type === "evaluation") newest = event;
        if (event.type === "end") hasEnded = !event.result.interrupted;
        const told = toldOf(event, model, newest);
        if (told !== null) await tell(told);
      }
      return hasEnded;
    },
    close: () => model.close(),
  };
}

/** The first images of the training split, and nothing held out for validation: nothing is chosen by it here. */
function firstImages({ validation, train: all, ...rest }: DataSet, images: number): DataSet {
  const indices = Int32Array.from({ length: images }, (_, i) => i);
  return { ...rest, train: subset(all, indices), validation: subset(validation, new Int32Array(0)) };
}

function toldOf(event: TrainEvent, model: TrainableModel, newest: EvaluationEvent | null): TrainingTold | null {
  switch (event.type) {
    case "start":
      return { type: "start", totalGradients: event.totalGradients };
    case "outer":
      return { type: "outer", gradients: event.gradients, batchLoss: event.batchLoss };
    case "evaluation":
      return { type: "evaluation", gradients: event.gradients, testError: event.testError };
    case "end": {
      const { interrupted, incompleteMeans = 0 } = event.result;
      const weights = interrupted || newest === null ? null : weightsAt(newest, model);
      return { type: "end", weights, incompleteMeans };
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
