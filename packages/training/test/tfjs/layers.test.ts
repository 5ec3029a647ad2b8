import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { largestDifference } from "./predictions.ts";

const { layers } = tf;
const image = { inputShape: [9, 8, 3] };

/** A model of layers one after another, for images of 9×8×3 whose channels are mixed first. */
const chain = (...chained: tf.layers.Layer[]): tf.LayersModel =>
  tf.sequential({ layers: [layers.conv2d({ ...image, filters: 3, kernelSize: 1 }), ...chained] });

/** The layers of a model whose first one makes rows of images: [features] in the order of TensorFlow.js. */
const afterFlatten = (...chained: tf.layers.Layer[]): tf.LayersModel =>
  chain(layers.conv2d({ filters: 4, kernelSize: 3, strides: 2 }), layers.flatten(), ...chained);

const windows = (["valid", "same"] as const).flatMap((padding) => [
  { strides: 1, padding },
  { strides: [2, 3] as [number, number], padding },
  { strides: 1, dilationRate: 2, padding },
]);

const convolutions = windows.flatMap((window) => {
  const options = { ...window, kernelSize: [3, 2] as [number, number] };
  const { dilationRate: _, ...undilated } = options;
  return [
    layers.conv2d({ ...options, filters: 4, activation: "relu" }),
    layers.separableConv2d({ ...options, filters: 4, depthMultiplier: 2, useBias: false }),
    ...("dilationRate" in window ? [] : [layers.depthwiseConv2d({ ...undilated, depthMultiplier: 2 })]),
  ].map((layer) => [`${layer.getClassName()}, ${JSON.stringify(window)}`, chain(layer)] as const);
});

const pools = windows
  .filter((window) => !("dilationRate" in window))
  .flatMap((window) => {
    const options = { ...window, poolSize: [3, 2] as [number, number] };
    return [layers.maxPooling2d(options), layers.averagePooling2d(options)].map(
      (layer) => [`${layer.getClassName()}, ${JSON.stringify(window)}`, chain(layer)] as const,
    );
  });

const activations = (
  [
    "elu",
    "hardSigmoid",
    "linear",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "softmax",
    "softplus",
    "softsign",
    "tanh",
  ] as const
).map((activation) => [activation, chain(layers.activation({ activation }))] as const);

const newerActivations = ["swish", "mish", "gelu", "gelu_new", "logSoftmax"].map(
  (activation) => [activation, chain(layers.activation({ activation: activation as "relu" }))] as const,
);

const others: Readonly<Record<string, () => tf.LayersModel>> = {
  "dense after flatten": () => afterFlatten(layers.dense({ units: 5, activation: "tanh" }), layers.dense({ units: 3 })),
  "dense without bias": () => tf.sequential({ layers: [layers.dense({ units: 4, inputShape: [6], useBias: false })] }),
  "dense over the channels of images": () => chain(layers.dense({ units: 5 })),
  "dense over sequences": () => tf.sequential({ layers: [layers.dense({ units: 4, inputShape: [5, 3] })] }),
  "batch norm of images": () => chain(layers.batchNormalization({ epsilon: 0.1, momentum: 0.5 })),
  "batch norm without scale": () => chain(layers.batchNormalization({ scale: false })),
  "batch norm without center": () => chain(layers.batchNormalization({ center: false })),
  "batch norm after flatten": () => afterFlatten(layers.batchNormalization(), layers.dense({ units: 3 })),
  "flatten last": () => afterFlatten(),
  "dropout after flatten": () => afterFlatten(layers.dropout({ rate: 0.5 }), layers.dense({ units: 3 })),
  "activation after flatten": () => afterFlatten(layers.activation({ activation: "tanh" }), layers.dense({ units: 3 })),
  "global average pooling": () => chain(layers.globalAveragePooling2d({}), layers.dense({ units: 3 })),
  "global max pooling": () => chain(layers.globalMaxPooling2d({}), layers.dense({ units: 3 })),
  "zero padding": () =>
    chain(
      layers.zeroPadding2d({
        padding: [
          [1, 2],
          [0, 3],
        ],
      }),
      layers.conv2d({ filters: 2, kernelSize: 3 }),
    ),
  cropping: () =>
    chain(
      layers.cropping2D({
        cropping: [
          [1, 2],
          [0, 3],
        ],
      }),
    ),
  "reshape to images": () => chain(layers.reshape({ targetShape: [12, 6, 3] })),
  "reshape to a row": () => chain(layers.reshape({ targetShape: [216] }), layers.dense({ units: 3 })),
  "reshape of a row": () => afterFlatten(layers.reshape({ targetShape: [3, null as unknown as number, 4] })),
  permute: () => chain(layers.permute({ dims: [3, 1, 2] })),
  "leaky ReLU": () => chain(layers.leakyReLU({ alpha: 0.2 })),
  "ReLU with a maximum": () => chain(layers.reLU({ maxValue: 0.5 })),
  "ReLU layer": () => chain(layers.reLU()),
  "ELU layer": () => chain(layers.elu()),
  "thresholded ReLU": () => chain(layers.thresholdedReLU({ theta: 0.3 })),
  "PReLU of images": () => chain(layers.prelu()),
  "PReLU with shared axes": () => chain(layers.prelu({ sharedAxes: [1, 2] })),
  "PReLU after flatten": () => afterFlatten(layers.prelu(), layers.dense({ units: 3 })),
  "softmax layer": () => chain(layers.softmax({ axis: -1 }), layers.flatten(), layers.softmax()),
};

