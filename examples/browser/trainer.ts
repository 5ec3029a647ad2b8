// The web worker: it trains, saves and goes on, and tells the page what happens.
import { compileNetwork, type DataSet, subset, type TrainEvent, train } from "entropy-sgd-training";
import type { CheckpointContent, CheckpointIdentity, RunModel } from "entropy-sgd-training/formats";
import { fetchMnist, type HeldSave, type RunStore, runStore, savedEvents, webPlatform } from "entropy-sgd-training/web";
import type { Answer, KeptEvent, Request, Task } from "./messages.ts";
import { dropoutOf, networkOf, optimizerOf, planFor } from "./model.ts";
import { onnxOf, safetensorsOf, weightsOf } from "./savedFiles.ts";
import { batchSize, innerSteps, nameOf, type Settings } from "./settings.ts";

const tell = (answer: Answer): void => postMessage(answer);

/** A reload loses at most what came after the last checkpoint, which is made again to the same bits. */
const checkpoints = { gradients: 5 * innerSteps, minutes: 0.25, best: 0 };
/** The page shows so many gradients a second, not each. */
const tellEvery = 100;

let opened: Promise<RunStore> | null = null;
let loaded: Promise<DataSet> | null = null;
let stopping = new AbortController();

/** Requests one after another; a stop reaches the one in work. */
let queue = Promise.resolve();
addEventListener("message", ({ data: request }: MessageEvent<Request>) => {
  if (request.type === "stop") stopping.abort();
  else queue = queue.then(() => answer(request));
});

async function answer(request: Task): Promise<void> {
  try {
    opened ??= runStore();
    const store = await opened;
    if (request.type === "delete") await store.delete(nameOf(request.settings));
    else await store.hold(nameOf(request.settings), (run) => perform(request, run));
  } catch (error) {
    tell({ type: "error", message: error instanceof Error ? error.message : String(error) });
  }
  tell({ type: "idle" });
}

async function perform(request: Task, run: HeldSave): Promise<void> {
  const { settings } = request;
  const { checkpoint, skipped } = await run.newest();
  for (const why of skipped) tell({ type: "warning", message: `${why}; an older checkpoint is taken` });
  // Before any work: another tab may have trained this run on, or deleted it.
  tellFound(settings, checkpoint);
  if (request.type === "find") return;
  if (request.type === "save" && checkpoint === null) throw new Error("The run was deleted in another tab.");
  const digits = firstImages(await mnist(), settings);
  if (request.type === "train") return trainRun(settings, digits, run, checkpoint);
  if (request.type === "save" && checkpoint !== null) await save(request, digits, checkpoint);
}

function mnist(): Promise<DataSet> {
  if (loaded === null) tell({ type: "status", text: "Fetching MNIST, 55 MB from this page's own server …" });
  // The bundle of this worker lies in a folder of the page's; the data beside the page.
  loaded ??= fetchMnist({ address: new URL(import.meta.env.DEV ? "/" : "../", import.meta.url).href });
  return loaded;
}

function firstImages(digits: DataSet, { images }: Settings): DataSet {
  return {
    ...digits,
    train: subset(
      digits.train,
      Int32Array.from({ length: images }, (_, i) => i),
    ),
  };
}

/** Trains from where the saved run stands to the end of its budget, or until the page says to stop. */
async function trainRun(
  settings: Settings,
  digits: DataSet,
  run: HeldSave,
  checkpoint: CheckpointContent | null,
): Promise<void> {
  stopping = new AbortController();
  tell({ type: "status", text: "Loading ONNX Runtime and compiling the network …" });
  const { device, threads, seed, budget, optimizer: optimizerName } = settings;
  const options = { platform: webPlatform({ threads }), device, threads, batchSize, dropout: dropoutOf(settings) };
  const model = await compileNetwork(networkOf(settings), options);
  try {
    const optimizer = optimizerOf(settings, planFor(settings));
    const events = train(model, digits, optimizer, {
      ...{ budget, seed, optimizerName, boundaryEvery: innerSteps, checkpoints, signal: stopping.signal },
      ...(checkpoint !== null && { resume: checkpoint.point }),
    });
    const identity = { settings, environment: environment(), dataChecksum: digits.checksum ?? null };
    await follow(events, saver(run, identity, model, checkpoint));
  } finally {
    await model.close();
  }
}

/** Writes checkpoints with the events so far. */
function saver(run: HeldSave, identity: CheckpointIdentity, model: RunModel, from: CheckpointContent | null) {
  const kept = savedEvents<KeptEvent>(from);
  return {
    keep: kept.keep,
    async save({ snapshot }: Extract<TrainEvent, { type: "checkpoint" }>) {
      const checkpoint = { ...identity, rollbacks: 0, snapshot, events: kept.pieces() };
      await run.write(checkpoint, model, (identity.settings as Settings).network);
    },
  };
}

/** Tells the page what happens, and saves what is to be saved. */
async function follow(events: AsyncIterable<TrainEvent>, { keep, save }: ReturnType<typeof saver>): Promise<void> {
  let told = 0;
  for await (const event of events) {
    if (event.type === "gradient" && performance.now() - told > tellEvery) {
      told = performance.now();
      tell(event);
    } else if (event.type === "checkpoint") {
      await save(event);
      tell({ type: "saved", gradients: event.gradients });
    } else if (event.type === "outer") {
      keep(event);
      tell(event);
    } else if (event.type === "evaluation") {
      const { params: _, ...kept } = event;
      keep(kept);
      tell(kept);
    } else if (
      event.type === "start" ||
      event.type === "warning" ||
      event.type === "non-finite" ||
      event.type === "end"
    )
      tell(event);
  }
}

async function save({ settings, as }: Extract<Task, { type: "save" }>, digits: DataSet, checkpoint: CheckpointContent) {
  tell({ type: "status", text: "Making the file …" });
  const platform = webPlatform({ threads: settings.threads });
  const weights = await weightsOf(settings, checkpoint, digits, platform);
  const content = as === "onnx" ? onnxOf(settings, weights) : safetensorsOf(settings, weights);
  tell({ type: "file", name: `${settings.network}-${weights.gradients}.${as}`, content });
}

function tellFound(settings: Settings, checkpoint: CheckpointContent | null): void {
  const { totalGradients, gradientsPerEpoch } = planFor(settings);
  const { gradients = 0, seconds = 0 } = checkpoint?.point.position ?? {};
  const { events } = savedEvents<KeptEvent>(checkpoint);
  tell({ type: "found", totalGradients, gradientsPerEpoch, gradients, seconds, events });
}

/** On what the bits of a run depend beside its settings. */
function environment() {
  return { browser: navigator.userAgent, cores: navigator.hardwareConcurrency };
}
