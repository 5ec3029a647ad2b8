/** The training loop: an async iterator of events. */
import type { AnyState, Optimizer } from "entropy-sgd";
import { requireFit } from "../data/requireFit.ts";
import type { AnySplit, DataSet } from "../data/split.ts";
import { unlessInterrupted } from "../interruption.ts";
import { requireFiniteWeights } from "../model/requireFiniteWeights.ts";
import type { TrainableModel } from "../model/trainableModel.ts";
import { primaryMetricOf } from "../tasks/task.ts";
import { hasDiverged } from "./divergence.ts";
import { bestEvaluation } from "./earlyStopping.ts";
import { errorsOf, finiteOrNull, primaryResultOf } from "./errorsOf.ts";
import type { EndReason, RecordedEvaluation, RunResult, StartEvent, TrainEvent } from "./events.ts";
import { advance, checkpoint, hasEnded, hasStalled, interrupt, mustEvaluate } from "./loopSteps.ts";
import { planOf } from "./plan.ts";
import { isWaiting, requireReplica } from "./replica.ts";
import { type LoopParts, pointOf, type TrainingLoop, trainingLoop } from "./trainingLoop.ts";
import { requireBoundaries, requireSampling, requireTrainOptions, type TrainOptions } from "./trainOptions.ts";

/**
 * Trains `model` on `data` and yields what happens: one start, a gradient event per gradient, an outer event at each
 * boundary (`boundaryEvery`), an evaluation at the first boundary after each effective epoch (`evaluateEvery`) and at the end, checkpoints when they
 * are due, one end. From a checkpoint's snapshot it goes on with the same bits as without the interruption.
 *
 * Cost: the budget in gradients; each evaluation is a recalibration pass over the training split (with batch norm) and a
 * pass over validation and test, timed in `seconds` and left out of `msPerGradient`. Randomness: weights, batches and
 * masks are functions of (seed, step), so another optimizer with the same seed sees the same. Divergence is no exception:
 * what is not finite ends the run with the reason `non-finite`, after an event that says what it was; a training loss that
 * ends above the task's guess's gives the reason `diverged`. With `patience` it may end early, with the reason `early-stopping`. A warning event tells once of losses that rise or do not fall.
 *
 * @throws InputError for data that do not fit the model, a permutation of a text, and initial weights that are not finite; TypeError for an unknown
 *   option; RangeError for a budget that is not positive, boundaries within an outer step, or a snapshot of another optimizer
 */
export async function* train<S extends AnyState>(
  model: TrainableModel,
  data: DataSet<AnySplit>,
  optimizer: Optimizer<S>,
  options: TrainOptions,
): AsyncGenerator<TrainEvent, void, void> {
  const { seed = 1, budget, signal, resume } = options;
  const initial = model.initialParams(seed);
  // The weights of a checkpoint are checked when it is written, and its hash when it is read.
  if (resume === undefined) requireFiniteWeights(`${model.name}: initial weights`, initial, model.layout);
  const state = optimizer.init(initial, model.memory);
  requireTrainOptions(options);
  requireReplica(optimizer, options.replica);
  const { boundaryEvery = optimizer.innerSteps } = options;
  // Where a run is resumed, a state of other inner steps is refused first.
  if (resume === undefined) requireBoundaries(boundaryEvery, optimizer);
  requireSampling(data.train, options.sampling);
  const warnings = [...requireFit(model, data), ...(options.notes ?? [])];
  const plan = planOf(data.train.numExamples, model.batchSize, boundaryEvery, budget);
  const guess = model.task.guess(model.outputShape, data.train);
  const parts: LoopParts<S> = { model, data, optimizer, options, plan, guess };
  yield startEvent(parts);
  // A resumed run has given its warnings at its start.
  if (resume === undefined) for (const message of warnings) yield { type: "warning", gradients: 0, message };

  const loop = trainingLoop(parts, state);
  requireBoundaries(boundaryEvery, optimizer);
  while (
    !hasEnded(loop) &&
    !hasStalled(loop) &&
    (loop.gradients < plan.totalGradients || isWaiting(loop) || mustEvaluate(loop))
  ) {
    yield* signal?.aborted ? interrupt(loop) : advance(loop);
  }
  // A later run with a larger budget resumes from the final state.
  if (!hasEnded(loop) && loop.schedule.isBehind(loop.gradients)) yield checkpoint(loop, "end");
  const trainLoss = hasEnded(loop) ? null : await unlessInterrupted(() => lossOnTraining(loop));
  if (!hasEnded(loop) && trainLoss === null) yield* interrupt(loop);
  if (trainLoss !== null) loop.reason = reasonAtEnd(loop, trainLoss);
  yield { type: "end", result: resultOf(loop, trainLoss) };
}

