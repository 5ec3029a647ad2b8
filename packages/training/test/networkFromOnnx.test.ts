import { readFileSync } from "node:fs";
import { arraySplit, compileNetwork } from "entropy-sgd-training";
import { nodePlatform } from "entropy-sgd-training/node";
import { networkFromOnnx, type OnnxNetworkOptions } from "entropy-sgd-training/onnx";
import { buildNetwork } from "onnx-grad/layers";
import { describe, expect, test } from "vitest";
import { convolutional, type ModelSpec, modelBytes, type NodeSpec } from "../../onnx-grad/test/onnx/models.ts";

/** Written by onnx-grad's test/oracle/makeModels.py. */
const { lenet } = JSON.parse(
  readFileSync(new URL("../../onnx-grad/test/fixtures/torchModels.json", import.meta.url), "utf8"),
) as {
  readonly lenet: {
    readonly onnx: string;
    readonly x: readonly number[];
    readonly labels: readonly number[];
    readonly evaluation: { readonly loss: number };
    readonly training: { readonly loss: number; readonly gradients: Readonly<Record<string, readonly number[]>> };
  };
};

test("a model written by PyTorch begins with its weights and statistics and trains as there", async () => {
  const { spec, notes } = networkFromOnnx(Buffer.from(lenet.onnx, "base64"), {
    name: "lenet.onnx",
    inputShape: [1, 8, 8],
    outputShape: [3],
  });
  expect(notes).toEqual([]);
  const model = await compileNetwork(spec, { platform: nodePlatform, batchSize: 4, threads: 1 });
  try {
    const weights = model.initialParams(1);
    expect(model.initialParams(2)).toEqual(weights);
    const inputs = Float32Array.from(lenet.x);
    const split = arraySplit({ inputs, labels: lenet.labels, inputShape: [1, 8, 8], numClasses: 3 });
    expect((await model.evaluate(weights, split)).loss).toBeCloseTo(lenet.evaluation.loss, 5);
    model.inputs.set(inputs);
    model.targets.set(lenet.labels);
    const gradient = new Float32Array(model.numParams);
    expect(await model.lossAndGradient(weights, gradient)).toBeCloseTo(lenet.training.loss, 5);
    for (const { name, offset } of model.layout) {
      const wanted = lenet.training.gradients[name.slice(1)]!;
      const worst = Math.max(...wanted.map((x, i) => Math.abs(x - gradient[offset + i]!)));
      expect(worst, name).toBeLessThan(1e-5);
    }
  } finally {
    await model.close();
  }
});

const options: OnnxNetworkOptions = { name: "m.onnx", inputShape: [1, 4, 4], outputShape: [3] };
const withNode = (spec: ModelSpec, node: NodeSpec): ModelSpec => ({
  ...spec,
  nodes: [...spec.nodes, node],
  outputs: node[2],
});
const networkOf = (spec: ModelSpec, more: Partial<OnnxNetworkOptions> = {}) =>
  networkFromOnnx(modelBytes(spec), { ...options, ...more });

