/** Batch norm's statistics at the weights that are evaluated: while training they are those of x'. */
import { checkedOptions, integerOption } from "../options.ts";
import { type HostExamples, mapTensors, numRows } from "./examples.ts";
import { type HostTensor, requireTensorFlow } from "./tensorFlow.ts";

/** What is used of a layer. */
export interface HostLayer {
  /** Those that are trained, then the others: of batch norm the moving mean and the moving variance. */
  readonly weights: readonly { write(value: never): unknown; readonly shape: readonly (number | null)[] }[];
  getClassName(): string;
}

/** What is used of a layers model of TensorFlow.js. */
export interface HostModel {
  readonly layers: readonly HostLayer[];
  readonly inputNames: readonly string[];
  apply(inputs: never, options: { readonly training: boolean }): unknown;
}

/** What is used of TensorFlow.js. */
export interface TensorFlowPasses {
  tidy(compute: () => void): unknown;
  zeros(shape: number[]): HostTensor;
  slice(tensor: never, begin: number[], size: number[]): HostTensor;
}

/** Options of `recalibrateBatchNorm`. */
export interface RecalibrationOptions {
  /** Examples per forward pass; the more, the less the variances of batches fall short. Default 1000. */
  readonly batchSize?: number;
}

/**
 * Replaces the moving averages of every batch norm of a model by the means of the statistics of batches, at the weights that
 * the model has now and without dropout.
 *
 * Entropy-SGD takes its gradients at x' and evaluates x, and TensorFlow.js keeps the averages of the former: recalibrate before
 * `evaluate`, `predict` and `save`. Models without batch norm stay as they are.
 *
 * Cost: one forward pass over the examples. Variances of a batch are biased, as they are in training.
 *
 * @param inputs - the inputs of the training examples: a tensor, or one for each input of the model in order or by name
 * @throws TypeError or RangeError for a bad option, what is no tensor, or tensors of different numbers of rows
 */
export function recalibrateBatchNorm(
  tf: TensorFlowPasses,
  model: HostModel,
  inputs: HostExamples,
  options: RecalibrationOptions = {},
): void {
  const where = "recalibrateBatchNorm";
  requireTensorFlow(where, tf, ["slice", "tidy", "zeros"]);
  const table = { batchSize: integerOption("[1, ∞)", "Examples per forward pass.") };
  const { batchSize } = checkedOptions(where, table, { batchSize: 1000 }, options);
  const numExamples = numRows(where, "inputs", [inputs]);
  const layers = layersIn(model);
  const norms = layers.filter((layer) => layer.getClassName() === "BatchNormalization");
  if (norms.length === 0) return;
  const dropouts = layers.filter((layer) => /dropout$/i.test(layer.getClassName()));
  const giveBack = [...norms.map((one) => lent(one, "momentum")), ...dropouts.map((one) => lent(one, "rate", 0))];
  try {
    for (const norm of norms) clear(tf, norm);
    for (let start = 0; start < numExamples; start += batchSize) {
      const count = Math.min(batchSize, numExamples - start);
      // The average keeps this share of what it is, which makes it the mean over all examples so far.
      for (const norm of norms) Reflect.set(norm, "momentum", start / (start + count));
      tf.tidy(() => {
        const batch = mapTensors(inputs, (tensor) => rowsOf(tf, tensor, start, count));
        model.apply(inOrder(model, batch) as never, { training: true });
      });
    }
  } finally {
    for (const restore of giveBack) restore();
  }
}

/** The layers of a model, those of the models in it too. */
function layersIn(model: HostModel): HostLayer[] {
  return model.layers.flatMap((layer) => ("layers" in layer ? layersIn(layer as unknown as HostModel) : [layer]));
}

/** Sets the moving averages to 0: what training left there may be no number. */
function clear(tf: TensorFlowPasses, norm: HostLayer): void {
  tf.tidy(() => {
    for (const average of norm.weights.slice(-2)) average.write(tf.zeros(average.shape as number[]) as never);
  });
}

/** Sets a number of a layer, and returns what puts back the one it had. */
function lent(layer: HostLayer, name: string, value?: number): () => void {
  const own: unknown = Reflect.get(layer, name);
  if (value !== undefined) Reflect.set(layer, name, value);
  return () => Reflect.set(layer, name, own);
}

function rowsOf(tf: TensorFlowPasses, tensor: HostTensor, start: number, count: number): HostTensor {
  const rest = tensor.shape.slice(1);
  return tf.slice(tensor as never, [start, ...rest.map(() => 0)], [count, ...rest]);
}

function inOrder({ inputNames }: HostModel, batch: HostExamples): HostExamples {
  const isByName = !Array.isArray(batch) && !("dataId" in batch);
  return isByName ? inputNames.map((name) => Reflect.get(batch, name) as HostTensor) : batch;
}
