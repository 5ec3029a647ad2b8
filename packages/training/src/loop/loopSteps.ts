/** The steps of the training loop: each changes the run under way and yields its events. */
import { type AnyState, progress } from "entropy-sgd";
import { isTimeLimit, unlessInterrupted } from "../interruption.ts";
import { primaryMetricOf } from "../tasks/task.ts";
import { coupled, missingWords } from "./coupled.ts";
import { numWithoutImprovement } from "./earlyStopping.ts";
import type { CheckpointReason, EvaluationEvent, NonFiniteEvent, RecordedEvaluation, TrainEvent } from "./events.ts";
import { withEvaluation } from "./keptEvaluations.ts";
import { evaluationAfter, evaluationIsDue } from "./plan.ts";
import { isWaiting } from "./replica.ts";
import { holdsFinite, pointOf, snapshotOf, type TrainingLoop } from "./trainingLoop.ts";

/** Whether something ended the run before its budget did. */
export function hasEnded({ reason }: { readonly reason: string }): boolean {
  return reason !== "budget";
}

/** Whether an evaluation comes next; also where a run goes on that a signal ended at one. */
export function mustEvaluate<S extends AnyState>(loop: TrainingLoop<S>): boolean {
  const { gradients, evaluations, plan } = loop;
  return gradients > 0 && evaluationIsDue(loop, plan) && evaluations.at(-1)?.gradients !== gradients;
}

/** Whether the evaluation at this gradient is the last that early stopping waits for. */
export function hasStalled<S extends AnyState>({ gradients, evaluations, options }: TrainingLoop<S>): boolean {
  const { patience = null, minDelta = 0 } = options;
  if (patience === null || evaluations.at(-1)?.gradients !== gradients) return false;
  return numWithoutImprovement(evaluations, minDelta) >= patience;
}

/** One gradient, unless an evaluation comes first; the evaluation and the checkpoint that are due then. */
export async function* advance<S extends AnyState>(loop: TrainingLoop<S>): AsyncGenerator<TrainEvent> {
  // A run that a signal ended before an exchange goes on with it.
  if (isWaiting(loop)) yield* endGradient(loop);
  else if (!mustEvaluate(loop)) yield* takeGradient(loop);
  if (hasEnded(loop) || isWaiting(loop)) return;
  const isEvaluated = mustEvaluate(loop);
  if (isEvaluated) {
    const event = await unlessInterrupted(() => evaluate(loop));
    if (event === null) return;
    loop.nextEvaluation = evaluationAfter(loop.gradients, { ...loop.plan, ...loop.options });
    yield event;
    if (!Number.isFinite(event.testLoss)) return yield notFinite(loop, "test loss");
  }
  const due = loop.schedule.dueAt(loop.gradients, isEvaluated ? loop.evaluations : null);
  if (due !== null) yield checkpoint(loop, due);
}

/** Ends the run after a signal or at a time limit, with a checkpoint unless the last one is of this gradient. */
export function* interrupt<S extends AnyState>(loop: TrainingLoop<S>): Generator<TrainEvent> {
  if (loop.schedule.isBehind(loop.gradients)) yield checkpoint(loop, "interrupted");
  if (!hasEnded(loop)) loop.reason = isTimeLimit(loop.options.signal) ? "time" : "interrupted";
}

/** The checkpoint; where the state holds a number that is not finite, the end of the run. */
export function checkpoint<S extends AnyState>(loop: TrainingLoop<S>, reason: CheckpointReason): TrainEvent {
  const snapshot = snapshotOf(loop);
  if (!holdsFinite(snapshot)) return notFinite(loop, "state");
  loop.schedule.taken(loop.gradients);
  return { type: "checkpoint", gradients: loop.gradients, reason, snapshot };
}

