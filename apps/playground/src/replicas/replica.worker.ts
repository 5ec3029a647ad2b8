/** A replica off the page's thread. Its timers go on in a hidden tab, where those of a page stand nearly still and its lease would lapse. */
import { expose } from "comlink";
import { connectWebSocket } from "entropy-sgd-cluster";
import { type DataSet, throwIfInterrupted, wasInterrupted } from "entropy-sgd-training";
import { type FetchMnistOptions, fetchMnist, webPlatform } from "entropy-sgd-training/web";
import { failureInWords } from "./failureInWords.ts";
import type { ReplicaSettings } from "./recipe.ts";
import { type Told, trainReplica } from "./trainReplica.ts";

/** What is neither kept nor written anywhere. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** What is told beside the replica's own: what it is at, and whether the connection is lost. */
export type WorkerTold =
  | Told
  | { readonly type: "doing"; readonly words: string }
  | { readonly type: "connection"; readonly isLost: boolean };

/** Where MNIST is, and how many threads there may be. */
export interface Place {
  readonly files: NonNullable<FetchMnistOptions["files"]>;
  readonly threads: number;
}

type Connection = Awaited<ReturnType<typeof connectWebSocket>>;

let loaded: Promise<DataSet> | null = null;
let stopping = new AbortController();

async function follow(connection: Connection, tell: (told: WorkerTold) => void): Promise<void> {
  for await (const { type } of connection.status()) {
    if (type === "disconnect") tell({ type: "connection", isLost: true });
    if (type === "reconnect") tell({ type: "connection", isLost: false });
  }
}

async function connected(
  server: string,
  { user, password }: Credentials,
  tell: (told: WorkerTold) => void,
): Promise<Connection> {
  tell({ type: "doing", words: "Connecting …" });
  const connection = await connectWebSocket(server, user === "" ? {} : { user, pass: password });
  void follow(connection, tell);
  if (connection.info?.jetstream !== true)
    tell({
      type: "doing",
      words: "The server says that it has no JetStream: it has to be started with it, see below …",
    });
  return connection;
}

async function join(
  settings: ReplicaSettings,
  credentials: Credentials,
  { files, threads }: Place,
  tell: (told: WorkerTold) => void,
): Promise<void> {
  const { signal } = stopping;
  const connection = await connected(settings.server, credentials, tell).catch((error: unknown) => {
    throw new Error(failureInWords(error, settings, true));
  });
  try {
    tell({ type: "doing", words: "Fetching MNIST and ONNX Runtime …" });
    loaded ??= fetchMnist({ files });
    const data = await loaded.catch((error: unknown) => {
      loaded = null;
      throw error;
    });
    throwIfInterrupted(signal);
    await trainReplica(settings, data, { platform: webPlatform({ threads }), threads, signal, connection }, tell);
  } finally {
    await connection.close();
  }
}

const api = {
  /** From connecting to the end or to `stop`. @throws Error with a sentence for the reader */
  async join(...[settings, ...rest]: Parameters<typeof join>): Promise<void> {
    stopping = new AbortController();
    try {
      await wasInterrupted(() => join(settings, ...rest));
    } catch (error) {
      throw new Error(failureInWords(error, settings, false));
    }
  },
  stop: (): void => stopping.abort(),
};

/** What the page calls. */
export type ReplicaApi = typeof api;

expose(api);
