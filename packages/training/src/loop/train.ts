/** The training loop: an async iterator of events. */
import { deserialise, type Optimizer, type PlainData, type Progress, progress, serialise } from "entropy-sgd";
import { requireFit } from "../data/requireFit.ts";
import { byPermutation, type Sampler, withReplacement } from "../data/sampler.ts";
import type { DataSet } from "../data/split.ts";
import { unlessInterrupted } from "../interruption.ts";
import { batchFiller, maskFiller } from "../model/fillers.ts";
import { requireFiniteWeights } from "../model/requireFiniteWeights.ts";
import type { TrainableModel } from "../model/trainableModel.ts";
import { checkpointSchedule, noCheckpoints } from "./checkpointSchedule.ts";
import { hasDiverged, uniformLoss } from "./divergence.ts";
import { errorsOf, finiteOrNull } from "./errorsOf.ts";
import type {
  CheckpointReason,
  EndReason,
  EvaluationEvent,
  LoopPosition,
  NonFiniteEvent,
  OuterEvent,
  RecordedEvaluation,
  ResumePoint,
  RunResult,
  TrainEvent,
  TrainSnapshot,
} from "./events.ts";
import { withEvaluation } from "./keptEvaluations.ts";
import { type Plan, plannedOptions, planOf } from "./plan.ts";
import { stabilityWatch } from "./stabilityWatch.ts";
import { requireTrainOptions, type Sampling, type TrainOptions } from "./trainOptions.ts";

/**
 * Trains `model` on `data` and yields what happens: one start, a gradient event per gradient, an outer event per outer
 * step, an evaluation at the first outer boundary after each effective epoch and at the end, checkpoints when they are
 * due, one end. From a checkpoint's snapshot it goes on with the same bits as without the interruption.
 *
 * Cost: the budget in gradients; each evaluation is a recalibration pass over the training split (with batch norm) and a
 * pass over validation and test, timed in `seconds` and left out of `msPerGradient`. Randomness: weights, batches and
 * masks are functions of (seed, step), so another optimizer with the same seed sees the same. Divergence is no exception:
 * what is not finite ends the run with the reason `non-finite`, after an event that says what it was; a training loss that
 * ends above a uniform guess's gives the reason `diverged`. A warning event tells once of losses that rise or do not fall.
 *
 * @throws InputError for data that do not fit the model and initial weights that are not finite, RangeError for a budget that is not positive, TypeError or RangeError
 *   for an unknown option, boundaries within an inner loop, or a snapshot of another optimizer
 */