describe("predictions are those of TensorFlow.js for", () => {
  test.each([...convolutions, ...pools, ...activations, ...newerActivations])("%s", async (_, model) => {
    expect(await largestDifference(model)).toBeLessThan(1e-5);
  });

  test.each(Object.keys(others))("%s", async (name) => {
    expect(await largestDifference(others[name]!())).toBeLessThan(1e-5);
  });
});

describe("predictions of functional models are those of TensorFlow.js for", () => {
  const merging = {
    add: layers.add(),
    multiply: layers.multiply(),
    average: layers.average(),
    maximum: layers.maximum(),
    minimum: layers.minimum(),
    concatenate: layers.concatenate(),
    "concatenate of rows": layers.concatenate({ axis: 1 }),
  };
  const input = () => tf.input({ shape: image.inputShape });

  test.each(Object.entries(merging))("%s", async (_, layer) => {
    const x = input();
    const branches = ["relu" as const, "tanh" as const].map((activation) =>
      layers.conv2d({ filters: 3, kernelSize: 3, padding: "same", activation }).apply(x),
    );
    const y = layer.apply([x, ...(branches as tf.SymbolicTensor[])]) as tf.SymbolicTensor;
    expect(await largestDifference(tf.model({ inputs: x, outputs: y }))).toBeLessThan(1e-5);
  });

  test.each(["add", "concatenate"] as const)("%s of flattened images and a row", async (name) => {
    const x = input();
    const rows = layers.flatten().apply(x) as tf.SymbolicTensor;
    const other = layers.dense({ units: 216 }).apply(rows) as tf.SymbolicTensor;
    const merged = [rows, other, layers.activation({ activation: "tanh" }).apply(rows) as tf.SymbolicTensor];
    const y = layers.dense({ units: 3 }).apply(layers[name]().apply(merged)) as tf.SymbolicTensor;
    expect(await largestDifference(tf.model({ inputs: x, outputs: y }))).toBeLessThan(1e-5);
  });

  test("a sum and a concatenation of separable and depthwise convolutions, with attention to channels", async () => {
    const x = input();
    const stem = layers.conv2d({ filters: 4, kernelSize: 3, padding: "same", useBias: false }).apply(x);
    const normed = layers.batchNormalization().apply(stem) as tf.SymbolicTensor;
    const a = layers.separableConv2d({ filters: 4, kernelSize: 3, padding: "same", activation: "relu" }).apply(normed);
    const sum = layers.add().apply([normed, a as tf.SymbolicTensor]) as tf.SymbolicTensor;
    const b = layers.depthwiseConv2d({ kernelSize: 3, padding: "same", activation: "relu6" }).apply(sum);
    const both = layers.concatenate().apply([sum, b as tf.SymbolicTensor]) as tf.SymbolicTensor;
    const mean = layers.globalAveragePooling2d({}).apply(both);
    const gate = layers.dense({ units: 8, activation: "sigmoid" }).apply(mean);
    const weights = layers.reshape({ targetShape: [1, 1, 8] }).apply(gate) as tf.SymbolicTensor;
    const scaled = layers.multiply().apply([both, weights]);
    const rows = layers.flatten().apply(layers.maxPooling2d({ poolSize: 2 }).apply(scaled));
    const y = layers.dense({ units: 3 }).apply(layers.dropout({ rate: 0.3 }).apply(rows)) as tf.SymbolicTensor;
    expect(await largestDifference(tf.model({ inputs: x, outputs: y }))).toBeLessThan(1e-5);
  });

  test("models within models, cut at a layer, with layers of one name", async () => {
    const inner = tf.sequential({
      layers: [
        layers.conv2d({ ...image, filters: 4, kernelSize: 3, name: "same" }),
        layers.maxPooling2d({ poolSize: 2 }),
      ],
    });
    // A model that begins with another one takes its layers; one that follows another keeps it.
    const whole = tf.sequential({
      layers: [inner, layers.flatten(), layers.dense({ units: 3 }), layers.dense({ units: 9 })],
    });
    expect(await largestDifference(whole)).toBeLessThan(1e-5);
    const cut = tf.model({ inputs: whole.inputs, outputs: whole.layers[2]!.output as tf.SymbolicTensor });
    expect(await largestDifference(cut)).toBeLessThan(1e-5);
    const x = input();
    const before = layers.conv2d({ filters: 3, kernelSize: 1, name: "same" }).apply(x);
    const outer = tf.model({ inputs: x, outputs: layers.flatten().apply(inner.apply(before)) as tf.SymbolicTensor });
    expect(await largestDifference(outer)).toBeLessThan(1e-5);
  });
});
