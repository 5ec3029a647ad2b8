/** Trains LeNet on MNIST and tells what happens; the same in a web worker and in Node. */
import {
  compileNetwork,
  type DataSet,
  type EvaluationEvent,
  networks,
  type OuterEvent,
  type Platform,
  type RecordedEvaluation,
  type RunResult,
  type Split,
  type StopSignal,
  subset,
  train,
} from "entropy-sgd-training";
import { answersOf, type WrongAnswers } from "./answers.ts";
import { batchSize, dropout, innerSteps, optimizerFor, planFor, type RunSettings } from "./recipe.ts";

/** What a run tells. */
export type Told =
  | { readonly type: "start"; readonly totalGradients: number; readonly gradientsPerEpoch: number }
  /** Mini-batch losses of the gradients that follow the last ones told, and the milliseconds that each took. */
  | { readonly type: "gradients"; readonly losses: readonly number[]; readonly milliseconds: number }
  | OuterEvent
  | RecordedEvaluation
  | { readonly type: "warning" | "problem"; readonly message: string }
  | { readonly type: "end"; readonly result: RunResult }
  | { readonly type: "answers"; readonly answers: WrongAnswers };

/** Where a run computes. */
export interface RunPlace {
  readonly platform: Platform;
  readonly threads: number;
  readonly signal: AbortSignal;
}

/** Milliseconds between two messages with losses. */
const tellEvery = 100;

/** The first images of the training split, and nothing held out for validation: nothing is chosen by it here. */
function firstImages({ validation, train: whole, ...rest }: DataSet, images: number): DataSet {
  const indices = Int32Array.from({ length: images }, (_, i) => i);
  return { ...rest, train: subset(whole, indices), validation: subset(validation, new Int32Array(0)) };
}

/**
 * One run from its start.
 *
 * Cost: the gradients of its plan; each evaluation is a forward pass over the training images (batch norm's statistics) and one
 * over the test images, as are the training loss and the answers at the end.
 *
 * @throws InputError where ONNX Runtime cannot be used
 */
export async function trainLenet(
  settings: RunSettings,
  whole: DataSet,
  { platform, threads, signal }: RunPlace,
  tell: (told: Told) => void,
): Promise<void> {
  const data = firstImages(whole, settings.images);
  const model = await compileNetwork(networks.lenet!, { platform, device: "cpu", threads, batchSize, dropout });
  const { optimizer: optimizerName, budget, seed } = settings;
  const options = { budget, seed, optimizerName, boundaryEvery: innerSteps, signal };
  const losses = lossesTold(tell);
  let last: EvaluationEvent | null = null;
  try {
    for await (const event of train(model, data, optimizerFor(settings, planFor(settings)), options)) {
      if (event.type === "gradient") losses.add(event.batchLoss, 1000 * event.secondsPerGradient);
      else losses.flush();
      if (event.type === "start") tell({ ...event, type: "start" });
      else if (event.type === "outer" || event.type === "warning" || event.type === "end") tell(event);
      else if (event.type === "non-finite") tell({ type: "problem", message: `the ${event.what} is not finite` });
      else if (event.type === "evaluation") {
        last = event;
        const { params: _, ...kept } = event;
        tell(kept);
      }
    }
    const forward = { platform, threads, signal: signal as StopSignal };
    if (last !== null && !signal.aborted) {
      tell({ type: "answers", answers: await answersOf(last.params, model.statistics, data.test as Split, forward) });
    }
  } finally {
    await model.close();
  }
}

/** Tells losses ten times a second. */
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
