/** What the compiler knows of training: checked with all sources, and of the packed declarations under other compilers. */
import { entropySgd, type Optimizer, type Progress, sgd, weightAveraging } from "entropy-sgd";
import {
  type AnySplit,
  arraySplit,
  binary,
  classification,
  compileNetwork,
  type DataSet,
  type EndReason,
  type EvaluationEvent,
  isLabelled,
  lossTask,
  type Metrics,
  type NetworkSpec,
  type Platform,
  type RecordedEvaluation,
  type ResumePoint,
  type RunResult,
  regression,
  type Split,
  type TargetSplit,
  type Task,
  type TrainableModel,
  type TrainEvent,
  type TrainSnapshot,
  train,
} from "entropy-sgd-training";
import { nodePlatform } from "entropy-sgd-training/node";
import { reduceMean, sub, type Value } from "onnx-grad";
import { expectTypeOf } from "vitest";

declare const model: TrainableModel;
declare const numbers: TargetSplit;
declare const data: DataSet;
declare const spec: NetworkSpec;

// train: any optimizer whose state is plain data with progress; a stream of events, no result beside them.
const events = train(model, data, sgd({ learningRate: 0.1 }), { budget: 1 });
expectTypeOf(events).toEqualTypeOf<AsyncGenerator<TrainEvent, void, void>>();
train(model, data, weightAveraging(entropySgd({ scope: 0 }), { averageFrom: 0, averageEvery: 1 }), { budget: 1 });
// @ts-expect-error: a state that tells no progress
train(model, data, {} as Optimizer<{ readonly params: Float32Array }>, { budget: 1 });
// @ts-expect-error: a state that cannot be saved
train(model, data, {} as Optimizer<{ readonly progress: Progress; readonly now: () => number }>, { budget: 1 });
// @ts-expect-error: the budget must be given
train(model, data, sgd({ learningRate: 0.1 }), {});
// @ts-expect-error: no order of the data
train(model, data, sgd({ learningRate: 0.1 }), { budget: 1, sampling: "sorted" });

// Events: the type of an event says which fields it has.
expectTypeOf<TrainEvent["type"]>().toEqualTypeOf<
  "start" | "warning" | "gradient" | "outer" | "evaluation" | "checkpoint" | "non-finite" | "end"
>();
declare const event: TrainEvent;
if (event.type === "evaluation") expectTypeOf(event).toEqualTypeOf<EvaluationEvent>();
if (event.type === "end") expectTypeOf(event.result).toEqualTypeOf<RunResult>();
if (event.type === "checkpoint") expectTypeOf(event.snapshot).toEqualTypeOf<TrainSnapshot>();
if (event.type === "warning") expectTypeOf(event.message).toBeString();
// @ts-expect-error: only some events have it
event.result;
expectTypeOf<RunResult["reason"]>().toEqualTypeOf<EndReason>();
expectTypeOf<RecordedEvaluation>().not.toHaveProperty("params");
expectTypeOf<EvaluationEvent>().toExtend<RecordedEvaluation>();
// A checkpoint's snapshot is where a run goes on.
expectTypeOf<TrainSnapshot>().toExtend<ResumePoint>();

// Data and networks of one's own.
expectTypeOf(
  arraySplit({ inputs: Float32Array.of(1, 2), labels: [0, 1], inputShape: [1], numClasses: 2 }),
).toEqualTypeOf<Split>();
expectTypeOf(nodePlatform).toEqualTypeOf<Platform>();
expectTypeOf(compileNetwork(spec, { platform: nodePlatform, batchSize: 2 })).resolves.toEqualTypeOf<TrainableModel>();

// Tasks: options of their own, a loss made of values of the graph, and targets that are classes or numbers.
expectTypeOf(regression({ loss: "huber", delta: 2 })).toEqualTypeOf<Task>();
// @ts-expect-error: no such loss
regression({ loss: "cubic" });
// @ts-expect-error: binary cross-entropy has no options
binary({ labelSmoothing: 0.1 });
lossTask({ name: "own", loss: (outputs, targets) => reduceMean(sub(outputs, targets)) });
// @ts-expect-error: a loss gives a value of the graph
lossTask({ name: "own", loss: () => 1 });
compileNetwork(spec, { platform: nodePlatform, task: classification({ classWeights: [1, 2] }) });
train(model, { name: "table", train: numbers, validation: numbers, test: numbers }, sgd({ learningRate: 0.1 }), {
  budget: 1,
});
expectTypeOf<Task["loss"]>().toEqualTypeOf<(outputs: Value, targets: Value) => Value>();
expectTypeOf<EvaluationEvent["testMetrics"]>().toEqualTypeOf<Metrics | undefined>();
// Classes are asked of labelled data only.
declare const any: AnySplit;
// @ts-expect-error: targets may be numbers
any.labelOf(0);
if (isLabelled(any)) expectTypeOf(any).toEqualTypeOf<Split>();

// @ts-expect-error: what it runs on must be given
compileNetwork(spec, { batchSize: 2 });
