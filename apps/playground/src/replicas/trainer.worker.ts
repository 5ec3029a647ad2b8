/**
 * The training of a replica, in a thread of its own: a run of ONNX Runtime holds its thread until it ends, on a busy or slow machine for
 * seconds, and the replica's heartbeats would be missed.
 */
import { expose } from "comlink";
import { type DataSet, Interruption } from "entropy-sgd-training";
import { type FetchMnistOptions, fetchMnist, webPlatform } from "entropy-sgd-training/web";
import { type ExchangeOfReplica, type PreparedReplica, preparedReplica } from "./preparedReplica.ts";
import type { ReplicaSettings } from "./recipe.ts";
import type { TrainingTold } from "./told.ts";

/** Where MNIST is, and how many threads there may be. */
export interface TrainerPlace {
  readonly files: NonNullable<FetchMnistOptions["files"]>;
  readonly threads: number;
}

let loaded: Promise<DataSet> | null = null;
let prepared: PreparedReplica | null = null;
let stopping = new AbortController();

const api = {
  /** Fetches the data and compiles the network. @throws InputError for a file that is not there or is damaged; for ONNX Runtime */
  async prepare(
    settings: ReplicaSettings,
    { files, threads }: TrainerPlace,
  ): Promise<Pick<PreparedReplica, "numParams" | "dataChecksum">> {
    stopping = new AbortController();
    loaded ??= fetchMnist({ files });
    const data = await loaded.catch((error: unknown) => {
      loaded = null;
      throw error;
    });
    prepared = await preparedReplica(settings, data, { platform: webPlatform({ threads }), threads });
    const { numParams, dataChecksum } = prepared;
    return { numParams, dataChecksum };
  },
  /** As `PreparedReplica.train`; until `stop`. */
  train(index: number, exchange: ExchangeOfReplica, tell: (told: TrainingTold) => void): Promise<boolean> {
    const meet: ExchangeOfReplica = async (z, outerStep) => {
      try {
        // A message takes the whole memory that a vector is a part of.
        return await exchange(z.slice(), outerStep);
      } catch (error) {
        // Errors of other threads have lost their class.
        throw (error as Error).name === "Interruption" ? new Interruption("stopped") : error;
      }
    };
    return prepared!.train(index, meet, stopping.signal, tell);
  },
  async close(): Promise<void> {
    await prepared?.close();
    prepared = null;
  },
  stop: (): void => stopping.abort(),
  /** Answers, after the run of ONNX Runtime in work. */
  answer: (): void => {},
};

/** What the worker of the page calls. */
export type TrainerApi = typeof api;

expose(api);
