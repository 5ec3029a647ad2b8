/** Batch norm's statistics at the weights that are evaluated: while training they are those of x'. */
import { rangeError, typeError } from "../errors.ts";
import { checkedOptions, integerOption } from "../options.ts";
import { type HostExamples, mapTensors, numRows } from "./examples.ts";
import { type HostTensor, requireTensorFlow } from "./tensorFlow.ts";

/** What is used of a layer. */
export interface HostLayer {
  /** Those that are trained, then the others: of batch norm the moving mean and the moving variance. */
  readonly weights: readonly HostWeight[];
  getClassName(): string;
}

/** What is used of a weight of a layer. */
export interface HostWeight {
  readonly shape: readonly (number | null)[];
  read(): { clone(): { dispose(): void } };
  write(value: never): unknown;
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
 * `evaluate`, `predict` and `save`. Models without batch norm stay as they are. Where a pass fails, the averages stay too.
 *
 * Cost: one forward pass over the examples. Variances of a batch are biased, as they are in training.
 *
 * @param inputs - the inputs of the training examples: a tensor, or one for each input of the model in order or by name
 * @throws TypeError or RangeError for a bad option, what is no model or no tensor, or tensors of different numbers of rows
 */
export function recalibrateBatchNorm(
  tf: TensorFlowPasses,
  model: HostModel,
  inputs: HostExamples,
  options: RecalibrationOptions = {},
): void {
  const where = "recalibrateBatchNorm";
  requireTensorFlow(where, tf, ["slice", "tidy", "zeros"]);
  if (!Array.isArray(model?.layers)) throw typeError(where, "model", "must be a layers model", model);
  const table = { batchSize: integerOption("[1, ∞)", "Examples per forward pass.") };
  const { batchSize } = checkedOptions(where, table, { batchSize: 1000 }, options);
  const numExamples = numRows(where, "inputs", [inputs]);
  const given = inOrder(where, model, inputs);
  const norms = layersIn(model).filter((layer) => layer.getClassName() === "BatchNormalization");
  const averages = norms.flatMap(({ weights }) => weights.slice(-2));
  const before = averages.map((average) => average.read().clone());
  const giveBack = norms.map(averaging);
  try {
    // What training left there may be no number.
    for (const average of averages) tf.tidy(() => void average.write(tf.zeros(average.shape as number[]) as never));
    for (let start = 0; start < numExamples && norms.length > 0; start += batchSize) {
      const count = Math.min(batchSize, numExamples - start);
      tf.tidy(() => {
        const batch = mapTensors(given, (tensor) => rowsOf(tf, tensor, start, count));
        model.apply(batch as never, { training: false });
      });
    }
  } catch (error) {
    for (const [i, average] of averages.entries()) average.write(before[i] as never);
    throw error;
  } finally {
    for (const restore of giveBack) restore();
    for (const average of before) average.dispose();
  }
}

/** The layers of a model, those of the models and wrappers in it too. */
function layersIn(model: HostModel): HostLayer[] {
  return model.layers.flatMap(layersOf);
}

function layersOf(layer: HostLayer): HostLayer[] {
  if ("layers" in layer) return layersIn(layer as unknown as HostModel);
  // One that applies another layer, such as timeDistributed.
  return "layer" in layer ? layersOf(layer.layer as HostLayer) : [layer];
}

/**
 * Makes a batch norm compute as in training, whatever the rest of the model does, and its averages the means over all rows that
 * it is given from now on, by several calls in one pass too; returns what undoes it.
 */
function averaging(norm: HostLayer): () => void {
  const momentum: unknown = Reflect.get(norm, "momentum");
  const call = Reflect.get(norm, "call") as (inputs: unknown, options: object) => unknown;
  let seen = 0;
  Reflect.set(norm, "call", (inputs: HostTensor | HostTensor[], options: object) => {
    const [{ shape }] = [inputs].flat();
    const count = shape[0];
    // The share that the averages keep of what they are.
    Reflect.set(norm, "momentum", seen / (seen + count));
    seen += count;
    return call.call(norm, inputs, { ...options, training: true });
  });
  return () => {
    Reflect.set(norm, "momentum", momentum);
    Reflect.deleteProperty(norm, "call");
  };
}

function rowsOf(tf: TensorFlowPasses, tensor: HostTensor, start: number, count: number): HostTensor {
  const rest = tensor.shape.slice(1);
  return tf.slice(tensor as never, [start, ...rest.map(() => 0)], [count, ...rest]);
}

function inOrder(where: string, { inputNames }: HostModel, inputs: HostExamples): HostExamples {
  if (Array.isArray(inputs) || "dataId" in inputs) return inputs;
  return inputNames.map((name) => {
    const tensor = (inputs as Readonly<Record<string, HostTensor>>)[name];
    if (tensor !== undefined) return tensor;
    throw rangeError(
      where,
      "inputs",
      `must have one named ${name}`,
      Object.keys(inputs),
      Object.keys(inputs).join(", "),
    );
  });
}
