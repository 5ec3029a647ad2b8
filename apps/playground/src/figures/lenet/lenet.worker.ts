/** Trains off the page's thread, and keeps what it trains. Loads nothing big before it is asked to train. */
import { expose } from "comlink";
import { type DataSet, InputError } from "entropy-sgd-training";
import {
  type FetchMnistOptions,
  fetchMnist,
  type HeldSave,
  type RunStore,
  runStore,
  savedEvents,
  webPlatform,
} from "entropy-sgd-training/web";
import type { RunSettings } from "./recipe.ts";
import { type RunPlace, type Told, trainLenet } from "./trainLenet.ts";

/** Where MNIST is, and how many threads there may be. */
export interface Place {
  readonly files: NonNullable<FetchMnistOptions["files"]>;
  readonly threads: number;
}

/** What is told beside a run's own: that it goes on from a saved point, or that it cannot be saved. */
export type WorkerTold =
  | Told
  | { readonly type: "resumed"; readonly gradients: number }
  | { readonly type: "unsaved"; readonly message: string };

/** A reload loses at most so much; the rest is made again to the same bits. */
const checkpoints = { gradients: null, minutes: 0.2, best: 0 };
/** In front of the names of these runs among those of the page's origin. */
const prefix = "playground lenet";

let loaded: Promise<DataSet> | null = null;
let stopping = new AbortController();

/** Also on what the bits depend beside the settings. */
const nameOf = ({ optimizer, budget, images, seed }: RunSettings, threads: number): string =>
  `${prefix} ${optimizer} budget=${budget} images=${images} seed=${seed} threads=${threads}`;

/** Trains on from what is saved. */
async function trainSaved(
  settings: RunSettings,
  place: RunPlace,
  run: HeldSave,
  tell: (told: WorkerTold) => void,
): Promise<void> {
  const { checkpoint, skipped } = await run.newest();
  for (const why of skipped) tell({ type: "warning", message: `${why}; an older checkpoint is taken` });
  const kept = savedEvents<Told>(checkpoint);
  for (const told of kept.events) tell(told);
  if (checkpoint !== null) tell({ type: "resumed", gradients: checkpoint.point.position.gradients });
  const data = (await loaded)!;
  const identity = {
    settings,
    environment: { browser: navigator.userAgent, threads: place.threads },
    dataChecksum: data.checksum ?? null,
  };
  const keep = (told: Told): void => {
    if (told.type !== "end") kept.keep(told);
    tell(told);
  };
  let isKept = true;
  await trainLenet(settings, data, place, keep, {
    resume: checkpoint?.point ?? null,
    checkpoints,
    async save(snapshot, model) {
      if (!isKept) return;
      try {
        await run.write({ ...identity, rollbacks: 0, snapshot, events: kept.pieces() }, model, "lenet");
      } catch (error) {
        isKept = false;
        tell(unsaved(error));
      }
    },
  });
}

/** @throws the error itself unless it is a refusal of the browser to keep something */
function unsaved(error: unknown): WorkerTold {
  if (!(error instanceof InputError)) throw error;
  return { type: "unsaved", message: error.message };
}

/** The saved runs; null, which is told, where the browser keeps nothing for this page. */
async function storeOrNull(tell: (told: WorkerTold) => void): Promise<RunStore | null> {
  try {
    const store = await runStore();
    // Opened, it can still refuse; and without locks nothing can be held.
    await store.list();
    if (navigator.locks !== undefined) return store;
    tell({ type: "unsaved", message: "browsers keep runs for pages from https: or localhost only" });
  } catch (error) {
    tell(unsaved(error));
  }
  return null;
}

const api = {
  async load({ files }: Place): Promise<void> {
    loaded ??= fetchMnist({ files });
    try {
      await loaded;
    } catch (error) {
      // To be tried again.
      loaded = null;
      throw error;
    }
  },
  /** One run, after `load`, from where it is saved. */
  async train(settings: RunSettings, { threads }: Place, tell: (told: WorkerTold) => void): Promise<void> {
    stopping = new AbortController();
    const place = { platform: webPlatform({ threads }), threads, signal: stopping.signal };
    const store = await storeOrNull(tell);
    if (store === null) return trainLenet(settings, (await loaded)!, place, tell);
    try {
      await store.hold(nameOf(settings, threads), (run) => trainSaved(settings, place, run, tell));
    } finally {
      store.close();
    }
  },
  stop: (): void => stopping.abort(),
  /** Deletes what is saved of other settings, or of all: only the runs of one press are kept. */
  async forget(except: readonly RunSettings[], { threads }: Place): Promise<void> {
    const store = await storeOrNull(() => {});
    if (store === null) return;
    const names = new Set(except.map((settings) => nameOf(settings, threads)));
    for (const { name } of await store.list()) {
      if (name.startsWith(prefix) && !names.has(name)) await store.delete(name);
    }
    store.close();
  },
};

/** What the page calls. */
export type LenetApi = typeof api;

expose(api);
