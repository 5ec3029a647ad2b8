/** A small learnable task and network for tests: three kinds of 8×8 images. */
import { arraySplit, type DataSet, type NetworkSpec } from "entropy-sgd-training";
import { maxPool, relu } from "onnx-grad";
import { layers } from "onnx-grad/layers";

const { batchNorm, conv2d, dense, dropout, flatten } = layers;

/** Convolution, batch norm, pooling, dropout, dense. */
export const tinyNetwork: NetworkSpec = {
  name: "tiny",
  inputShape: [1, 8, 8],
  outputShape: [3],
  define: (rate) => (context, inputs) => {
    const block = relu(maxPool(batchNorm(context, "bn1", conv2d(context, "conv1", inputs, 4, 3)), { size: 2 }));
    const features = dropout(context, "dropout1", block, rate);
    return dense(context, "fc", relu(batchNorm(context, "bn2", dense(context, "hidden", flatten(features), 8))), 3);
  },
};

/** A small linear congruential generator: test inputs only. */
export function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Images of class c have a bright stripe at rows 2c and 2c + 1, under noise. */
export function tinyData(counts: { train: number; validation: number; test: number }): DataSet {
  const split = (numExamples: number, seed: number) => {
    const next = numbers(seed);
    const labels = Uint8Array.from({ length: numExamples }, () => Math.floor(3 * next()));
    const inputs = Float32Array.from({ length: 64 * numExamples }, (_, i) => {
      const row = Math.floor((i % 64) / 8);
      return 2 * next() - 1 + (Math.floor(row / 2) === labels[Math.floor(i / 64)] ? 0.7 : 0);
    });
    return arraySplit({ inputs, labels, inputShape: [1, 8, 8], numClasses: 3 });
  };
  return {
    name: "stripes",
    train: split(counts.train, 1),
    validation: split(counts.validation, 2),
    test: split(counts.test, 3),
  };
}
