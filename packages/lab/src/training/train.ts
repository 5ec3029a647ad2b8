/** The training loop: an async iterator of events. */
import { type Optimizer, type Progress, progress } from "entropy-sgd";
import { byPermutation, type Sampler, withReplacement } from "../data/sampler.ts";
import type { DataSet } from "../data/split.ts";
import { batchFiller, maskFiller } from "../model/fillers.ts";
import type { TrainableModel } from "../model/trainableModel.ts";
import { errorsOf, finiteOrNull } from "./errorsOf.ts";
import type { EndReason, EvaluationEvent, OuterEvent, RunResult, TrainEvent } from "./events.ts";
import { type Plan, planOf } from "./plan.ts";

/** How mini-batches are drawn: uniformly with replacement (the paper), or by a fresh permutation each epoch. */
export type Sampling = "replacement" | "permutation";

/** Options of `train`. */
export interface TrainOptions {
  /** Effective epochs, inner steps counted; rounded up to whole outer steps. */
  readonly budget: number;
  /** Seed of weights, data order and dropout. Default 1. */
  readonly seed?: number;
  /** Gradients between two outer boundaries: the optimizer's `innerSteps`. Default 1. */
  readonly innerSteps?: number;
  readonly sampling?: Sampling;
  /** Ends the run after the gradient in work; the result says `interrupted`. */
  readonly signal?: AbortSignal;
  /** Names for events and results. */
  readonly optimizerName?: string;
  readonly preset?: string | null;
  /** Wall clock in milliseconds; `performance.now` when absent. */
  readonly now?: () => number;
}

/**
 * Trains `model` on `data` and yields what happens: one start, a gradient event per gradient, an outer event per outer
 * step, an evaluation at the first outer boundary after each effective epoch and at the end, one end.
 *
 * Cost: the budget in gradients; each evaluation is a recalibration pass over the training split (with batch norm) and a
 * pass over validation and test, timed in `seconds` and left out of `msPerGradient`. Randomness: weights, batches and
 * masks are functions of (seed, step), so another optimizer with the same seed sees the same. Divergence ends the run
 * with the reason `non-finite`; it is not an exception.
 *
 * @throws RangeError for a budget that is not positive
 */
export async function* train<S extends { readonly progress: Progress }>(
  model: TrainableModel,
  data: DataSet,
  optimizer: Optimizer<S>,
  options: TrainOptions,
): AsyncGenerator<TrainEvent, void, void> {
  const { seed = 1, innerSteps = 1, sampling = "replacement", signal, now = () => performance.now() } = options;
  const plan = planOf(data.train.numExamples, model.batchSize, innerSteps, options.budget);
  const names = {
    network: model.name,
    optimizer: options.optimizerName ?? "custom",
    preset: options.preset ?? null,
    seed,
    numParams: model.numParams,
  };
  const { gradientsPerEpoch, totalGradients } = plan;
  yield { type: "start", ...names, batchSize: model.batchSize, totalGradients, gradientsPerEpoch, innerSteps };

  const started = now();
  const seconds = (): number => (now() - started) / 1000;
  const nextBatch = batchFiller(model, data.train, sampler(sampling, plan, seed));
  const fillMasks = maskFiller(model, seed);
  let state = optimizer.init(model.initialParams(seed), model.memory);
  const gradient = model.memory.allocate(model.numParams, new Float32Array(0)) as Float32Array;
  const evaluations: EvaluationEvent[] = [];
  let gradients = 0;
  let batches = 0;
  let gradientSeconds = 0;
  let nextEvaluation = gradientsPerEpoch;
  let lossSum = 0;
  let reason: EndReason = "budget";

  const evaluate = async (): Promise<EvaluationEvent> => {
    // States made by `init` from float32 parameters hold float32 vectors.
    const params = optimizer.evalPoint(state) as Float32Array;
    if (model.hasBatchNorm) await model.recalibrate(params, data.train);
    const validation = data.validation.numExamples > 0 ? await model.evaluate(params, data.validation) : null;
    const test = await model.evaluate(params, data.test);
    const event: EvaluationEvent = {
      type: "evaluation",
      gradients,
      effectiveEpochs: gradients / gradientsPerEpoch,
      validationLoss: validation?.loss ?? null,
      validationError: validation?.error ?? null,
      testLoss: test.loss,
      testError: test.error,
      seconds: seconds(),
      params: params.slice(),
    };
    evaluations.push(event);
    return event;
  };

  while (gradients < totalGradients) {
    if (signal?.aborted) {
      reason = "interrupted";
      break;
    }
    const begun = now();
    if (optimizer.needsNewBatch?.(state) ?? true) nextBatch(batches++);
    fillMasks(gradients);
    const batchLoss = await model.lossAndGradient(optimizer.gradientPoint(state) as Float32Array, gradient);
    state = optimizer.step(gradient, state);
    const spent = (now() - begun) / 1000;
    gradients += 1;
    gradientSeconds += spent;
    lossSum += batchLoss;
    const { scope, innerStep, learningRate } = state.progress;
    yield {
      type: "gradient",
      gradients,
      innerStep: innerStep === 0 ? innerSteps : innerStep,
      batchLoss,
      scope,
      secondsPerGradient: spent,
    };
    if (!Number.isFinite(batchLoss)) {
      reason = "non-finite";
      break;
    }
    if (gradients % innerSteps !== 0) continue;
    const { distance, localEntropyGradientNorm, gradientNorm } = progress(state);
    const norms = { distance, localEntropyGradientNorm, gradientNorm };
    const meanLoss = lossSum / innerSteps;
    lossSum = 0;
    const outer: OuterEvent = {
      type: "outer",
      gradients,
      effectiveEpochs: gradients / gradientsPerEpoch,
      batchLoss: meanLoss,
      learningRate,
      scope,
      ...norms,
    };
    yield outer;
    if (gradients < nextEvaluation && gradients < totalGradients) continue;
    nextEvaluation = gradientsPerEpoch * (Math.floor(gradients / gradientsPerEpoch) + 1);
    yield await evaluate();
    if (!Number.isFinite(evaluations.at(-1)!.testLoss)) {
      reason = "non-finite";
      break;
    }
  }

  const trainLoss =
    reason === "budget" ? (await model.evaluate(optimizer.evalPoint(state) as Float32Array, data.train)).loss : null;
  const result: RunResult = {
    ...names,
    gradientEvaluations: gradients,
    effectiveEpochs: gradients / gradientsPerEpoch,
    trainLoss: finiteOrNull(trainLoss),
    ...errorsOf(evaluations, reason === "non-finite"),
    seconds: seconds(),
    msPerGradient: gradients > 0 ? (1000 * gradientSeconds) / gradients : null,
    interrupted: reason === "interrupted",
    reason,
    rollbacks: 0,
  };
  yield { type: "end", result };
}

function sampler(sampling: Sampling, { numExamples, batchSize }: Plan, seed: number): Sampler {
  return sampling === "replacement" ? withReplacement(numExamples, seed) : byPermutation(numExamples, batchSize, seed);
}
