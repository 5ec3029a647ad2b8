/** What a training run tells its listeners: the progress line, events.jsonl, the report, the dashboard. */
import type { SerialisedState } from "entropy-sgd";
import type { Metrics, PrimaryMetric } from "../tasks/task.ts";
import type { StabilityState } from "./stabilityWatch.ts";

/**
 * Why a run ended; `diverged`: at its end, with a training loss above that of a uniform guess; `early-stopping`: after
 * `patience` evaluations without improvement; `time`: at a time limit, from where it can be resumed as after an interruption.
 */
export type EndReason = "budget" | "diverged" | "early-stopping" | "interrupted" | "time" | "non-finite";

/** Once, before the first gradient. */
export interface StartEvent {
  readonly type: "start";
  readonly network: string;
  /** Absent in runs made before there were tasks, which are of classification. */
  readonly task?: string;
  readonly optimizer: string;
  readonly preset: string | null;
  readonly seed: number;
  readonly numParams: number;
  readonly batchSize: number;
  /** Effective epochs that were asked for; absent in runs made before it was kept. */
  readonly budget?: number;
  /** Gradient evaluations of the whole run: the budget, rounded up to a boundary. */
  readonly totalGradients: number;
  readonly gradientsPerEpoch: number;
  /** Gradients between two boundaries, `boundaryEvery` of `train`; by this name in events.jsonl from the start. */
  readonly innerSteps: number;
  /** Effective epochs between two evaluations; absent in runs made before it was kept, 1 then. */
  readonly evaluateEvery?: number;
  /** The metric that selects; absent in runs made before it was kept. */
  readonly primary?: PrimaryMetric;
}

/** A problem that does not end the run, or that one is over. */
export interface WarningEvent {
  readonly type: "warning";
  readonly gradients: number;
  /** One line: the problem and a remedy. */
  readonly message: string;
}

/** After every gradient; for progress, not written to events.jsonl. */
export interface GradientEvent {
  readonly type: "gradient";
  readonly gradients: number;
  /** Position in the optimizer's inner loop after this gradient, 1 … `innerSteps` of the optimizer; 1 without such a loop. */
  readonly innerStep: number;
  /** At the point where the gradient was taken (x'). */
  readonly batchLoss: number;
  /** γ; null for optimizers without a scope. */
  readonly scope: number | null;
  readonly secondsPerGradient: number;
}

/** At every boundary: after each outer step, or where there are several between two boundaries after the last of them. */
export interface OuterEvent {
  readonly type: "outer";
  readonly gradients: number;
  readonly effectiveEpochs: number;
  /** Mean of the mini-batch losses since the last outer event. */
  readonly batchLoss: number;
  readonly learningRate: number;
  /** null for optimizers without a scope. */
  readonly scope: number | null;
  /** ‖x' − x‖ before the outer step; null without an inner loop. */
  readonly distance: number | null;
  /** ‖γ(x − μ)‖ before the outer step; null without an inner loop. */
  readonly localEntropyGradientNorm: number | null;
  /** ‖∇f‖ of the last mini-batch gradient. */
  readonly gradientNorm: number;
}

/** At the first boundary after each stretch of `evaluateEvery` effective epochs, and at the end. */
export interface EvaluationEvent {
  readonly type: "evaluation";
  readonly gradients: number;
  readonly effectiveEpochs: number;
  readonly validationLoss: number | null;
  /** The metric `error`, of tasks that have it. */
  readonly validationError: number | null;
  readonly testLoss: number;
  readonly testError: number | null;
  /** The task's metrics by name, and which of them is the primary one; absent in runs made before there were tasks. */
  readonly validationMetrics?: Metrics | null;
  readonly testMetrics?: Metrics;
  readonly primary?: PrimaryMetric;
  /** ‖x‖ of the evaluated point; absent in runs made before it was kept. */
  readonly weightNorm?: number;
  /** Wall time since the start of the run, evaluation included. */
  readonly seconds: number;
  /** The evaluated point x, shape (numParams,); a copy, not written to events.jsonl. */
  readonly params: Float32Array;
}

/** An evaluation as it is kept: without the weights. */
export type RecordedEvaluation = Omit<EvaluationEvent, "params">;

/** An evaluation in a checkpoint, with its number in the run where earlier ones were left out (keptEvaluations.ts). */
export type KeptEvaluation = RecordedEvaluation & { readonly number?: number };