async function* takeGradient<S extends AnyState>(loop: TrainingLoop<S>): AsyncGenerator<TrainEvent> {
  const { model, optimizer, gradient } = loop;
  const begun = performance.now();
  if (optimizer.needsNewBatch?.(loop.state) ?? true) loop.nextBatch(loop.batches++);
  loop.fillMasks(loop.gradients);
  const batchLoss = await model.lossAndGradient(optimizer.gradientPoint(loop.state) as Float32Array, gradient);
  loop.state = optimizer.step(gradient, loop.state);
  const secondsPerGradient = (performance.now() - begun) / 1000;
  loop.gradients += 1;
  loop.gradientSeconds += secondsPerGradient;
  loop.lossSum += batchLoss;
  const { gradients } = loop;
  const { scope = null, innerStep } = loop.state.progress;
  yield {
    type: "gradient",
    gradients,
    innerStep: innerStep === 0 ? optimizer.innerSteps : innerStep,
    batchLoss,
    scope,
    secondsPerGradient,
  };
  if (!Number.isFinite(batchLoss)) yield notFinite(loop, "batch loss");
  else yield* endGradient(loop);
}

/** The exchange with other replicas where an outer step waits for it; at a boundary, what it has come to. */
async function* endGradient<S extends AnyState>(loop: TrainingLoop<S>): AsyncGenerator<TrainEvent> {
  const { missing } = loop;
  if (!(await coupled(loop))) return;
  const message = missingWords(loop, missing);
  if (message !== null) yield { type: "warning", gradients: loop.gradients, message };
  if (loop.gradients % loop.plan.boundaryEvery === 0) yield* tellBoundary(loop);
}

function* tellBoundary<S extends AnyState>(loop: TrainingLoop<S>): Generator<TrainEvent> {
  const { gradients, plan, state } = loop;
  const { boundaryEvery } = plan;
  const { learningRate, scope = null } = state.progress;
  const { distance = null, localEntropyGradientNorm = null, gradientNorm, finite } = progress(state);
  const batchLoss = loop.lossSum / boundaryEvery;
  loop.lossSum = 0;
  yield {
    type: "outer",
    gradients,
    effectiveEpochs: gradients / plan.gradientsPerEpoch,
    batchLoss,
    learningRate,
    scope,
    distance,
    localEntropyGradientNorm,
    gradientNorm,
  };
  const message = loop.watch?.observe(batchLoss, boundaryEvery) ?? null;
  if (message !== null) yield { type: "warning", gradients, message };
  if (!finite) yield notFinite(loop, Number.isFinite(gradientNorm) ? "state" : "gradient norm");
}

/** Validation and test at the evaluation point, after a recalibration of batch norm. @throws Interruption after a signal */
async function evaluate<S extends AnyState>(loop: TrainingLoop<S>): Promise<EvaluationEvent> {
  const { model, data, options, gradients } = loop;
  const { signal } = options;
  const params = pointOf(loop);
  if (model.hasBatchNorm) await model.recalibrate(params, data.train, signal);
  const validation = data.validation.numExamples > 0 ? await model.evaluate(params, data.validation, signal) : null;
  const test = await model.evaluate(params, data.test, signal);
  const event: RecordedEvaluation = {
    type: "evaluation",
    gradients,
    effectiveEpochs: gradients / loop.plan.gradientsPerEpoch,
    validationLoss: validation?.loss ?? null,
    validationError: validation?.metrics.error ?? null,
    testLoss: test.loss,
    testError: test.metrics.error ?? null,
    validationMetrics: validation?.metrics ?? null,
    testMetrics: test.metrics,
    primary: primaryMetricOf(model.task),
    weightNorm: Math.sqrt(params.reduce((sum, value) => sum + value * value, 0)),
    seconds: loop.seconds(),
  };
  loop.evaluations = withEvaluation(loop.evaluations, event, options.checkpoints?.best ?? 0);
  return { ...event, params: params.slice() };
}

function notFinite<S extends AnyState>(loop: TrainingLoop<S>, what: NonFiniteEvent["what"]): NonFiniteEvent {
  loop.reason = "non-finite";
  return { type: "non-finite", gradients: loop.gradients, what, learningRate: loop.state.progress.learningRate };
}
