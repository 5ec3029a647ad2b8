/** Mini-batches for `model.fitDataset` in an order that a seed fixes: `model.fit` shuffles by Math.random. */
import { checkedOptions, integerOption } from "../options.ts";
import { permutationInto } from "../random/integers.ts";
import { randomKey } from "../random/randomKey.ts";
import { type HostExamples, mapTensors, numRows } from "./examples.ts";
import { type HostTensor, requireTensorFlow } from "./tensorFlow.ts";

/** Options of `seededDataset`. */
export interface SeededDatasetOptions {
  /** Examples per mini-batch; the last one of an epoch has what is left. Default 32, as `fit` has it. */
  readonly batchSize?: number;
  /** Seed of the order. Default 0. */
  readonly seed?: number;
  /** Number of the first epoch, which fixes its order; epochs already done, to go on where a saved model was left. Default 0. */
  readonly firstEpoch?: number;
}

/** What is used of TensorFlow.js; `D` is its `tf.data.Dataset`. */
export interface TensorFlowData<D> {
  readonly data: { generator(make: () => Iterator<{ xs: never; ys: never }>): D };
  gather(tensor: never, rows: never): HostTensor;
  tensor1d(values: Int32Array, dtype: "int32"): HostTensor;
}

const table = {
  batchSize: integerOption("[1, ∞)", "Examples per mini-batch."),
  seed: integerOption("[0, 9007199254740991]", "Seed of the order."),
  firstEpoch: integerOption("[0, 9007199254740991]", "Number of the first epoch."),
};

/**
 * The examples as a `tf.data.Dataset` of `{ xs, ys }`, each epoch in a fresh permutation.
 *
 * Randomness: the permutation of an epoch is a function of (seed, epoch), that of the training package's sampler by
 * permutations. Cost: half a random block per example and epoch, and a gather per mini-batch.
 *
 * @throws TypeError or RangeError for a bad option, tensors of different numbers of rows, or a `tf` without `tf.data`
 */
export function seededDataset<D>(
  tf: TensorFlowData<D>,
  examples: { readonly xs: HostExamples; readonly ys: HostExamples },
  options: SeededDatasetOptions = {},
): D {
  const where = "seededDataset";
  requireTensorFlow(where, tf, ["data", "gather", "tensor1d"]);
  const defaults = { batchSize: 32, seed: 0, firstEpoch: 0 };
  const { batchSize, seed, firstEpoch } = checkedOptions(where, table, defaults, options);
  const { xs, ys } = examples;
  const numExamples = numRows(where, "examples", [xs, ys]);
  const key = randomKey(seed, "data");
  let nextEpoch = firstEpoch;
  // `fitDataset` makes an iterator that it never reads: an epoch begins with its first mini-batch.
  function* epoch(): Iterator<{ xs: never; ys: never }> {
    const order = new Int32Array(numExamples);
    permutationInto(order, { key, stream: 1, step: nextEpoch });
    nextEpoch += 1;
    for (let start = 0; start < numExamples; start += batchSize) {
      const rows = tf.tensor1d(order.slice(start, start + batchSize), "int32");
      const batchOf = (all: HostExamples) =>
        mapTensors(all, (tensor) => tf.gather(tensor as never, rows as never)) as never;
      const batch = { xs: batchOf(xs), ys: batchOf(ys) };
      rows.dispose();
      yield batch;
    }
  }
  return tf.data.generator(epoch);
}
