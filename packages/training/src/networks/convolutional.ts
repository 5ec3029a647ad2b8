import { maxPool, reduceMean, relu, type Value } from "onnx-grad";
import { layers, type NetworkContext } from "onnx-grad/layers";
import type { NetworkSpec } from "./networkSpec.ts";

const { batchNorm, conv2d, dense, dropout, flatten } = layers;

/**
 * The paper's LeNet with batch norm: conv 20@5×5, pool 3, conv 50@5×5, pool 2, fc 500, fc 10; 132,220 weights.
 *
 * Each block is convolution (or dense), batch norm, ReLU, pooling, dropout. Pooling comes before ReLU here: maximum and
 * ReLU commute, and so ReLU sees a ninth and a quarter of the elements.
 */
export const lenet: NetworkSpec = {
  name: "lenet",
  inputShape: [1, 28, 28],
  outputShape: [10],
  define: (rate) => (context, inputs) => {
    const block1 = maxPool(batchNorm(context, "bn1", conv2d(context, "conv1", inputs, 20, 5)), { size: 3 });
    const features1 = dropout(context, "dropout1", relu(block1), rate);
    const block2 = maxPool(batchNorm(context, "bn2", conv2d(context, "conv2", features1, 50, 5)), { size: 2 });
    const features2 = dropout(context, "dropout2", relu(block2), rate);
    const hidden = relu(batchNorm(context, "bn3", dense(context, "fc1", flatten(features2), 500)));
    return dense(context, "fc2", dropout(context, "dropout3", hidden, rate), 10);
  },
};

/** conv 10@5×5, pool 2, conv 20@5×5, pool 2, fc 128, fc 10, no batch norm; 47,658 weights. */
export const smallLenet: NetworkSpec = {
  name: "small-lenet",
  inputShape: [1, 28, 28],
  outputShape: [10],
  define: (rate) => (context, inputs) => {
    const block1 = maxPool(conv2d(context, "conv1", inputs, 10, 5), { size: 2 });
    const features1 = dropout(context, "dropout1", relu(block1), rate);
    const block2 = maxPool(conv2d(context, "conv2", features1, 20, 5), { size: 2 });
    const features2 = dropout(context, "dropout2", relu(block2), rate);
    const hidden = relu(dense(context, "fc1", flatten(features2), 128));
    return dense(context, "fc2", dropout(context, "dropout3", hidden, rate), 10);
  },
};

/** A convolution with batch norm and ReLU, `conv` and `bn` with a number; it keeps the height and width that its stride leaves. */
function normalisedConv(
  context: NetworkContext,
  number: number,
  x: Value,
  [filters, stride, kernel = 3]: readonly [filters: number, stride: number, kernel?: number],
): Value {
  const convolved = conv2d(context, `conv${number}`, x, filters, kernel, { stride, padding: (kernel - 1) / 2 });
  return relu(batchNorm(context, `bn${number}`, convolved));
}

/** Filters and strides of All-CNN-BN's 3×3 convolutions. */
const allCnnBlocks = [
  [96, 1],
  [96, 1],
  [96, 2],
  [192, 1],
  [192, 1],
  [192, 2],
  [192, 1],
  [192, 1],
] as const;

/** The rate on the inputs as a share of the one inside: 0.2 of 0.5. */
const inputShare = 0.4;

/**
 * All-CNN with batch norm: eight 3×3 convolutions with padding 1 (the third and sixth of stride 2), a 1×1 convolution to
 * classes, each with batch norm and ReLU, then the mean over positions; 1,667,166 weights.
 *
 * Dropout of `rate` follows the strided convolutions, and of 0.4 `rate` the inputs (Springenberg et al. 2015, section 3: 0.5 and 0.2).
 */
export const allCnnBn: NetworkSpec = {
  name: "all-cnn-bn",
  inputShape: [3, 32, 32],
  outputShape: [10],
  define: (rate) => (context, inputs) => {
    const features = allCnnBlocks.reduce(
      (x, block, i) => {
        const y = normalisedConv(context, i + 1, x, block);
        return block[1] === 2 ? dropout(context, `dropout${i + 1}`, y, rate) : y;
      },
      dropout(context, "dropout0", inputs, inputShare * rate),
    );
    const perClass = normalisedConv(context, allCnnBlocks.length + 1, features, [10, 1, 1]);
    return reduceMean(perClass, { axes: [2, 3] });
  },
};

/**
 * Four 3×3 convolutions with batch norm and ReLU: 24 and 40 filters of stride 2, twice 48 of stride 1; then the mean over positions and a
 * dense layer; 48,274 weights. For studies on few pictures: no dropout, and a few tens of milliseconds for a gradient of 128.
 */
export const smallCifar: NetworkSpec = {
  name: "small-cifar",
  inputShape: [3, 32, 32],
  outputShape: [10],
  define: () => (context, inputs) => {
    const blocks = [
      [24, 2],
      [40, 2],
      [48, 1],
      [48, 1],
    ] as const;
    const features = blocks.reduce((x, block, i) => normalisedConv(context, i + 1, x, block), inputs);
    return dense(context, "fc1", reduceMean(features, { axes: [2, 3] }), 10);
  },
};
