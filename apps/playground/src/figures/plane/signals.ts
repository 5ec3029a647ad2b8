/** The figure's state on the page: fields and paths of the knobs, and how far the paths are shown. */
import { batch, computed, effect, signal } from "@preact/signals";
import { type Remote, wrap } from "comlink";
import { prefersLessMotion } from "../../ui/motion.ts";
import { newestAnswer } from "../../ui/worker.ts";
import type { EndCounts } from "./ends.ts";
import { planeKnobs } from "./knobs.ts";
import { landscapes } from "./landscapes.ts";
import type { PlaneApi } from "./plane.worker.ts";
import { numGradients, type PathSettings } from "./trajectories.ts";

const newWorker = () => wrap<PlaneApi>(new Worker(new URL("./plane.worker.ts", import.meta.url), { type: "module" }));
/** Paths have a worker of their own, so that a dragged start need not wait for a field. */
const [fieldWorker, pathWorker] = [newWorker(), newWorker()];
const { values } = planeKnobs;

/** What the paths are of. */
export const settings = computed(
  (): PathSettings => ({
    landscape: values.landscape.value,
    start: [values.x.value, values.y.value],
    learningRate: values.learningRate.value,
    scope: values.scope.value,
    innerSteps: values.innerSteps.value,
    gradientNoise: values.gradientNoise.value,
    temperature: values.temperature.value,
    radius: values.radius.value,
    seed: values.seed.value,
  }),
);

export const fields = newestAnswer(
  () => [values.landscape.value, values.scope.value, values.temperature.value] as const,
  ([landscape, scope, temperature]) => fieldWorker.fieldsOf(landscape, scope, temperature),
);
/** The paths with their settings. */
export const paths = newestAnswer(
  () => settings.value,
  async (of) => ({ of, paths: await pathWorker.pathsOf(of) }),
);
/** Seeds with which the paths are repeated on a press of a button. */
export const numSeeds = 20;
/** Where the paths of other noise ended, with the settings that they are of; null before the first. */
const repeated = signal<{ readonly of: PathSettings; readonly ends: EndCounts } | null>(null);
export const isRepeating = signal(false);
/** That of the settings of now. */
export const endsNow = computed(() => (repeated.value?.of === settings.value ? repeated.value.ends : null));
let repeatWorker: Remote<PlaneApi> | null = null;

/** Repeats the paths with 20 seeds. */
export async function repeat(): Promise<void> {
  repeatWorker ??= newWorker();
  isRepeating.value = true;
  const of = settings.peek();
  try {
    repeated.value = { of, ends: await repeatWorker.endCounts(of, numSeeds) };
  } finally {
    isRepeating.value = false;
  }
}

export const running = signal(!prefersLessMotion);
/** Gradients whose steps are shown; not whole while playing. */
const position = signal(prefersLessMotion ? numGradients : 0);
export const shownGradients = computed(() => Math.floor(position.value));

/** Goes on by the time since the last frame, and pauses at the end. */
export function play(seconds: number): void {
  position.value = Math.min(numGradients, position.peek() + seconds * values.speed.peek());
  if (position.value === numGradients) running.value = false;
}

/** A gradient of each optimizer. */
export function stepOnce(): void {
  running.value = false;
  position.value = Math.min(numGradients, shownGradients.peek() + 1);
}

/** From the start. */
export function restart(): void {
  position.value = 0;
}

/** Plays from the start where the paths were at their end. */
effect(() => {
  if (running.value && position.peek() === numGradients) restart();
});

/** Another landscape has another start. */
let landscapeBefore = values.landscape.peek();
effect(() => {
  const name = values.landscape.value;
  if (name === landscapeBefore) return;
  landscapeBefore = name;
  batch(() => {
    [values.x.value, values.y.value] = landscapes[name].start;
  });
});
