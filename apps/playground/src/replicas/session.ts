/** The worker and what is known of the replica: what the page's buttons do. */
import { mnist } from "virtual:downloads";
import { signal } from "@preact/signals";
import { proxy, type Remote, wrap } from "comlink";
import type { LivingReplica } from "entropy-sgd-cluster";
import { replicasKnobs } from "./knobs.ts";
import type { ReplicaSettings } from "./recipe.ts";
import type { Credentials, ReplicaApi, WorkerTold } from "./replica.worker.ts";

/** What is known of this tab's replica. */
export interface Progress {
  /** From 0; null before it has joined. */
  readonly replica: number | null;
  readonly living: readonly LivingReplica[];
  readonly refusals: readonly string[];
  readonly totalGradients: number;
  readonly losses: readonly { readonly gradients: number; readonly batchLoss: number }[];
  readonly evaluations: readonly { readonly gradients: number; readonly testError: number | null }[];
  readonly exchanges: readonly { readonly milliseconds: number; readonly distance: number; readonly at: number }[];
  /** Milliseconds, of `performance.now`; null before the first gradient. */
  readonly started: number | null;
  readonly weights: Blob | null;
  /** Of its exchanges, those in which not all replicas of the run were. */
  readonly incompleteMeans: number;
}

const nothing: Progress = {
  ...{ replica: null, living: [], refusals: [], totalGradients: 0, losses: [], evaluations: [], exchanges: [] },
  ...{ started: null, weights: null, incompleteMeans: 0 },
};

export const progress = signal<Progress>(nothing);
/** What happens now, in words; null when nothing does. */
export const doing = signal<string | null>(null);
/** Why it ended, in sentences. */
export const failure = signal<string | null>(null);
export const isLost = signal(false);

const files = Object.fromEntries(
  Object.entries(mnist).map(([name, address]) => [name, new URL(address, location.href).href]),
) as typeof mnist;

let worker: Worker | null = null;
let workerThreads = 1;
let api: Remote<ReplicaApi> | null = null;
/** Ends what cannot hear of a stop. */
let giveUp: (() => void) | null = null;

/** What the knobs ask for. */
export function askedSettings(): ReplicaSettings {
  const { server, run, network, images, replicas, budget, seed } = replicasKnobs.values;
  const names = { server: server.value, run: run.value, network: network.value };
  return { ...names, images: images.value, replicas: replicas.value, budget: budget.value, seed: seed.value };
}

/** Threads that the replica may have: without cross-origin isolation one, and a step of the small network is too short to be divided. */
function threadsOf(): number {
  const { network, threads } = replicasKnobs.values;
  const isOne = network.value !== "lenet" || threads.value === "one" || !crossOriginIsolated;
  return isOne ? 1 : navigator.hardwareConcurrency;
}

/** The worker; another one where the number of threads is another, which ONNX Runtime has for good. */
function workerFor(threads: number): Worker {
  if (worker === null || threads !== workerThreads) {
    worker?.terminate();
    worker = new Worker(new URL("./replica.worker.ts", import.meta.url), { type: "module" });
    workerThreads = threads;
  }
  return worker;
}

/** Connects and takes part in the run, to its end or until `stop`. */
export async function join(credentials: Credentials): Promise<void> {
  if (doing.peek() !== null) return;
  progress.value = nothing;
  failure.value = null;
  isLost.value = false;
  doing.value = "Connecting …";
  const threads = threadsOf();
  const own = workerFor(threads);
  api = wrap<ReplicaApi>(own);
  const broken = new Promise<void>((resolve, reject) => {
    own.onerror = () => reject(new Error("The program of the page's worker could not be loaded from this site."));
    giveUp = () => {
      own.terminate();
      worker = null;
      resolve();
    };
  });
  try {
    await Promise.race([api.join(askedSettings(), credentials, { files, threads }, proxy(hear)), broken]);
  } catch (error) {
    failure.value = error instanceof Error ? error.message : String(error);
  } finally {
    doing.value = null;
    isLost.value = false;
  }
}

/** Leaves the run after the gradient in work. */
export function stop(): void {
  if (progress.peek().replica === null) giveUp?.();
  else void api?.stop();
}

function hear(told: WorkerTold): void {
  const now = progress.peek();
  switch (told.type) {
    case "doing":
      doing.value = told.words;
      break;
    case "connection":
      isLost.value = told.isLost;
      break;
    case "joined":
      doing.value = `Joined as replica ${told.replica + 1}. Waiting until all have joined …`;
      progress.value = { ...now, replica: told.replica };
      break;
    case "start":
      doing.value = "Training …";
      progress.value = { ...now, totalGradients: told.totalGradients, started: performance.now() };
      break;
    case "living":
      progress.value = { ...now, living: told.living, refusals: told.refusals };
      break;
    case "outer":
      progress.value = { ...now, losses: [...now.losses, told] };
      break;
    case "exchange":
      progress.value = { ...now, exchanges: [...now.exchanges, { ...told, at: performance.now() }] };
      break;
    case "evaluation":
      progress.value = { ...now, evaluations: [...now.evaluations, told] };
      break;
    case "end":
      progress.value = { ...now, weights: told.weights, incompleteMeans: told.incompleteMeans };
      break;
  }
}
