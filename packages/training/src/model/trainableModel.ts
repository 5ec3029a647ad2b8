import type { VectorMemory } from "entropy-sgd";
import type { Device, Transfers } from "onnx-grad";
import type { ParameterBlock } from "onnx-grad/layers";
import type { AnySplit } from "../data/split.ts";
import type { StopSignal } from "../interruption.ts";
import type { Scores, Targets, Task } from "../tasks/task.ts";
import type { CarriedArrays } from "./carriedArrays.ts";

/** A dropout mask that the caller fills with 0 or 1/keep before each gradient. Shape (batch, ...). */
export interface DropoutMask {
  readonly layer: string;
  /** Probability that a unit is kept, 1 − dropout rate. */
  readonly keep: number;
  readonly mask: Float32Array;
}

/** Mean loss and the task's metrics over a split. */
export interface Evaluation extends Scores {
  readonly numExamples: number;
}

/**
 * A network compiled for training at one batch size: what the loop, the reports and the instruments use of the engine.
 *
 * The caller fills `inputs`, `targets` and every mask, then asks for a gradient. Batch-norm running statistics are the
 * host's: they belong to the model object and are no part of the flat parameter vector.
 */
export interface TrainableModel {
  readonly name: string;
  /** What it runs on. */
  readonly device: Device;
  readonly numParams: number;
  readonly batchSize: number;
  readonly inputShape: readonly number[];
  /** Shape of the outputs for one example. */
  readonly outputShape: readonly number[];
  readonly task: Task;
  readonly layout: readonly ParameterBlock[];
  /** Vectors allocated here are read by the engine and the kernels without a copy. */
  readonly memory: VectorMemory;
  /** Seeded initial parameters, shape (numParams,); the same bits for the same seed. */
  initialParams(seed: number): Float32Array;
  /** Mini-batch inputs, shape (batchSize × example size,). */
  readonly inputs: Float32Array;
  /** Mini-batch classes or other targets as the task says, shape (batchSize × target size,). */
  readonly targets: Targets;
  readonly masks: readonly DropoutMask[];
  /**
   * The states of recurrent layers: a gradient reads `before` and writes `after`. For windows that follow one another the caller
   * copies `after` to `before`; a text begins with zeros.
   */
  readonly carried: readonly CarriedArrays[];
  /** Training-mode mean loss at `params`, its gradient written to `out` (numParams,). One gradient evaluation. */
  lossAndGradient(params: Float32Array, out: Float32Array): Promise<number>;
  /** Number of nodes of the training graph by ONNX operator. */
  readonly nodeCounts: Readonly<Record<string, number>>;
  /** Bytes that each gradient copies between processor and device. */
  readonly transfers: Transfers;
  readonly hasBatchNorm: boolean;
  /** Running statistics by name (`bn1.mean`, `bn1.variance`), live: `recalibrate` overwrites them, `load` may too. */
  readonly statistics: Readonly<Record<string, Float32Array>>;
  /**
   * Replaces the statistics by their means over `split` in order, in batches of 1,000 without dropout; variances are unbiased.
   * Cost: one forward pass over the split.
   *
   * @throws Interruption after a signal, between two batches
   */
  recalibrate(params: Float32Array, split: AnySplit, signal?: StopSignal): Promise<void>;
  /**
   * Mean loss and error over `split` by the running statistics, without dropout; of a text over all tokens but the first, with the
   * state carried along. Cost: one forward pass over the split.
   *
   * @throws Interruption after a signal, between two batches
   */
  evaluate(params: Float32Array, split: AnySplit, signal?: StopSignal): Promise<Evaluation>;
  /** Frees native sessions. */
  close(): Promise<void>;
}
