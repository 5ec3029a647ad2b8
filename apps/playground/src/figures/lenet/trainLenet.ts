/** Trains LeNet on MNIST and tells what happens; the same in a web worker and in Node. */
import {
  type CheckpointPolicy,
  compileNetwork,
  type DataSet,
  networks,
  noCheckpoints,
  type OuterEvent,
  type Platform,
  type RecordedEvaluation,
  type ResumePoint,
  type RunResult,
  subset,
  type TrainEvent,
  type TrainSnapshot,
  train,
} from "entropy-sgd-training";
import type { RunModel } from "entropy-sgd-training/formats";
import { answersOf, type ShownAnswers } from "./answers.ts";
import { batchSize, dropout, innerSteps, optimizerFor, planFor, type RunSettings } from "./recipe.ts";

/** What a run tells, in order; as JSON it is what a saved run keeps. */
export type Told =
  | { readonly type: "start"; readonly totalGradients: number; readonly gradientsPerEpoch: number }
  /** Mini-batch losses of the gradients that follow the last ones told, and the milliseconds that the last took. */
  | { readonly type: "gradients"; readonly losses: readonly number[]; readonly milliseconds: number }
  | OuterEvent
  | RecordedEvaluation
  | { readonly type: "answers"; readonly answers: ShownAnswers }
  | { readonly type: "warning"; readonly message: string }
  | { readonly type: "end"; readonly result: RunResult };

/** Where a run computes. */
export interface RunPlace {
  readonly platform: Platform;
  readonly threads: number;
  readonly signal: AbortSignal;
}

/** How a run is kept, and from where it goes on. */
export interface RunKeeping {
  /** null for a new run. */
  readonly resume: ResumePoint | null;
  readonly checkpoints: CheckpointPolicy;
  /** After everything before it was told. */
  save(snapshot: TrainSnapshot, model: RunModel): Promise<void>;
}

const notKept: RunKeeping = { resume: null, checkpoints: noCheckpoints, save: async () => {} };

/** Milliseconds between two messages with losses. */
const tellEvery = 250;

/** The first images of the training split, and nothing held out for validation: nothing is chosen by it here. */
function firstImages({ validation, train: whole, ...rest }: DataSet, images: number): DataSet {
  const indices = Int32Array.from({ length: images }, (_, i) => i);
  return { ...rest, train: subset(whole, indices), validation: subset(validation, new Int32Array(0)) };
}

/**
 * One run, from its start or a saved point to its end or the signal.
 *
 * Cost: the gradients of its plan; each evaluation is a forward pass over the training images (batch norm's statistics) and one
 * over the test images, as are the training loss and the answers at the end.
 *
 * @throws InputError where ONNX Runtime cannot be used
 */
export async function trainLenet(
  settings: RunSettings,
  whole: DataSet,
  place: RunPlace,
  tell: (told: Told) => void,
  keeping: RunKeeping = notKept,
): Promise<void> {
  const { platform, threads, signal } = place;
  const data = firstImages(whole, settings.images);
  const model = await compileNetwork(networks.lenet!, { platform, device: "cpu", threads, batchSize, dropout });
  const { optimizer: optimizerName, budget, seed } = settings;
  const { resume, checkpoints } = keeping;
  const options = { budget, seed, optimizerName, boundaryEvery: innerSteps, signal, checkpoints };
  const optimizer = optimizerFor(settings, planFor(settings));
  const losses = lossesTold(tell);
  try {
    for await (const event of train(model, data, optimizer, { ...options, ...(resume && { resume }) })) {
      if (event.type === "gradient") losses.add(event.batchLoss, 1000 * event.secondsPerGradient);
      else losses.flush();
      if (event.type === "checkpoint") await keeping.save(event.snapshot, model);
      const told = toldOf(event);
      if (told !== null) tell(told);
      if (event.type === "evaluation" && event.gradients >= planFor(settings).totalGradients) {
        const answers = await answersOf(event.params, model.statistics, data.test, place).catch(unlessAborted(signal));
        if (answers !== null) tell({ type: "answers", answers });
      }
    }
  } finally {
    await model.close();
  }
}

/** Of a pass that was interrupted nothing is told. */
function unlessAborted(signal: AbortSignal): (error: unknown) => null {
  return (error) => {
    if (signal.aborted) return null;
    throw error;
  };
}

/** What is told of an event of training; losses are told by themselves. */
function toldOf(event: TrainEvent): Told | null {
  switch (event.type) {
    case "start": {
      const { type, totalGradients, gradientsPerEpoch } = event;
      return { type, totalGradients, gradientsPerEpoch };
    }
    case "evaluation": {
      const { params: _, ...kept } = event;
      return kept;
    }
    case "non-finite":
      return { type: "warning", message: `The ${event.what} is not a finite number: the run ends here.` };
    case "outer":
    case "warning":
    case "end":
      return event;
    default:
      return null;
  }
}

/** Tells losses four times a second. */
function lossesTold(tell: (told: Told) => void) {
  let losses: number[] = [];
  let milliseconds = 0;
  let told = performance.now();
  const flush = (): void => {
    if (losses.length > 0) tell({ type: "gradients", losses, milliseconds });
    losses = [];
    told = performance.now();
  };
  return {
    flush,
    add(loss: number, took: number): void {
      losses.push(loss);
      milliseconds = took;
      if (performance.now() - told > tellEvery) flush();
    },
  };
}
