/** The figure's state on the page, and its calls of the worker. */
import { effect, signal } from "@preact/signals";
import { proxy, wrap } from "comlink";
import { fetchDigits } from "./digits.ts";
import type { Flatness } from "./flatness.ts";
import { currentSettings, type NetworkSettings } from "./knobs.ts";
import type { NetworkApi } from "./network.worker.ts";
import { programOf } from "./program.ts";
import type { Evaluated } from "./runs.ts";
import type { Beginning, Round } from "./session.ts";
import type { PlainData } from "./setUp.ts";

const worker = wrap<NetworkApi>(new Worker(new URL("./network.worker.ts", import.meta.url), { type: "module" }));

/** What was begun; null while it is set up. */
export const beginning = signal<Beginning | null>(null);
/** All evaluations so far. */
export const evaluated = signal<readonly Evaluated[]>([]);
export const round = signal<Round | null>(null);
export const running = signal(false);
/** The reader's own data; null without. */
export const ownData = signal<PlainData | null>(null);
/** What went wrong, in words; empty while nothing did. */
export const problem = signal("");

/** The newest measurement; null before one. */
export const flatness = signal<Flatness | null>(null);
/** How far a measurement is; null while there is none under way. */
export const measured = signal<{ readonly done: number; readonly total: number } | null>(null);

/** Counts the beginnings: answers of earlier ones are dropped. */
let generation = 0;
let isBusy = false;

/** What was shown of earlier settings. */
function forget(): void {
  beginning.value = null;
  flatness.value = null;
  if (measured.peek() !== null) stopMeasuring();
}

/** Measures how flat the solutions of now are. */
export async function measure(): Promise<void> {
  if ((round.peek()?.failed.length ?? 0) > 0) {
    problem.value = "Not measured: a run has no finite loss. A smaller learning rate may help.";
    return;
  }
  const own = generation;
  measured.value = { done: 0, total: round.peek()?.evaluated.length ?? 0 };
  const onProgress = (done: number, total: number): void => {
    if (own === generation) measured.value = { done, total };
  };
  try {
    const found = await worker.measure(proxy(onProgress));
    if (own === generation) flatness.value = found;
  } catch (error) {
    problem.value = error instanceof Error ? error.message : String(error);
  } finally {
    measured.value = null;
  }
}

/** Ends a measurement after the solution in work. */
export function stopMeasuring(): void {
  void worker.stop();
}

/** Sets the runs up anew. */
export async function restart(): Promise<void> {
  const [settings, given] = [currentSettings(), ownData.peek()];
  const own = ++generation;
  forget();
  problem.value = "";
  if (settings.data === "own" && given === null) {
    running.value = false;
    return;
  }
  try {
    const begun = await worker.begin(settings, await givenOf(settings, given));
    if (own !== generation) return;
    beginning.value = begun;
    round.value = begun;
    evaluated.value = begun.evaluated;
  } catch (error) {
    if (own === generation) problem.value = error instanceof Error ? error.message : String(error);
  }
}

let digits: Promise<PlainData> | null = null;

/** The data that are not generated. */
async function givenOf({ data }: NetworkSettings, own: PlainData | null): Promise<PlainData | null> {
  if (data === "own") return own;
  if (data !== "digits") return null;
  digits ??= fetchDigits();
  try {
    return await digits;
  } catch (error) {
    digits = null;
    throw error;
  }
}

/** Every run goes on to its next evaluation. Does nothing while one is asked for or all have ended. */
export async function nextRound(): Promise<void> {
  if (isBusy || measured.peek() !== null || beginning.peek() === null || round.peek()?.done) return;
  isBusy = true;
  const own = generation;
  try {
    const now = await worker.round();
    if (own !== generation) return;
    round.value = now;
    // What was measured is of other weights now.
    flatness.value = null;
    evaluated.value = [...evaluated.peek(), ...now.evaluated];
    if (now.done) running.value = false;
  } catch (error) {
    running.value = false;
    if (own === generation) problem.value = error instanceof Error ? error.message : String(error);
  } finally {
    isBusy = false;
  }
}

/** Milliseconds without a change of the knobs before the runs are set up anew. */
const settle = 250;

/** Begins, and begins anew at each change of knobs or data. */
export function followKnobs(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = effect(() => {
    currentSettings();
    ownData.value;
    clearTimeout(timer);
    forget();
    timer = setTimeout(restart, settle);
  });
  return () => {
    stop();
    clearTimeout(timer);
  };
}

/** The program of now, for copying. */
export function program(): string {
  const settings = currentSettings();
  return programOf(settings, settings.data === "own" ? ownData.peek() : null);
}
