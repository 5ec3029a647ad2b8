/** The worker and the runs: what the figure's buttons do. */

import { mnist } from "virtual:downloads";
import { signal } from "@preact/signals";
import { proxy, type Remote, wrap } from "comlink";
import { lenetKnobs } from "./knobs.ts";
import type { LenetApi } from "./lenet.worker.ts";
import type { OptimizerName, RunSettings } from "./recipe.ts";
import { newRun, type Run, withTold } from "./run.ts";

/** The runs of the last press of the button. */
export const runs = signal<readonly Run[]>([]);
/** What happens now, in words; null when nothing does. */
export const doing = signal<string | null>(null);
/** Why there is no training, in a sentence. */
export const failure = signal<string | null>(null);
/** Whether the files were fetched. */
export const isLoaded = signal(false);

const files = Object.fromEntries(
  Object.entries(mnist).map(([name, address]) => [name, new URL(address, location.href).href]),
) as typeof mnist;

interface Trainer {
  readonly worker: Worker;
  readonly api: Remote<LenetApi>;
  readonly threads: number;
  /** Rejects if the worker's program cannot be loaded. */
  readonly broken: Promise<never>;
}
let trainer: Trainer | null = null;
let isStopped = false;

/** Threads that the page may have. */
function threadsOf(): number {
  return lenetKnobs.values.threads.peek() === "all" && crossOriginIsolated ? navigator.hardwareConcurrency : 1;
}

/** The worker; another one where the number of threads is another, which ONNX Runtime has for good. */
function trainerOf(threads: number): Trainer {
  if (trainer?.threads === threads) return trainer;
  trainer?.worker.terminate();
  const worker = new Worker(new URL("./lenet.worker.ts", import.meta.url), { type: "module" });
  const broken = new Promise<never>((_, reject) => {
    worker.onerror = () => reject(new Error("The program that trains could not be loaded: is this page offline?"));
  });
  broken.catch(() => {});
  trainer = { worker, api: wrap<LenetApi>(worker), threads, broken };
  return trainer;
}

/** What the knobs ask for, a run each. */
export function askedRuns(): RunSettings[] {
  const { optimizers, budget, images, seed } = lenetKnobs.values;
  const names: OptimizerName[] = optimizers.value === "both" ? ["entropy-sgd", "sgd"] : [optimizers.value];
  return names.map((optimizer) => ({ optimizer, budget: budget.value, images: images.value, seed: seed.value }));
}

/** Trains one run after another. */
export async function start(): Promise<void> {
  if (doing.peek() !== null) return;
  isStopped = false;
  failure.value = null;
  const asked = askedRuns();
  runs.value = asked.map(newRun);
  doing.value = "Fetching MNIST and ONNX Runtime …";
  try {
    const { api, threads, broken } = trainerOf(threadsOf());
    const place = { files, threads };
    await Promise.race([api.load(place), broken]);
    for (const [at, settings] of asked.entries()) {
      if (isStopped) break;
      const tell = proxy((told: Parameters<typeof withTold>[1]) => {
        isLoaded.value = true;
        doing.value = told.type === "evaluation" ? "Classifying …" : "Training …";
        runs.value = runs.peek().map((run, i) => (i === at ? withTold(run, told) : run));
      });
      await Promise.race([api.train(settings, place, tell), broken]);
    }
  } catch (error) {
    failure.value = sentenceOf(error);
    trainer?.worker.terminate();
    trainer = null;
  } finally {
    doing.value = null;
  }
}

/** Ends the run in work after its gradient, and leaves those that wait. */
export function stop(): void {
  isStopped = true;
  void trainer?.api.stop();
}

function sentenceOf(error: unknown): string {
  // What browsers throw where an array or a WebAssembly memory cannot be had.
  if (error instanceof RangeError || (error as Error)?.name === "RangeError")
    return "There is not enough memory in this tab: close others, or take fewer training images.";
  return error instanceof Error ? error.message : String(error);
}
