import * as tf from "@tensorflow/tfjs";
import { entropySgd, geometricScope } from "entropy-sgd";
import {
  binary,
  compileNetwork,
  InputError,
  type NetworkSpec,
  regression,
  type TrainableModel,
  train,
} from "entropy-sgd-training";
import { nodePlatform } from "entropy-sgd-training/node";
import { fromLayersModel, type LayersApi, toLayersModel } from "entropy-sgd-training/tfjs";
import { buildNetwork } from "onnx-grad/layers";
import { describe, expect, test } from "vitest";
import { tinyData } from "../tinyTask.ts";
import { distance, examplesOf, predictedHere, predictedThere, randomise } from "./predictions.ts";

const { layers } = tf;
const platform = nodePlatform;

/** The paper's LeNet with batch norm. */
const lenet = (): tf.LayersModel =>
  tf.sequential({
    name: "lenet",
    layers: [
      layers.conv2d({ inputShape: [28, 28, 1], filters: 20, kernelSize: 5, name: "conv1" }),
      layers.batchNormalization({ name: "bn1" }),
      layers.activation({ activation: "relu" }),
      layers.maxPooling2d({ poolSize: 3 }),
      layers.dropout({ rate: 0.25 }),
      layers.conv2d({ filters: 50, kernelSize: 5, name: "conv2" }),
      layers.batchNormalization({ name: "bn2" }),
      layers.activation({ activation: "relu" }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.dropout({ rate: 0.25 }),
      layers.flatten(),
      layers.dense({ units: 500, name: "fc1" }),
      layers.batchNormalization({ name: "bn3" }),
      layers.activation({ activation: "relu" }),
      layers.dropout({ rate: 0.25 }),
      layers.dense({ units: 10, activation: "softmax", name: "fc2" }),
    ],
  });

/** Every kind of weight for images of 8×8 of three classes, the same at each call; the first layers may be frozen. */
function small({ isFrozen = false, rate = 0.2 } = {}): tf.LayersModel {
  const base = [
    layers.conv2d({ inputShape: [8, 8, 1], filters: 4, kernelSize: 3, name: "conv" }),
    layers.batchNormalization({ name: "bn" }),
    layers.prelu({ name: "prelu" }),
  ];
  for (const layer of base) layer.trainable = !isFrozen;
  const model = tf.sequential({
    name: "small",
    layers: [
      ...base,
      layers.separableConv2d({ filters: 5, kernelSize: 3, depthMultiplier: 2, name: "separable" }),
      layers.depthwiseConv2d({ kernelSize: 2, activation: "relu", name: "depthwise" }),
      layers.maxPooling2d({ poolSize: 2, strides: 1 }),
      layers.flatten(),
      layers.batchNormalization({ name: "rows" }),
      layers.dropout({ rate, name: "dropout" }),
      layers.dense({ units: 6, activation: "relu", name: "hidden" }),
      layers.dense({ units: 3, activation: "softmax", name: "classes" }),
    ],
  });
  return randomise(model);
}

/** Trains some steps of Entropy-SGD natively. */
async function trained(spec: NetworkSpec): Promise<Pick<TrainableModel, "statistics"> & { params: Float32Array }> {
  const model = await compileNetwork(spec, { platform, batchSize: 16, threads: 1 });
  const optimizer = entropySgd({
    scope: geometricScope(1e-3, 1e-3),
    innerSteps: 5,
    seed: 1,
    learningRate: 1,
    innerLearningRate: 0.05,
  });
  let params = new Float32Array();
  const data = tinyData({ train: 160, validation: 32, test: 32 });
  for await (const event of train(model, data, optimizer, { budget: 2, seed: 1 })) {
    if (event.type === "evaluation") params = Float32Array.from(event.params);
  }
  const { statistics } = model;
  await model.close();
  return { params, statistics };
}

const softmax = (logits: Float32Array, numClasses: number): Float32Array =>
  tf.tidy(() => tf.softmax(tf.tensor(logits, [logits.length / numClasses, numClasses])).dataSync() as Float32Array);

test("LeNet predicts what it does in TensorFlow.js, without the softmax that the loss applies", async () => {
  const model = randomise(lenet());
  const { spec, notes } = await fromLayersModel(tf, model);
  expect(notes).toEqual(['the last activation, softmax of "fc2", is left out: the loss applies it']);
  expect([spec.name, spec.inputShape, spec.outputShape]).toEqual(["lenet", [1, 28, 28], [10]]);
  const { numParams, masks } = buildNetwork(spec.define(0), [2, 1, 28, 28], "training");
  expect([numParams, masks.map(({ keep }) => keep)]).toEqual([132_220, [0.75, 0.75, 0.75]]);
  const examples = examplesOf(spec.inputShape);
  const [here, there] = [await predictedHere(spec, examples), await predictedThere(model, examples)];
  expect(distance(softmax(here, 10), there)).toBeLessThan(1e-5);
});

test("a step of SGD is that of TensorFlow.js", async () => {
  const [there, here] = [small({ rate: 0 }), small({ rate: 0 })];
  const { spec } = await fromLayersModel(tf, here);
  const batchSize = 8;
  const { inputs } = examplesOf(spec.inputShape, batchSize);
  const labels = Array.from({ length: batchSize }, (_, i) => i % 3);
  there.compile({ optimizer: tf.train.sgd(0.1), loss: "categoricalCrossentropy" });
  const targets = tf.oneHot(tf.tensor1d(labels, "int32"), 3);
  const lossThere = await there.trainOnBatch(tf.tensor(inputs, [batchSize, 8, 8, 1]), targets);

  const model = await compileNetwork(spec, { platform, batchSize, threads: 1 });
  model.inputs.set(inputs);
  model.targets.set(labels);
  const params = model.initialParams(1);
  const gradient = new Float32Array(model.numParams);
  const lossHere = await model.lossAndGradient(params, gradient);
  await model.close();
  expect(lossHere).toBeCloseTo(lossThere as number, 5);
  toLayersModel(tf, here, { params: params.map((weight, i) => weight - 0.1 * gradient[i]!) });
  const valuesOf = ({ trainableWeights }: tf.LayersModel) =>
    trainableWeights.map((one) => one.read().dataSync() as Float32Array);
  const theirs = valuesOf(there);
  const differences = valuesOf(here).map((values, i) => distance(values, theirs[i]!));
  expect(differences).toHaveLength(model.layout.length);
  expect(Math.max(...differences)).toBeLessThan(1e-5);
});

describe("what was trained natively", () => {
  test("is what TensorFlow.js predicts with after it was written back, weights and statistics", async () => {
    const model = small();
    const { spec } = await fromLayersModel(tf, model);
    const examples = examplesOf(spec.inputShape);
    const before = await predictedThere(model, examples);
    const result = await trained(spec);
    const numTensors = tf.memory().numTensors;
    toLayersModel(tf, model, result);
    expect(tf.memory().numTensors).toBe(numTensors);
    const [here, there] = [await predictedHere(spec, examples, result), await predictedThere(model, examples)];
    expect(distance(softmax(here, 3), there)).toBeLessThan(1e-5);
    expect(distance(before, there)).toBeGreaterThan(0.01);
    // Read again, it begins with what was written, to the bit.
    const again = (await fromLayersModel(tf, model)).spec;
    expect(again.statistics).toEqual(result.statistics);
    expect(await predictedHere(again, examples)).toEqual(here);
  });

  test("goes to another model of the same layers as well", async () => {
    const [model, other] = [small(), small()];
    const { spec } = await fromLayersModel(tf, model);
    const result = await trained(spec);
    for (const one of [model, other]) toLayersModel(tf, one, result);
    const examples = examplesOf(spec.inputShape);
    expect(await predictedThere(other, examples)).toEqual(await predictedThere(model, examples));
  });

  test("leaves layers that are frozen at their bits, the statistics of batch norms among them", async () => {
    const model = small({ isFrozen: true });
    const { spec } = await fromLayersModel(tf, model);
    expect(Object.keys(spec.statistics!)).toEqual(["rows.mean", "rows.variance"]);
    const { parameters } = buildNetwork(spec.define(0), [2, 1, 8, 8], "training");
    expect(parameters.map(({ block }) => block.name)).toEqual([
      ...["separable/depthwise_kernel", "separable/pointwise_kernel", "separable/bias"],
      ...["depthwise/depthwise_kernel", "depthwise/bias", "rows/gamma", "rows/beta"],
      ...["hidden/kernel", "hidden/bias", "classes/kernel", "classes/bias"],
    ]);
    const valuesOf = () => new Map(model.weights.map((one) => [one.originalName, Array.from(one.read().dataSync())]));
    const before = valuesOf();
    const result = await trained(spec);
    toLayersModel(tf, model, result);
    const moved = [...valuesOf()].filter(([name, values]) => values.some((x, i) => x !== before.get(name)![i]));
    expect(moved.map(([name]) => name.split("/")[0])).not.toContain("bn");
    expect(moved).toHaveLength(parameters.length + 2);
    const examples = examplesOf(spec.inputShape);
    const [here, there] = [await predictedHere(spec, examples, result), await predictedThere(model, examples)];
    expect(distance(softmax(here, 3), there)).toBeLessThan(1e-5);
  });

  test("is refused where it does not fit, and nothing is written then", async () => {
    const model = small();
    const { spec } = await fromLayersModel(tf, model);
    const { numParams } = buildNetwork(spec.define(0), [1, 1, 8, 8], "evaluation");
    const params = new Float32Array(numParams);
    const before = await predictedThere(model, examplesOf(spec.inputShape));
    const write = (trained: Parameters<typeof toLayersModel>[2]) => () => toLayersModel(tf, model, trained);
    const rule = `must be the ${numParams} of the model's layers that are trainable`;
    expect(write({ params: new Float32Array(3) })).toThrow(`small: params: ${rule}, got 3`);
    expect(write({ params: params.slice().fill(Number.NaN, 0, 1) })).toThrow(
      /^small: params must be finite, 1 of .* in conv\/kernel$/,
    );
    const alone = params as unknown as Parameters<typeof toLayersModel>[2];
    expect(write(alone)).toThrow("small: params: must be a Float32Array, got nothing");
    const statistics = (name: string, values: number[]) => ({
      params,
      statistics: { [name]: Float32Array.from(values) },
    });
    expect(write(statistics("bn.mean", [1]))).toThrow("small: statistics.bn.mean: must have 4 numbers, got 1");
    expect(write(statistics("bn.mean", [1, 2, 3, Number.NaN]))).toThrow(
      "small: statistics.bn.mean: must be finite, got NaN",
    );
    expect(write(statistics("conv.mean", [1]))).toThrow(
      "small: statistics.conv.mean: must be of a batch norm that the model trains",
    );
    expect(await predictedThere(model, examplesOf(spec.inputShape))).toEqual(before);
  });
});

describe("the last activation", () => {
  const ending = (...last: tf.layers.Layer[]) =>
    tf.sequential({ layers: [layers.dense({ units: 4, inputShape: [5], name: "logits" }), ...last] });
  const opOf = async (model: tf.LayersModel, task?: ReturnType<typeof binary>) => {
    const { spec } = await fromLayersModel(tf, model, task === undefined ? {} : { task });
    return buildNetwork(spec.define(0), [2, 5], "evaluation").logits.op;
  };

  test("stays where the task's loss does not apply it", async () => {
    const [soft, sigmoid] = [
      layers.activation({ activation: "softmax" }),
      layers.activation({ activation: "sigmoid" }),
    ];
    expect(await opOf(ending(soft))).toBe("add");
    expect(await opOf(ending(soft), regression())).toBe("softmax");
    expect(await opOf(ending(sigmoid), binary())).toBe("add");
    expect(await opOf(ending(sigmoid))).toBe("sigmoid");
  });

  test("is found behind layers that do not compute, and in models within", async () => {
    const reshaped = layers.reshape({ targetShape: [4] });
    expect(await opOf(ending(layers.softmax(), layers.dropout({ rate: 0.1 }), reshaped))).toBe("add");
    const x = tf.input({ shape: [5] });
    const inner = ending(layers.softmax());
    expect(await opOf(tf.model({ inputs: x, outputs: inner.apply(x) as tf.SymbolicTensor }))).toBe("add");
  });

  test("stays where a row is of several softmaxes, whose numbers the loss would take for one", async () => {
    const rows = (...before: tf.layers.Layer[]) => tf.sequential({ layers: [...before, layers.flatten()] });
    const reshaped = layers.reshape({ targetShape: [1, 1, 5], inputShape: [5] });
    const pixel = layers.conv2d({ filters: 3, kernelSize: 1, activation: "softmax" });
    expect((await fromLayersModel(tf, rows(reshaped, pixel))).notes).toHaveLength(1);
    const many = layers.conv2d({ inputShape: [2, 2, 1], filters: 3, kernelSize: 1, activation: "softmax" });
    expect((await fromLayersModel(tf, rows(many))).notes).toEqual([]);
  });

  test("of a model that is applied twice is left out once, at the end", async () => {
    const x = tf.input({ shape: [5] });
    const soft = tf.sequential({ layers: [layers.softmax({ inputShape: [5] })] });
    const once = soft.apply(layers.dense({ units: 5 }).apply(x)) as tf.SymbolicTensor;
    expect(await opOf(tf.model({ inputs: x, outputs: soft.apply(once) as tf.SymbolicTensor }))).toBe("softmax");
  });
});

test("examples may have axes of size 1 that the model has not", async () => {
  const flat = tf.sequential({ layers: [layers.dense({ units: 3, inputShape: [64] })] });
  const { spec } = await fromLayersModel(tf, randomise(flat), { inputShape: [1, 8, 8] });
  const examples = examplesOf([1, 8, 8]);
  expect(distance(await predictedHere(spec, examples), await predictedThere(flat, examples))).toBeLessThan(1e-5);
  const colours = fromLayersModel(tf, flat, { inputShape: [4, 4, 4] });
  await expect(colours).rejects.toThrow("inputShape: must be 64 but for axes of size 1, or an image of one channel");
  const number = fromLayersModel(tf, flat, { inputShape: 64 as unknown as number[] });
  await expect(number).rejects.toThrow("inputShape: must be 64 but for axes of size 1");
});

describe("a model is refused by one error", () => {
  const errorOf = async (model: tf.LayersModel): Promise<string> => {
    const error: unknown = await fromLayersModel(tf, model).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).message;
  };

  test("that names every layer which is not supported, with its place", async () => {
    const model = tf.sequential({
      name: "mixed",
      layers: [
        layers.conv2d({ inputShape: [9, 8, 3], filters: 2, kernelSize: 3, dataFormat: "channelsFirst", name: "conv" }),
        layers.depthwiseConv2d({ kernelSize: 2, dilationRate: 2, name: "wide" }),
        layers.batchNormalization({ axis: 1, name: "bn" }),
        layers.dense({ units: 2, kernelConstraint: "nonNeg", name: "positive" }),
        layers.reshape({ targetShape: [-1, 2], name: "steps" }),
        layers.lstm({ units: 2, name: "lstm" }),
        layers.gaussianNoise({ stddev: 1, name: "noise" }),
        layers.dense({ units: 2, name: "last" }),
      ],
    });
    expect(await errorOf(model)).toBe(
      "mixed: must be made of layers that can be trained here, " +
        'layer 1 "conv" (Conv2D) has the dataFormat channelsFirst; ' +
        'layer 2 "wide" (DepthwiseConv2D) has a dilationRate, which TensorFlow.js does not apply; ' +
        'layer 3 "bn" (BatchNormalization) has the axis 1, which is not that of the channels; ' +
        'layer 4 "positive" (Dense) has a kernelConstraint, which training here does not apply; ' +
        'layer 6 "lstm" (LSTM) is not supported; ' +
        'layer 7 "noise" (GaussianNoise) is not supported',
    );
  });

  test("for several inputs or outputs, shared weights, unknown sizes, and nothing to train", async () => {
    const [a, b] = [tf.input({ shape: [4], name: "a" }), tf.input({ shape: [4], name: "b" })] as const;
    const sum = layers.add().apply([a, b]) as tf.SymbolicTensor;
    expect(await errorOf(tf.model({ inputs: [a, b], outputs: sum, name: "two" }))).toBe(
      "two: must have one input, it has a, b",
    );
    const shared = layers.dense({ units: 4, name: "shared" });
    const once = shared.apply(a) as tf.SymbolicTensor;
    const twice = shared.apply(once) as tf.SymbolicTensor;
    expect(await errorOf(tf.model({ inputs: a, outputs: [once, twice], name: "both" }))).toBe(
      "both: must have one output, it has shared, shared",
    );
    expect(await errorOf(tf.model({ inputs: a, outputs: twice, name: "again" }))).toContain(
      'layer 1 "shared" (Dense) has weights and is called more than once',
    );
    const anySize = tf.sequential({
      layers: [layers.conv2d({ inputShape: [null, 8, 1], filters: 1, kernelSize: 1 })],
      name: "any",
    });
    expect(await errorOf(anySize)).toContain("any: input: must have known sizes");
    const frozen = tf.sequential({
      layers: [layers.dense({ units: 1, inputShape: [2], trainable: false })],
      name: "frozen",
    });
    expect(await errorOf(frozen)).toBe("frozen: must have weights to train, none of its 2 is trainable");
  });

  test("where it is no layers model, or an empty one", async () => {
    const graph = { inputs: [{ name: "x", shape: [1, 2] }], outputs: [{ name: "y" }], predict: () => undefined };
    const rule = "must be a model of layers: sequential or functional, built or loaded by loadLayersModel";
    expect(await errorOf(graph as unknown as tf.LayersModel)).toBe(`fromLayersModel: model: ${rule}, got object`);
    expect(await errorOf(undefined as unknown as tf.LayersModel)).toBe(
      `fromLayersModel: model: ${rule}, got undefined`,
    );
    expect(await errorOf(tf.sequential({ name: "empty" }))).toBe("empty: must have one input, it has none");
  });

  test("where TensorFlow.js is none of the supported versions", async () => {
    const model = small();
    const of = (version_layers: string): LayersApi => ({ ...tf, version_layers });
    await expect(fromLayersModel(of("3.21.0"), model)).rejects.toThrow(
      "fromLayersModel: tf: must be the module @tensorflow/tfjs of version 4, got version 3.21.0",
    );
    expect(() => toLayersModel({} as LayersApi, model, { params: new Float32Array() })).toThrow(
      "got something without layers",
    );
  });
});

