/** What moves in the figure: the balls in their worker, and γ while it is swept. */
import { effect, signal } from "@preact/signals";
import { wrap } from "comlink";
import { prefersLessMotion } from "../../ui/motion.ts";
import { newestAnswer } from "../../ui/worker.ts";
import type { Snapshot } from "./balls.ts";
import { valleysKnobs } from "./knobs.ts";
import type { LandscapeChoice } from "./landscape.ts";
import type { ValleysApi } from "./valleys.worker.ts";

const worker = wrap<ValleysApi>(new Worker(new URL("./valleys.worker.ts", import.meta.url), { type: "module" }));
const { gamma, seed, start, drawn, speed } = valleysKnobs.values;
const { min, max, fallback } = valleysKnobs.knobs.gamma;

/** Seconds in which a sweep goes from the largest γ to the smallest. */
const sweepSeconds = 15;

const choiceOf = (): LandscapeChoice => ({ seed: seed.value, drawn: drawn.value });

/** The curves of the landscape and γ of now. */
export const curves = newestAnswer(
  () => [choiceOf(), gamma.value] as const,
  ([choice, atGamma]) => worker.valleysAt(choice, atGamma),
);

export const balls = signal<Snapshot | null>(null);

/** Whether the balls roll. */
export const running = signal(!prefersLessMotion);

/** γ of the sweep while it is on; a plainly opened page begins with one. */
export const sweep = signal<number | null>(prefersLessMotion || gamma.peek() !== fallback ? null : fallback);

export function beginSweep(): void {
  gamma.value = max;
  sweep.value = max;
}

/** Both balls to their start. */
export async function restart(): Promise<void> {
  balls.value = await worker.restart(choiceOf(), start.value, gamma.peek());
}

let isBusy = false;
let missed = 0;

/** Lets the balls go on; null: to the end of the outer step. While the worker is at it, what is asked for is added up. */
export async function advance(outerSteps: number | null): Promise<void> {
  if (isBusy) {
    missed = Math.min(5, missed + (outerSteps ?? 0));
    return;
  }
  isBusy = true;
  const steps = outerSteps === null ? null : outerSteps + missed;
  missed = 0;
  try {
    balls.value = await worker.advance(gamma.peek(), steps);
  } finally {
    isBusy = false;
  }
}

/** One frame. */
export function frame(seconds: number): void {
  if (sweep.peek() !== null) sweepOn(seconds);
  if (running.peek()) void advance(seconds * speed.peek());
}

/** γ falls by the same factor in equal times. A γ that was set otherwise meanwhile ends the sweep. */
function sweepOn(seconds: number): void {
  const at = sweep.peek()!;
  if (gamma.peek() !== shortened(at)) {
    sweep.value = null;
    return;
  }
  const next = Math.max(min, at * (min / max) ** (seconds / sweepSeconds));
  gamma.value = shortened(next);
  sweep.value = next === min ? null : next;
}

/** A γ as the slider sets it. */
function shortened(value: number): number {
  return Number(value.toPrecision(4));
}

// A new seed or start is a new pair of balls; a landscape that is drawn changes under the balls.
effect(() => {
  seed.value;
  start.value;
  void restart();
});
effect(() => {
  const choice = choiceOf();
  void worker.changeLandscape(choice);
});
// A paused figure shows the density of the γ that is set.
effect(() => {
  gamma.value;
  if (!running.value) void advance(0);
});
