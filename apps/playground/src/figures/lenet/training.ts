/** The worker and the runs: what the figure's buttons do. */

import { mnist } from "virtual:downloads";
import { signal } from "@preact/signals";
import { proxy, type Remote, wrap } from "comlink";
import { failureInWords } from "./failureInWords.ts";
import { lenetKnobs } from "./knobs.ts";
import type { LenetApi, WorkerTold } from "./lenet.worker.ts";
import type { OptimizerName, RunSettings } from "./recipe.ts";
import { newRun, type Run, withTold } from "./run.ts";

/** The runs of the last press of the button. */
export const runs = signal<readonly Run[]>([]);
/** What happens now, in words; null when nothing does. */
export const doing = signal<string | null>(null);
/** Why there is no training, in a sentence. */
export const failure = signal<string | null>(null);
/** Why runs are not kept, in a sentence; null where they are. */
export const notKept = signal<string | null>(null);
/** Whether MNIST and ONNX Runtime were fetched. */
export const isLoaded = signal(false);

const files = Object.fromEntries(
  Object.entries(mnist).map(([name, address]) => [name, new URL(address, location.href).href]),
) as typeof mnist;

interface Trainer {
  readonly worker: Worker;
  readonly api: Remote<LenetApi>;
  readonly threads: number;
  /** Rejects if the worker's program cannot be loaded, or when the reader stops it before it can hear of it. */
  readonly broken: Promise<never>;
  end(): void;
}
let trainer: Trainer | null = null;
let isStopped = false;

/** Threads that the page may have: without cross-origin isolation one. */
export function threadsOf(): number {
  return lenetKnobs.values.threads.value === "all" && crossOriginIsolated ? navigator.hardwareConcurrency : 1;
}

/** The worker; another one where the number of threads is another, which ONNX Runtime has for good. */
function trainerOf(threads: number): Trainer {
  if (trainer?.threads === threads) return trainer;
  trainer?.worker.terminate();
  const worker = new Worker(new URL("./lenet.worker.ts", import.meta.url), { type: "module" });
  let end = (): void => {};
  const broken = new Promise<never>((_, reject) => {
    worker.onerror = () => reject(new Error("its program could not be loaded from this site"));
    end = () => reject(new Stopped());
  });
  broken.catch(() => {});
  trainer = { worker, api: wrap<LenetApi>(worker), threads, broken, end };
  return trainer;
}

class Stopped extends Error {}

/** What the knobs ask for, a run each. */
export function askedRuns(): RunSettings[] {
  const { optimizers, budget, images, seed } = lenetKnobs.values;
  const names: OptimizerName[] = optimizers.value === "both" ? ["entropy-sgd", "sgd"] : [optimizers.value];
  return names.map((optimizer) => ({ optimizer, budget: budget.value, images: images.value, seed: seed.value }));
}

/**
 * Trains one run after another, each from where it is saved.
 *
 * @param afresh - whether what is saved is deleted first
 */
export async function start(afresh = false): Promise<void> {
  if (doing.peek() !== null) return;
  isStopped = false;
  failure.value = null;
  notKept.value = null;
  const asked = askedRuns();
  runs.value = asked.map(newRun);
  doing.value = "Fetching MNIST and ONNX Runtime …";
  try {
    const { api, threads, broken } = trainerOf(threadsOf());
    const place = { files, threads };
    await Promise.race([api.load(place), broken]);
    await Promise.race([api.forget(afresh ? [] : asked, place), broken]);
    for (const [at, settings] of asked.entries()) {
      if (isStopped) break;
      await Promise.race([api.train(settings, place, proxy(tellerOf(at))), broken]);
    }
  } catch (error) {
    if (!(error instanceof Stopped)) failure.value = failureInWords(error, navigator.onLine);
    trainer?.worker.terminate();
    trainer = null;
  } finally {
    doing.value = null;
  }
}

/** Takes what is told of the run at a place. */
function tellerOf(at: number): (told: WorkerTold) => void {
  return (told) => {
    if (told.type === "unsaved") {
      notKept.value = `This browser does not keep the run, which a reload therefore loses: ${told.message}.`;
      return;
    }
    isLoaded.value = true;
    const { totalGradients } = runs.peek()[at]!;
    const isAtEvaluation = told.type === "outer" && told.gradients >= totalGradients;
    doing.value = isAtEvaluation || told.type === "evaluation" ? "Measuring the test error …" : "Training …";
    if (told.type !== "resumed") runs.value = runs.peek().map((run, i) => (i === at ? withTold(run, told) : run));
  };
}

/** Ends the run in work after its gradient, and leaves those that wait. */
export function stop(): void {
  isStopped = true;
  if (isLoaded.peek()) void trainer?.api.stop();
  else trainer?.end();
}
