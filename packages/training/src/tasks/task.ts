/** What is learnt: the loss that is minimised over outputs and targets, and the metrics by which the result is judged. */
import type { Value } from "onnx-grad";
import type { LastActivation } from "onnx-grad/onnx";
import type { AnySplit } from "../data/split.ts";

/** Which values of a metric are better. */
export type Better = "smaller" | "larger";

/** The metric that selects checkpoints and stands in tables. */
export interface PrimaryMetric {
  readonly name: string;
  readonly better: Better;
}

/** Metrics by name; null where one is not defined, such as R² of targets that are all equal. */
export type Metrics = Readonly<Record<string, number | null>>;

/** Targets of some examples, one after another. */
export type Targets = Int32Array | Float32Array;

/** The target of one example: a class or several of a shape, or numbers of a shape. */
export type TargetSpec =
  | { readonly dtype: "int32"; readonly shape: readonly number[]; readonly numClasses: number }
  | {
      readonly dtype: "float32";
      readonly shape: readonly number[];
      /** Whether they must lie in [0, 1]. */
      readonly areProbabilities?: boolean;
    };

/** Mean loss and metrics over some examples. */
export interface Scores {
  readonly loss: number;
  readonly metrics: Metrics;
  /** Tables by name, such as `confusion`; not part of events. */
  readonly tables?: Readonly<Record<string, readonly (readonly number[])[]>>;
}

/** Adds up outputs batch by batch on the host, in float64. */
export interface Scorer {
  /** The outputs of `count` more examples and their targets. */
  add(outputs: Float32Array, targets: Targets, count: number): void;
  /** Over all examples so far. */
  scores(): Scores;
}

/** How the tokens of a text are scored: in the graph, since a vocabulary is large, and added up on the host. */
export interface TokenScores {
  /** The loss in nats of each token, and 1 where the answer is wrong: shape (batch, steps). */
  of(outputs: Value, targets: Value): { readonly losses: Value; readonly isWrong: Value };
  /** Of sums over tokens. */
  scores(lossSum: number, numWrong: number, numTokens: number): Scores;
}

/** The loss of who knows nothing of the inputs: a run that ends above it has diverged. */
export interface Guess {
  readonly loss: number;
  /** Whose loss it is, in warnings: "a uniform guess's". */
  readonly whose: string;
}

/**
 * A task: loss and metrics over outputs (batch, ...outputShape) and targets (batch, ...target shape).
 *
 * `classification`, `binary`, `multilabel`, `regression` and `sequence` make them, and `lossTask` makes one of a function of your own.
 */
export interface Task {
  readonly name: string;
  /** Every metric, in the order of tables. */
  readonly metrics: Readonly<Record<string, Better>>;
  /** The name of one of them. */
  readonly primary: string;
  /** The activation that its loss applies to the outputs itself: models from elsewhere that end in it are trained without. */
  readonly activationOfLoss?: LastActivation;
  /** What the targets of a network with these outputs are. @throws RangeError for outputs that the task cannot have */
  targetsOf(outputShape: readonly number[]): TargetSpec;
  /** The mean loss of a batch, a scalar with first and second derivatives. */
  loss(outputs: Value, targets: Value): Value;
  /** A new scorer, without examples. */
  scorer(outputShape: readonly number[]): Scorer;
  /** Loss and errors of each token, of tasks that learn texts. */
  readonly tokens?: TokenScores;
  /** The loss of a guess; null where there is none to compare with. Cost: a pass over the targets at most. */
  guess(outputShape: readonly number[], training: AnySplit): Guess | null;
}

/** The primary metric with its direction. */
export function primaryMetricOf({ metrics, primary }: Task): PrimaryMetric {
  return { name: primary, better: metrics[primary]! };
}