export async function* train<S extends PlainData & { readonly progress: Progress }>(
  model: TrainableModel,
  data: DataSet,
  optimizer: Optimizer<S>,
  options: TrainOptions,
): AsyncGenerator<TrainEvent, void, void> {
  const { seed = 1, sampling = "replacement", signal, now = () => performance.now() } = options;
  const initial = model.initialParams(seed);
  // A checkpoint's are checked when it is written, and its hash when it is read.
  if (options.resume === undefined) requireFiniteWeights(`${model.name}: initial weights`, initial, model.layout);
  let state = optimizer.init(initial, model.memory);
  const innerSteps = requireTrainOptions(options, state);
  const warnings = requireFit(model, data);
  const plan = planOf(data.train.numExamples, model.batchSize, innerSteps, options.budget);
  const names = {
    network: model.name,
    optimizer: options.optimizerName ?? "custom",
    preset: options.preset ?? null,
    seed,
    numParams: model.numParams,
  };
  const { gradientsPerEpoch, totalGradients } = plan;
  const { budget } = options;
  yield { type: "start", ...names, batchSize: model.batchSize, budget, totalGradients, gradientsPerEpoch, innerSteps };
  // A run that goes on has told them.
  if (options.resume === undefined) for (const message of warnings) yield { type: "warning", gradients: 0, message };

  const resumed = options.resume?.position ?? startPosition(gradientsPerEpoch);
  const started = now() - 1000 * resumed.seconds;
  const seconds = (): number => (now() - started) / 1000;
  const nextBatch = batchFiller(model, data.train, sampler(sampling, plan, seed));
  const fillMasks = maskFiller(model, seed);
  const gradient = model.memory.allocate(model.numParams, new Float32Array(0)) as Float32Array;
  let { gradients, batches, lossSum, nextEvaluation, gradientSeconds } = resumed;
  let evaluations = resumed.evaluations;
  if (options.resume !== undefined) {
    state = restoredState(options.resume, state, model);
    // The second gradient of SAM is at the batch of the first.
    if (batches > 0 && !(optimizer.needsNewBatch?.(state) ?? true)) nextBatch(batches - 1);
  }
  const schedule = checkpointSchedule(options.checkpoints ?? noCheckpoints, gradients, now);
  // Closures change it too, which the type checker does not follow.
  let reason = "budget" as EndReason;

  const evaluate = async (): Promise<EvaluationEvent> => {
    // States made by `init` from float32 parameters hold float32 vectors.
    const params = optimizer.evalPoint(state) as Float32Array;
    if (model.hasBatchNorm) await model.recalibrate(params, data.train, signal);
    const validation = data.validation.numExamples > 0 ? await model.evaluate(params, data.validation, signal) : null;
    const test = await model.evaluate(params, data.test, signal);
    const event: RecordedEvaluation = {
      type: "evaluation",
      gradients,
      effectiveEpochs: gradients / gradientsPerEpoch,
      validationLoss: validation?.loss ?? null,
      validationError: validation?.error ?? null,
      testLoss: test.loss,
      testError: test.error,
      seconds: seconds(),
    };
    evaluations = withEvaluation(evaluations, event, options.checkpoints?.best ?? 0);
    return { ...event, params: params.slice() };
  };
  const snapshot = (): TrainSnapshot => ({
    position: {
      ...{ gradients, batches, lossSum, nextEvaluation, gradientSeconds },
      seconds: seconds(),
      evaluations,
      stability: watch.state(),
    },
    optimizer: serialise(state, { copy: false }),
    params: optimizer.evalPoint(state) as Float32Array,
    statistics: model.statistics,
  });
  const watch = stabilityWatch(
    { numClasses: model.numClasses, hasInnerLoop: state.progress.scope !== null },
    resumed.stability,
  );
  const notFinite = (what: NonFiniteEvent["what"]): NonFiniteEvent => {
    reason = "non-finite";
    return { type: "non-finite", gradients, what, learningRate: state.progress.learningRate };
  };
  const checkpoint = (due: CheckpointReason): TrainEvent => {
    const taken = snapshot();
    if (!holdsFinite(taken)) return notFinite("state");
    schedule.taken(gradients);
    return { type: "checkpoint", gradients, reason: due, snapshot: taken };
  };

  /** At the first outer boundary after each effective epoch, and at the end; also where a run goes on that a signal ended there. */
  const evaluationIsDue = (): boolean =>
    gradients > 0 &&
    gradients % innerSteps === 0 &&
    (gradients >= nextEvaluation || gradients >= totalGradients) &&
    evaluations.at(-1)?.gradients !== gradients;
  /** What is not in a checkpoint yet comes into one. */
  function* interruption(): Generator<TrainEvent> {
    if (schedule.isBehind(gradients)) yield checkpoint("interrupted");
    if (reason === "budget") reason = "interrupted";
  }

  while (reason === "budget" && (gradients < totalGradients || evaluationIsDue())) {
    if (signal?.aborted) {
      yield* interruption();
      break;
    }
    if (!evaluationIsDue()) {
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
        yield notFinite("batch loss");
        break;
      }
      if (gradients % innerSteps === 0) {
        const { distance, localEntropyGradientNorm, gradientNorm, finite } = progress(state);
        const norms = { distance, localEntropyGradientNorm, gradientNorm };
        const outer: OuterEvent = {
          type: "outer",
          gradients,
          effectiveEpochs: gradients / gradientsPerEpoch,
          batchLoss: lossSum / innerSteps,
          learningRate,
          scope,
          ...norms,
        };
        lossSum = 0;
        yield outer;
        const message = watch.observe(outer.batchLoss, innerSteps);
        if (message !== null) yield { type: "warning", gradients, message };
        if (!finite) {
          yield notFinite(Number.isFinite(gradientNorm) ? "state" : "gradient norm");
          break;
        }
      }
    }
    let evaluated: EvaluationEvent | null = null;
    if (evaluationIsDue()) {
      evaluated = await unlessInterrupted(evaluate);
      if (evaluated === null) continue;
      nextEvaluation = gradientsPerEpoch * (Math.floor(gradients / gradientsPerEpoch) + 1);
      yield evaluated;
      if (!Number.isFinite(evaluated.testLoss)) {
        yield notFinite("test loss");
        break;
      }
    }
    const due = schedule.dueAt(gradients, evaluated === null ? null : evaluations);
    if (due !== null) yield checkpoint(due);
  }

  // From the final state the run can be extended.
  if (reason === "budget" && schedule.isBehind(gradients)) yield checkpoint("end");
  const onTraining = async (): Promise<number> =>
    (await model.evaluate(optimizer.evalPoint(state) as Float32Array, data.train, signal)).loss;
  const trainLoss = reason === "budget" ? await unlessInterrupted(onTraining) : null;
  if (reason === "budget" && trainLoss === null) yield* interruption();
  if (trainLoss !== null && !(trainLoss <= uniformLoss(model.numClasses))) reason = "diverged";
  const result: RunResult = {
    ...names,
    gradientEvaluations: gradients,
    budget,
    plannedEpochs: totalGradients / gradientsPerEpoch,
    effectiveEpochs: gradients / gradientsPerEpoch,
    trainLoss: finiteOrNull(trainLoss),
    ...errorsOf(evaluations, hasDiverged({ reason })),
    seconds: seconds(),
    msPerGradient: gradients > 0 ? (1000 * gradientSeconds) / gradients : null,
    interrupted: reason === "interrupted",
    reason,
    rollbacks: options.rollbacks ?? 0,
  };
  yield { type: "end", result };
}

