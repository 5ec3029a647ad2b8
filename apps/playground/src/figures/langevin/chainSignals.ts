/** The figure's state on the page: the chain and the annealed runs, as signals that the frames advance. */
import { computed, effect, signal } from "@preact/signals";
import { wrap } from "comlink";
import { prefersLessMotion } from "../../ui/motion.ts";
import { newestAnswer } from "../../ui/worker.ts";
import { numFrames, stepsPerFrame } from "./annealed.ts";
import { langevinKnobs } from "./knobs.ts";
import type { LangevinApi } from "./langevin.worker.ts";
import type { ChainView } from "./watchedChain.ts";

const worker = wrap<LangevinApi>(new Worker(new URL("./langevin.worker.ts", import.meta.url), { type: "module" }));
const { temperature, speed, seed } = langevinKnobs.values;

export const running = signal(!prefersLessMotion);
/** The chain; null before its first answer. */
export const view = signal<ChainView | null>(null);
/** Frame of the annealed runs, from 0 to 400. */
export const frame = signal(0);

/** Annealed step and annealed temperature. */
const annealed = newestAnswer(
  () => seed.value,
  async (ofSeed) => ({
    seed: ofSeed,
    step: await worker.annealedRun("step", ofSeed),
    temperature: await worker.annealedRun("temperature", ofSeed),
  }),
);
/** Those of the seed of now; null while they are computed. */
export const annealedNow = computed(() => (annealed.value?.seed === seed.value ? annealed.value : null));

/** Raised at each restart: answers to older questions are of another chain. */
let generation = 0;
let isBusy = false;
/** Kept samples that frames asked for and the worker has not begun. */
let owed = 0;
let isAsked = false;

async function ask(): Promise<void> {
  isAsked = true;
  if (isBusy) return;
  isBusy = true;
  while (isAsked) {
    isAsked = false;
    const [of, numSamples] = [generation, Math.floor(owed)];
    owed -= numSamples;
    const seen = await worker.advance(numSamples, temperature.peek());
    if (of !== generation) continue;
    view.value = seen;
    frame.value = Math.min(numFrames - 1, frame.peek() + numSamples);
  }
  isBusy = false;
}

/** Goes on by the time since the last frame. */
export function play(seconds: number): void {
  // What a slow machine does not manage is left out.
  owed = Math.min(owed + (seconds * speed.peek()) / stepsPerFrame, Math.max(1, speed.peek() / stepsPerFrame));
  if (owed >= 1) void ask();
}

/** Ten steps. */
export function stepOnce(): void {
  running.value = false;
  owed = Math.floor(owed) + 1;
  void ask();
}

/** From the start, with the seed of now. */
export function restart(): void {
  generation += 1;
  owed = 0;
  frame.value = 0;
  void worker.restart(seed.peek());
  void ask();
}

effect(() => {
  seed.value;
  restart();
});
effect(() => {
  temperature.value;
  void ask();
});
