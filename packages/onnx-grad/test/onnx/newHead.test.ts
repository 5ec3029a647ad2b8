import { describe, expect, test } from "vitest";
import * as g from "../../src/index.ts";
import { readOnnx } from "../../src/onnx.ts";
import { convolutional, type ModelSpec, modelBytes, type NodeSpec, type TensorSpec } from "./models.ts";

const read = (spec: ModelSpec, newHead = 2) =>
  readOnnx(modelBytes(spec), { dimensions: { n: 3 }, changes: { newHead } });
const zeros = (...dims: readonly number[]): TensorSpec => ({ dims, floats: new Array(g.sizeOf(dims)).fill(1) });

/** A model from [n×4], or of images [n×4×2×2]. */
const model = (
  nodes: readonly NodeSpec[],
  initializers: Readonly<Record<string, TensorSpec>>,
  image: readonly number[] = [],
): ModelSpec => ({ nodes, initializers, inputs: { x: ["n", 4, ...image] }, outputs: ["y"] });

const forms: Readonly<Record<string, readonly [ModelSpec, Readonly<Record<string, readonly number[]>>]>> = {
  "Gemm with a transposed weight": [
    model([["Gemm", ["x", "w", "b"], ["y"], { transB: 1 }]], { w: zeros(5, 4), b: zeros(5) }),
    { "head.weight": [2, 4], "head.bias": [2] },
  ],
  "Gemm, its bias one number for all": [
    model([["Gemm", ["x", "w", "b"], ["y"]]], { w: zeros(4, 5), b: zeros(1) }),
    { "head.weight": [4, 2], b: [1] },
  ],
  "MatMul and Add, before changes of shape": [
    model(
      [
        ["MatMul", ["x", "w"], ["m"]],
        ["Add", ["b", "m"], ["a"]],
        ["Softmax", ["a"], ["p"]],
        ["Identity", ["p"], ["y"]],
      ],
      { w: zeros(4, 5), b: zeros(1, 5) },
    ),
    { "head.bias": [1, 2], "head.weight": [4, 2] },
  ],
  "MatMul with a weight that is transposed by an operation": [
    model(
      [
        ["Transpose", ["w"], ["wt"]],
        ["MatMul", ["x", "wt"], ["y"]],
      ],
      { w: zeros(5, 4) },
    ),
    { "head.weight": [2, 4] },
  ],
  "Conv, before ReLU and the mean over positions": [
    model(
      [
        ["Conv", ["x", "w", "b"], ["c"]],
        ["Relu", ["c"], ["r"]],
        ["GlobalAveragePool", ["r"], ["p"]],
        ["Flatten", ["p"], ["y"]],
      ],
      { w: zeros(5, 4, 1, 1), b: zeros(5) },
      [2, 2],
    ),
    { "head.weight": [2, 4, 1, 1], "head.bias": [2] },
  ],
  "a weight that a Constant gives": [
    model(
      [
        ["Constant", [], ["w"], { value: { tensor: zeros(4, 5) } }],
        ["MatMul", ["x", "w"], ["y"]],
      ],
      {},
    ),
    { "head.weight": [4, 2] },
  ],
};

describe("a new head", () => {
  test.each(Object.entries(forms))("replaces %s", (_, [spec, shapes]) => {
    const network = read(spec).network("training");
    const found = network.parameters.map(({ block }) => [block.name, block.shape]);
    expect(Object.fromEntries(found)).toEqual(shapes);
    expect(Object.values(network.logits)[0]!.shape).toEqual([3, 2]);
  });

  test("leaves the weights before it, and says what it replaces", () => {
    const changed = readOnnx(modelBytes(convolutional), { dimensions: { batch: 3 }, changes: { newHead: 7 } });
    expect(changed.changes).toEqual([
      'the last layer, Gemm "Gemm_logits", has 7 outputs, not 3: head.weight and head.bias are new, fc.weight and fc.bias are left out',
    ]);
    const network = changed.network();
    expect(network.parameters.slice(-2).map(({ block }) => [block.name, block.shape, block.kind])).toEqual([
      ["head.weight", [7, 8], "weight"],
      ["head.bias", [7], "bias"],
    ]);
    const before = readOnnx(modelBytes(convolutional), { dimensions: { batch: 3 } });
    const [weights, old] = [changed.weights(network), before.weights(before.network())];
    expect(weights.slice(0, 24)).toEqual(old.slice(0, 24));
    expect([...weights.slice(24)].every((weight) => weight === 0)).toBe(true);
  });

  test("begins as a dense layer of its inputs does", () => {
    const { parameters } = read(forms["Gemm with a transposed weight"]![0]).network();
    const random = { uniformInto: (out: Float32Array) => void out.fill(0.75), normalInto: () => {} };
    for (const { block, initialiser } of parameters) {
      const out = new Float32Array(g.sizeOf(block.shape));
      initialiser(out, block.shape, block.name, random);
      // (2·0.75 − 1)/√4.
      expect([...out]).toEqual(new Array(out.length).fill(0.25));
    }
  });

  test("has a number where another tensor has its name, and the old name where it replaces that one", () => {
    const names = (first: string, last: string): string[] => {
      const nodes: NodeSpec[] = [
        ["MatMul", ["x", first], ["m"]],
        ["MatMul", ["m", last], ["y"]],
      ];
      const network = read(model(nodes, { [first]: zeros(4, 4), [last]: zeros(4, 5) })).network();
      return network.parameters.map(({ block }) => block.name);
    };
    expect(names("head.weight", "w")).toEqual(["head.weight", "head2.weight"]);
    expect(names("w", "head.weight")).toEqual(["w", "head.weight"]);
  });

  test("is refused where the model does not end in such a layer, its last operations named", () => {
    const spec = model(
      [
        ["MatMul", ["x", "w"], ["m"]],
        ["Tanh", ["m"], ["t"]],
        ["Softmax", ["t"], ["y"]],
      ],
      { w: zeros(4, 5) },
    );
    expect(() => read(spec)).toThrow(
      'readOnnx: the last layer cannot be replaced: it must be Gemm, MatMul or Conv with stored weights, and a bias; the last operations are Softmax "Softmax_y", Tanh "Tanh_t", from the output on',
    );
    expect(() => read({ ...spec, nodes: [["Identity", ["x"], ["y"]]] })).toThrow('are Identity "Identity_y"');
    expect(() => read(spec, 0.5)).toThrow("newHead must be a positive integer, got 0.5");
  });
});
