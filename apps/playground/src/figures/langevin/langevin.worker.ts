/** Langevin dynamics, off the page's thread. */
import { expose } from "comlink";
import { annealedRun } from "./annealed.ts";
import { newWatchedChain } from "./watchedChain.ts";

let chain = newWatchedChain(0);

const api = {
  annealedRun,
  /** Begins anew. */
  restart(seed: number): void {
    chain = newWatchedChain(seed);
  },
  /** Up to so many kept samples more; another temperature than the last empties the histogram. */
  advance: (numSamples: number, temperature: number) => chain.advance(numSamples, temperature),
};

/** What the page calls. */
export type LangevinApi = typeof api;

expose(api);