test("layers of other names than the second call of one have names of their own", async () => {
  const x = tf.input({ shape: [4] });
  const [twice, other] = [layers.dropout({ rate: 0.5, name: "drop" }), layers.dropout({ rate: 0.25, name: "drop_2" })];
  const again = twice.apply(layers.dense({ units: 4 }).apply(twice.apply(x))) as tf.SymbolicTensor;
  const model = tf.model({
    inputs: x,
    outputs: layers.dense({ units: 3 }).apply(other.apply(again)) as tf.SymbolicTensor,
  });
  const { masks } = buildNetwork((await fromLayersModel(tf, model)).spec.define(0), [2, 4], "training");
  expect(masks.map(({ keep }) => keep)).toEqual([0.5, 0.5, 0.75]);
});

test("batch norms without weights in a model that is frozen keep their statistics", async () => {
  const norm = layers.batchNormalization({ scale: false, center: false, name: "norm" });
  const inner = tf.sequential({ layers: [layers.dense({ units: 4, inputShape: [4] }), norm], name: "inner" });
  const x = tf.input({ shape: [4] });
  const model = tf.model({ inputs: x, outputs: layers.dense({ units: 3 }).apply(inner.apply(x)) as tf.SymbolicTensor });
  const statistics = async () => Object.keys((await fromLayersModel(tf, model)).spec.statistics!);
  expect(await statistics()).toEqual(["inner/norm.mean", "inner/norm.variance"]);
  inner.trainable = false;
  expect(await statistics()).toEqual([]);
});

test("regularizers are named, which are no part of the task's loss", async () => {
  const model = tf.sequential({
    layers: [layers.dense({ units: 3, inputShape: [4], kernelRegularizer: "l1l2", name: "fc" })],
  });
  expect((await fromLayersModel(tf, model)).notes).toEqual(["the regularizers of fc are no part of the task's loss"]);
});
