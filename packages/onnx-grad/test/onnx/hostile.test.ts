import { describe, expect, test } from "vitest";
import { encodeModel } from "../../src/onnx/modelProto.ts";
import { type ReadOnnxOptions, readOnnx } from "../../src/onnx.ts";
import { convolutional, type ModelSpec, modelBytes } from "./models.ts";
import { readMutated } from "./mutated.ts";

const read = (spec: ModelSpec, options?: ReadOnnxOptions) => readOnnx(modelBytes(spec), options).network();
const one = (nodes: ModelSpec["nodes"], initializers: ModelSpec["initializers"] = {}): ModelSpec => ({
  nodes,
  initializers,
  inputs: { x: [2, 3] },
  outputs: ["y"],
});
const huge = { dims: [2], ints: [2 ** 40, 2 ** 40] };

describe("a model that cannot be read is one clear error", () => {
  test.each([
    [
      "a cycle",
      one([
        ["Add", ["x", "y"], ["z"]],
        ["Relu", ["z"], ["y"]],
      ]),
      /"y" is given by no node before it/,
    ],
    ["no output", one([["Relu", ["x"], ["z"]]]), /no node gives the output "y"/],
    ["an output twice", one([["Relu", ["x"], ["x"]]]), /its output "x" is there already/],
    ["sizes beyond all memory", one([["ConstantOfShape", ["s"], ["y"]]], { s: huge }), /too large/],
    ["a size below 0", one([["Expand", ["x", "s"], ["y"]]], { s: { dims: [2], ints: [-2, 3] } }), /Expand/],
    [
      "fewer elements than its shape",
      one([["Add", ["x", "w"], ["y"]]], { w: { dims: [9], floats: [1] } }),
      /takes 9 elements, got 1/,
    ],
    ["no outputs at all", { ...one([["Relu", ["x"], ["y"]]]), outputs: [] }, /the graph has no outputs/],
    [
      "an input beyond all memory",
      { ...one([["Relu", ["x"], ["y"]]]), inputs: { x: [2 ** 31, 4] } },
      /"x" .* is too large/,
    ],
    [
      "a picture beyond all memory",
      { ...one([["AveragePool", ["x"], ["y"], { kernel_shape: [2, 2] }]]), inputs: { x: [1, 1, 2 ** 30, 2] } },
      /at most 16777216 places/,
    ],
    [
      "an input of a size below 0",
      { ...one([["Relu", ["x"], ["y"]]]), inputs: { x: [2, -7] } },
      /axis 1 of input "x" has no size/,
    ],
    ["an axis that is none", one([["Concat", ["x"], ["y"], { axis: 7 }]]), /axis 7 is none of 2/],
    ["an old version", { ...one([["Relu", ["x"], ["y"]]]), opset: 6 }, /version 6 .* not supported/],
    [
      "a range without end",
      one([["Range", ["a", "b", "c"], ["y"]]], {
        a: { dims: [], ints: [0] },
        b: { dims: [], ints: [2 ** 45] },
        c: { dims: [], ints: [1] },
      }),
      /at most 1048576 elements/,
    ],
  ] satisfies [string, ModelSpec, RegExp][])("%s", (_, spec, message) => {
    expect(() => read(spec)).toThrow(message);
    expect(() => read(spec)).toThrow(/^readOnnx: [^\n]*$/);
  });

  test("bytes that are no model, none, and a part of one", () => {
    expect(() => readOnnx(new Uint8Array())).toThrow("readOnnx: the bytes are no ONNX model: there is no graph");
    expect(() => readOnnx(modelBytes(convolutional).subarray(0, 90))).toThrow(
      /^readOnnx: the bytes are no ONNX model, or a part of one/,
    );
    expect(() => readOnnx("model.onnx" as never)).toThrow(/^readOnnx: the model must be bytes/);
  });

  test("all nodes that are not supported are listed at once, by operator and name", () => {
    const spec = one([
      ["Det", ["x"], ["a"]],
      ["If", ["a"], ["b"]],
      ["Relu", ["x"], ["c"], { slope: 1 }],
      ["Add", ["b", "c"], ["y"]],
    ]);
    expect(() => read(spec)).toThrow(
      'readOnnx: 3 nodes cannot be read: Det "Det_a" (the operator is not supported); If "If_b" (the operator is not supported); ' +
        'Relu "Relu_c" (the attribute slope is not supported)',
    );
  });

  test("sizes that the caller must give are asked for by name", () => {
    expect(() => read(convolutional)).toThrow(
      'readOnnx: axis 0 of input "x" has the size "batch"; give dimensions: { batch: … }',
    );
  });
});

describe("data in other files", () => {
  const bytes = encodeModel({
    opsetImport: [{ version: 17 }],
    graph: {
      node: [{ opType: "Identity", input: ["w"], output: ["y"] }],
      initializer: [
        {
          name: "w",
          dims: [2],
          dataType: 1,
          dataLocation: 1,
          externalData: [
            { key: "location", value: "../../etc/passwd" },
            { key: "offset", value: "4" },
          ],
        },
      ],
      output: [{ name: "y" }],
    },
  });

  test("are refused without a function that reads them", () => {
    expect(() => readOnnx(bytes)).toThrow(/^readOnnx: tensor "w": its data lie in another file, "..\/..\/etc\/passwd"/);
  });

  test("come from the caller's function, which sees the path as it is", () => {
    const asked: unknown[] = [];
    const model = readOnnx(bytes, {
      externalData(data) {
        asked.push(data);
        return new Uint8Array(new Float32Array([3, 4]).buffer);
      },
    });
    expect([...model.weights(model.network())]).toEqual([3, 4]);
    expect(asked).toEqual([{ location: "../../etc/passwd", offset: 4, length: 8 }]);
  });
});

test("600 models with bytes changed, cut out or repeated are read or are one error of one line", () => {
  const numRead = readMutated(600);
  expect(numRead).toBeGreaterThan(10);
  expect(numRead).toBeLessThan(590);
});