/** Where the loop stands between two gradients, beside the optimizer's state; survives JSON. */
export interface LoopPosition {
  /** Gradients so far; also the counter of the dropout masks. */
  readonly gradients: number;
  /** Mini-batches drawn so far: the counter of the sampler. */
  readonly batches: number;
  /** Sum of the mini-batch losses since the last outer event. */
  readonly lossSum: number;
  /** The next evaluation is at the first boundary from this gradient on. */
  readonly nextEvaluation: number;
  /** Wall time so far, in all the processes that worked on the run. */
  readonly seconds: number;
  /** The part of `seconds` that gradients and steps took. */
  readonly gradientSeconds: number;
  /** All evaluations so far; of a long run only some (keptEvaluations.ts). */
  readonly evaluations: readonly KeptEvaluation[];
  /** Where the watch over the losses stands; absent in checkpoints made before there was one. */
  readonly stability?: StabilityState | undefined;
  /** Of a replica: outer steps so far whose mean lacked others; absent without any. */
  readonly incompleteMeans?: number;
}

/** All that a run needs to go on with the same bits, beside its settings. */
export interface ResumePoint {
  readonly position: LoopPosition;
  readonly optimizer: SerialisedState;
  /** Batch-norm statistics by name, of the last evaluation; other names do not matter. */
  readonly statistics: Readonly<Record<string, Float32Array | Float64Array>>;
  /** The states of recurrent layers that the next gradient begins with, or goes on from; absent without such layers. */
  readonly carried?: Readonly<Record<string, Float32Array | Float64Array>>;
}

/** A point to resume from, with the weights there. */
export interface TrainSnapshot extends ResumePoint {
  readonly statistics: Readonly<Record<string, Float32Array>>;
  readonly carried?: Readonly<Record<string, Float32Array>>;
  /** The evaluation point x, shape (numParams,). */
  readonly params: Float32Array;
}

/**
 * What made a checkpoint due; "best": an evaluation with one of the smallest validation errors so far; "requested": a
 * signal that asks for one, or a wish of all replicas of a process at once; "end": the end of the budget, from where the run can
 * be extended.
 */
export type CheckpointReason = "gradients" | "minutes" | "best" | "interrupted" | "requested" | "end";

/** When a checkpoint is due. */
export interface CheckpointEvent {
  readonly type: "checkpoint";
  readonly gradients: number;
  readonly reason: CheckpointReason;
  /** Its vectors are the run's own, not copies: they are to be used before the next event is asked for. */
  readonly snapshot: TrainSnapshot;
}

/** What was not finite, and where; the run then ends, or is rolled back. */
export interface NonFiniteEvent {
  readonly type: "non-finite";
  readonly gradients: number;
  readonly what: "batch loss" | "gradient norm" | "test loss" | "state";
  readonly learningRate: number;
}

/** The primary metric in a result, as the errors beside it. */
export interface PrimaryResult extends PrimaryMetric {
  readonly validation: number | null;
  readonly test: number | null;
  /** Test value at the evaluation with the best validation value (ties: the earliest). */
  readonly bestTest: number | null;
  /** The best of the test curve. */
  readonly extremeTest: number | null;
}

/** The results, as `--json` prints them; errors are fractions, non-finite numbers null. */
export interface RunResult {
  readonly network: string;
  /** Absent in runs made before there were tasks, which are of classification. */
  readonly task?: string;
  readonly optimizer: string;
  readonly preset: string | null;
  readonly seed: number;
  readonly numParams: number;
  readonly gradientEvaluations: number;
  /** Effective epochs that were asked for, and those of the plan: rounded up to a boundary. Absent in older runs. */
  readonly budget?: number;
  readonly plannedEpochs?: number;
  readonly effectiveEpochs: number;
  /** Over the training split at x in evaluation mode, at the end. */
  readonly trainLoss: number | null;
  readonly validationError: number | null;
  readonly testError: number | null;
  /** Test error at the evaluation with the best validation error (ties: the earliest). */
  readonly bestTestError: number | null;
  /** Minimum over the test curve. */
  readonly minTestError: number | null;
  /** Of a run with `patience`, at its end: the gradients at the evaluation with the best validation value (ties: the earliest). */
  readonly bestGradients?: number;
  /** Of the task's primary metric; absent in runs made before there were tasks. */
  readonly primary?: PrimaryResult;
  readonly seconds: number;
  /** Excludes evaluation. */
  readonly msPerGradient: number | null;
  /** Whether it can be resumed: a signal or a time limit ended it. */
  readonly interrupted: boolean;
  readonly reason: EndReason;
  /** How often the run went back to a checkpoint with smaller steps. */
  readonly rollbacks: number;
  /** Of a run that is one of several replicas: outer steps whose mean lacked some of them. */
  readonly incompleteMeans?: number;
}

/** Once, last. */
export interface EndEvent {
  readonly type: "end";
  readonly result: RunResult;
}

/** What `train` yields. */
export type TrainEvent =
  | StartEvent
  | WarningEvent
  | GradientEvent
  | OuterEvent
  | EvaluationEvent
  | CheckpointEvent
  | NonFiniteEvent
  | EndEvent;