function startPosition(gradientsPerEpoch: number): LoopPosition {
  const none = { gradients: 0, batches: 0, lossSum: 0, seconds: 0, gradientSeconds: 0, evaluations: [] };
  return { ...none, nextEvaluation: gradientsPerEpoch };
}

/** The saved state in the vectors of a fresh one, and the saved statistics in the model's. */
function restoredState<S extends PlainData & { readonly progress: Progress }>(
  { optimizer, statistics, position }: ResumePoint,
  fresh: S,
  model: TrainableModel,
): S {
  for (const [name, own] of Object.entries(model.statistics)) {
    const saved = Object.hasOwn(statistics, name) ? statistics[name]! : null;
    if (saved?.length === own.length) continue;
    throw new RangeError(`statistics: ${name} must have ${own.length} numbers, got ${saved?.length ?? "none"}`);
  }
  const state = deserialise(optimizer, fresh, { changed: plannedOptions });
  if (state.progress.gradients !== position.gradients) {
    throw new RangeError(
      `position: the optimizer is at ${state.progress.gradients} gradients, the loop at ${position.gradients}`,
    );
  }
  for (const [name, own] of Object.entries(model.statistics)) own.set(statistics[name]!);
  return state;
}

function holdsFinite({ optimizer, params }: TrainSnapshot): boolean {
  return [params, ...Object.values(optimizer.vectors)].every((vector) => {
    // 0·v is 0 for finite v and NaN otherwise: one sum instead of a test per number.
    let sum = 0;
    for (let i = 0; i < vector.length; i++) sum += 0 * vector[i]!;
    return sum === 0;
  });
}

function sampler(sampling: Sampling, { numExamples, batchSize }: Plan, seed: number): Sampler {
  return sampling === "replacement" ? withReplacement(numExamples, seed) : byPermutation(numExamples, batchSize, seed);
}
