/** Trains off the page's thread. Loads nothing big before it is asked to train. */
import { expose } from "comlink";
import type { DataSet } from "entropy-sgd-training";
import { fetchMnist, webPlatform } from "entropy-sgd-training/web";
import type { RunSettings } from "./recipe.ts";
import { type Told, trainLenet } from "./trainLenet.ts";

let loaded: Promise<DataSet> | null = null;
let stopping = new AbortController();

/** Where MNIST is, and how many threads there may be. */
export interface Place {
  readonly files: Readonly<Record<"train-images" | "train-labels" | "t10k-images" | "t10k-labels", string>>;
  readonly threads: number;
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
  /** One run, after `load`. */
  async train(settings: RunSettings, { threads }: Place, tell: (told: Told) => void): Promise<void> {
    stopping = new AbortController();
    const place = { platform: webPlatform({ threads }), threads, signal: stopping.signal };
    await trainLenet(settings, (await loaded)!, place, tell);
  },
  stop: (): void => stopping.abort(),
};

/** What the page calls. */
export type LenetApi = typeof api;

expose(api);