/** The fields that the start event and the result share. */
function namesOf<S extends AnyState>({ model, options }: LoopParts<S>) {
  const { optimizerName = "custom", preset = null, seed = 1 } = options;
  return {
    network: model.name,
    task: model.task.name,
    optimizer: optimizerName,
    preset,
    seed,
    numParams: model.numParams,
  };
}

function startEvent<S extends AnyState>(parts: LoopParts<S>): StartEvent {
  const { batchSize, totalGradients, gradientsPerEpoch, boundaryEvery: innerSteps } = parts.plan;
  const { budget, evaluateEvery = 1 } = parts.options;
  const primary = primaryMetricOf(parts.model.task);
  return {
    type: "start",
    ...namesOf(parts),
    batchSize,
    budget,
    totalGradients,
    gradientsPerEpoch,
    innerSteps,
    evaluateEvery,
    primary,
  };
}

/** @throws Interruption after a signal */
async function lossOnTraining<S extends AnyState>(loop: TrainingLoop<S>): Promise<number> {
  return (await loop.model.evaluate(pointOf(loop), loop.data.train, loop.options.signal)).loss;
}

/** Why a run ended that nothing cut short. With early stopping it is judged by the evaluation whose weights it is trained for. */
function reasonAtEnd<S extends AnyState>(loop: TrainingLoop<S>, trainLoss: number): EndReason {
  const { gradients, plan, guess } = loop;
  const loss = chosenEvaluation(loop)?.validationLoss ?? trainLoss;
  if (!(loss <= (guess?.loss ?? Number.MAX_VALUE))) return "diverged";
  return gradients < plan.totalGradients ? "early-stopping" : "budget";
}

/** With early stopping, the best evaluation; null otherwise. */
function chosenEvaluation<S extends AnyState>({ options, evaluations }: TrainingLoop<S>): RecordedEvaluation | null {
  return (options.patience ?? null) === null ? null : bestEvaluation(evaluations);
}

function resultOf<S extends AnyState>(loop: TrainingLoop<S>, trainLoss: number | null): RunResult {
  const { gradients, gradientSeconds, evaluations, reason, options, plan, model } = loop;
  const diverged = hasDiverged({ reason });
  const chosen = reason === "budget" || reason === "early-stopping" ? chosenEvaluation(loop) : null;
  return {
    ...namesOf(loop),
    gradientEvaluations: gradients,
    budget: options.budget,
    plannedEpochs: plan.totalGradients / plan.gradientsPerEpoch,
    effectiveEpochs: gradients / plan.gradientsPerEpoch,
    trainLoss: finiteOrNull(trainLoss),
    ...errorsOf(evaluations, diverged),
    ...(chosen && { bestGradients: chosen.gradients }),
    primary: primaryResultOf(evaluations, diverged, primaryMetricOf(model.task)),
    seconds: loop.seconds(),
    msPerGradient: gradients > 0 ? (1000 * gradientSeconds) / gradients : null,
    interrupted: reason === "interrupted" || reason === "time",
    reason,
    rollbacks: options.rollbacks ?? 0,
    ...(options.replica !== undefined && { incompleteMeans: loop.incompleteMeans }),
  };
}