describe("a network of a model", () => {
  test("takes any batch size where the model states one", () => {
    const { spec } = networkOf({ ...convolutional, inputs: { x: [1, 1, 4, 4] } });
    expect(buildNetwork(spec.define(0), [6, 1, 4, 4], "training").logits.shape).toEqual([6, 3]);
  });

  test("ends before the activation that the loss applies itself", () => {
    const activated = withNode(convolutional, ["Softmax", ["logits"], ["probabilities"]]);
    const opOf = ({ spec }: ReturnType<typeof networkOf>) =>
      buildNetwork(spec.define(0), [2, 1, 4, 4], "evaluation").logits.op;
    const network = networkOf(activated, { activationOfLoss: "softmax" });
    expect(network.notes).toEqual([
      'the last operation, Softmax "Softmax_probabilities", is left out: the loss applies it',
    ]);
    expect([network, networkOf(convolutional), networkOf(activated)].map(opOf)).toEqual(["add", "add", "softmax"]);
    expect(networkOf(activated, { activationOfLoss: "sigmoid" }).notes).toEqual([]);
  });

  test("has a new last layer by the seed where the classes are others, if that is asked for", async () => {
    const { spec, notes } = networkOf(convolutional, { outputShape: [10], newHead: true });
    expect(notes).toHaveLength(1);
    const model = await compileNetwork(spec, { platform: nodePlatform, batchSize: 2, threads: 1 });
    const [one, again, other] = [1, 1, 2].map((seed) => model.initialParams(seed));
    await model.close();
    const { offset } = model.layout.find(({ name }) => name === "head.weight")!;
    expect(model.layout.slice(-2).map(({ name, shape }) => [name, shape])).toEqual([
      ["head.weight", [10, 8]],
      ["head.bias", [10]],
    ]);
    expect(one).toEqual(again);
    expect(one!.slice(0, offset)).toEqual(other!.slice(0, offset));
    expect(one!.slice(offset).some((weight, i) => weight === other![offset + i])).toBe(false);
    expect(networkOf(convolutional, { newHead: true }).notes).toEqual([]);
  });

  test("keeps the statistics of batch norms that are frozen, and drops at the model's rates", () => {
    const training = (more: Partial<OnnxNetworkOptions>) =>
      buildNetwork(networkOf(convolutional, more).spec.define(0), [2, 1, 4, 4], "training");
    const summary = ({ batchStatistics, masks }: ReturnType<typeof training>) => [
      batchStatistics.map(({ name }) => name),
      masks.map(({ keep }) => keep),
    ];
    expect(summary(training({}))).toEqual([["BatchNormalization_n"], [0.5]]);
    expect(summary(training({ isFrozen: (name) => name === "bn.weight" }))).toEqual([[], [0.5]]);
    expect(summary(training({ trainable: false }))).toEqual([[], []]);
  });

  test("takes examples of the data's shape as a row, or with axes of size 1 elsewhere", () => {
    const dense: ModelSpec = {
      nodes: [["MatMul", ["x", "w"], ["y"]]],
      initializers: { w: { dims: [4, 1], floats: [1, 2, 3, 4] } },
      inputs: { x: ["n", 4] },
      outputs: ["y"],
    };
    const shapes = { inputShape: [1, 2, 2], outputShape: [1] };
    const { logits } = buildNetwork(networkOf(dense, shapes).spec.define(0), [3, 1, 2, 2], "training");
    expect(logits.shape).toEqual([3, 1]);
    const last: ModelSpec = {
      ...dense,
      nodes: [
        ["Flatten", ["x"], ["f"]],
        ["MatMul", ["f", "w"], ["y"]],
      ],
    };
    const channelsLast = networkOf({ ...last, inputs: { x: ["n", 2, 2, 1] } }, shapes);
    expect(buildNetwork(channelsLast.spec.define(0), [3, 1, 2, 2], "training").logits.shape).toEqual([3, 1]);
    expect(() => networkOf({ ...last, inputs: { x: ["n", 4, 1] } }, shapes)).toThrow(
      "m.onnx: input: must be of examples of 1×2×2, as the data are, the model takes 4×1",
    );
  });

  test("is refused by one error that begins with its name", () => {
    expect(() => networkFromOnnx(Uint8Array.of(1, 2), options)).toThrow(
      /^m\.onnx: readOnnx: the bytes are no ONNX model/,
    );
    expect(() => networkOf(convolutional, { outputShape: [10] })).toThrow(
      "m.onnx: must give outputs of the shape 10 for an example, it gives 3",
    );
    expect(() => networkOf({ ...convolutional, outputs: ["logits", "r"] })).toThrow(
      "m.onnx: the model must have one output; choose by output, it has logits, r",
    );
    expect(networkOf({ ...convolutional, outputs: ["logits", "r"] }, { output: "logits" }).spec.outputShape).toEqual([
      3,
    ]);
    expect(() => networkOf(convolutional, { output: "logit" })).toThrow('there is no tensor "logit"');
    const pooled = withNode(convolutional, ["ReduceSum", ["logits", "axes"], ["sum"], { keepdims: 0 }]);
    expect(() => networkOf(pooled)).toThrow(
      "m.onnx: must give as many outputs as it is given examples; write it with a dynamic batch axis, it gives 3 for 2",
    );
    const integers: ModelSpec = { ...convolutional, integers: ["x"] };
    expect(() => networkOf(integers)).toThrow("m.onnx: the model must have one input, of floats, it has x of integers");
  });
});
