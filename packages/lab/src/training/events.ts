/** What a training run tells its listeners: the progress line, events.jsonl, the report, the dashboard. */

/** Why a run ended. */
export type EndReason = "budget" | "interrupted" | "non-finite";

/** Once, before the first gradient. */
export interface StartEvent {
  readonly type: "start";
  readonly network: string;
  readonly optimizer: string;
  readonly preset: string | null;
  readonly seed: number;
  readonly numParams: number;
  readonly batchSize: number;
  /** Gradient evaluations of the whole run; a multiple of `innerSteps`. */
  readonly totalGradients: number;
  readonly gradientsPerEpoch: number;
  /** Gradients between two outer events: the inner steps, and as many for optimizers without an inner loop. */
  readonly innerSteps: number;
}

/** After every gradient; for progress, not written to events.jsonl. */
export interface GradientEvent {
  readonly type: "gradient";
  readonly gradients: number;
  /** Position in the inner loop after this gradient, 1 … innerSteps. */
  readonly innerStep: number;
  /** At the point where the gradient was taken (x'). */
  readonly batchLoss: number;
  readonly scope: number | null;
  readonly secondsPerGradient: number;
}

/** After every outer step (every gradient for optimizers without an inner loop is thinned to one per innerSteps). */
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

/** At the first outer boundary after each effective epoch, and at the end. */
export interface EvaluationEvent {
  readonly type: "evaluation";
  readonly gradients: number;
  readonly effectiveEpochs: number;
  readonly validationLoss: number | null;
  readonly validationError: number | null;
  readonly testLoss: number;
  readonly testError: number;
  /** Wall time since the start of the run, evaluation included. */
  readonly seconds: number;
  /** The evaluated point x, shape (numParams,); a copy, not written to events.jsonl. */
  readonly params: Float32Array;
}

/** The results, as `--json` prints them; errors are fractions, non-finite numbers null. */
export interface RunResult {
  readonly network: string;
  readonly optimizer: string;
  readonly preset: string | null;
  readonly seed: number;
  readonly numParams: number;
  readonly gradientEvaluations: number;
  readonly effectiveEpochs: number;
  /** Over the training split at x in evaluation mode, at the end. */
  readonly trainLoss: number | null;
  readonly validationError: number | null;
  readonly testError: number | null;
  /** Test error at the evaluation with the best validation error (ties: the earliest). */
  readonly bestTestError: number | null;
  /** Minimum over the test curve. */
  readonly minTestError: number | null;
  readonly seconds: number;
  /** Excludes evaluation. */
  readonly msPerGradient: number | null;
  readonly interrupted: boolean;
  readonly reason: EndReason;
}

/** Once, last. */
export interface EndEvent {
  readonly type: "end";
  readonly result: RunResult;
}

export type TrainEvent = StartEvent | GradientEvent | OuterEvent | EvaluationEvent | EndEvent;
