/**
 * A replica's connection, off the page's thread: timers go on in a hidden tab, where those of a page stand nearly still and its lease would
 * lapse; and off the thread that trains.
 */
import { expose, proxy, type Remote, wrap } from "comlink";
import { connectWebSocket } from "entropy-sgd-cluster";
import { throwIfInterrupted, wasInterrupted } from "entropy-sgd-training";
import { failureInWords } from "./failureInWords.ts";
import { type Meeting, meetOthers } from "./meetOthers.ts";
import type { ReplicaSettings } from "./recipe.ts";
import { silenceOf } from "./silenceOf.ts";
import type { Told } from "./told.ts";
import type { TrainerApi, TrainerPlace } from "./trainer.worker.ts";

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

type Connection = Awaited<ReturnType<typeof connectWebSocket>>;

/** The thread that trains, with the data that it has loaded. */
interface Trainer {
  readonly api: Remote<TrainerApi>;
  /** Rejects if its program cannot be loaded, breaks, or is given up. */
  readonly broken: Promise<never>;
  /** Gives it up. @param why - a sentence of which it is the subject */
  giveUp(why: string): void;
}

/** A minute: a run of ONNX Runtime, after which it answers, takes seconds on a slow machine. */
const patience = { every: 5_000, most: 12 };

let trainer: Trainer | null = null;
let stopping = new AbortController();

function newTrainer(): Trainer {
  const worker = new Worker(new URL("./trainer.worker.ts", import.meta.url), { type: "module" });
  let giveUp: Trainer["giveUp"] = () => {};
  const broken = new Promise<never>((_, reject) => {
    giveUp = (why) => {
      trainer = null;
      worker.terminate();
      reject(new Error(`The program that trains ${why}`));
    };
  });
  broken.catch(() => {});
  // A program that cannot be fetched has no message.
  worker.onerror = ({ message }) => giveUp(message ? `broke: ${message}` : "could not be loaded from this site.");
  worker.onmessageerror = () => giveUp("sent what cannot be read.");
  return { api: wrap<TrainerApi>(worker), broken, giveUp };
}

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
  place: TrainerPlace,
  tell: (told: WorkerTold) => void,
): Promise<void> {
  const { signal } = stopping;
  const connection = await connected(settings.server, credentials, tell).catch((error: unknown) => {
    throw new Error(failureInWords(error, settings, true));
  });
  trainer ??= newTrainer();
  const { api: own, broken, giveUp } = trainer;
  const ended = new AbortController();
  try {
    tell({ type: "doing", words: "Fetching MNIST and ONNX Runtime …" });
    const prepared = await Promise.race([own.prepare(settings, place), broken]);
    throwIfInterrupted(signal);
    // Nothing that is told waits for the page, which may be held up; and a lease must not outlive the training.
    const hear = proxy((told: Told): void => {
      tell(told);
    });
    const train: Meeting["train"] = (index, exchange) => {
      // The heartbeats of the lease are this thread's: others would wait for a replica that trains no more.
      void silenceOf(() => own.answer(), patience, ended.signal).then(() => giveUp("does not answer any more."));
      return Promise.race([own.train(index, proxy(exchange), hear), broken]);
    };
    await meetOthers(settings, { connection, signal, prepared, train }, tell);
  } finally {
    ended.abort();
    await connection.close();
    await Promise.race([own.close(), broken]).catch(() => {});
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
  stop(): void {
    stopping.abort();
    void trainer?.api.stop();
  },
};

/** What the page calls. */
export type ReplicaApi = typeof api;

expose(api);
