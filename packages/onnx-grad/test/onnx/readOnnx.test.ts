import { describe, expect, test } from "vitest";
import * as g from "../../src/index.ts";
import { buildNetwork, layers, type NetworkMode } from "../../src/layers.ts";
import { encodeModel } from "../../src/onnx/modelProto.ts";
import { type ReadOnnxOptions, readOnnx } from "../../src/onnx.ts";
import { convolutional, type ModelSpec, modelBytes } from "./models.ts";

const bytes = modelBytes(convolutional);
const dimensions = { batch: 2 };
const x = Float64Array.from({ length: 32 }, (_, i) => Math.cos(i));

/** The network's parameters as feeds. */
function feedsOf({
  parameters,
  weights,
}: {
  parameters: readonly { block: { name: string; shape: g.Shape; offset: number } }[];
  weights: Float32Array;
}) {
  return Object.fromEntries(
    parameters.map(({ block: { name, shape, offset } }) => [name, weights.subarray(offset, offset + g.sizeOf(shape))]),
  );
}

/** What the network gives for x with the stored weights. */
function valuesOf(trainable: boolean): number[] {
  const model = readOnnx(bytes, { dimensions, trainable });
  const network = model.network();
  const feeds = {
    x,
    ...feedsOf({ parameters: network.parameters, weights: model.weights(network) }),
    ...model.statistics(),
  };
  return [...g.evaluate([network.logits.logits!], feeds)[0]!];
}

describe("a convolutional network", () => {
  test("has its weights as parameters in a flat layout, by kind", () => {
    const model = readOnnx(bytes, { dimensions });
    const network = model.network();
    expect(network.parameters.map(({ block: { name, shape, offset, kind } }) => [name, shape, offset, kind])).toEqual([
      ["conv.weight", [2, 1, 3, 3], 0, "weight"],
      ["conv.bias", [2], 18, "bias"],
      ["bn.weight", [2], 20, "normalization"],
      ["bn.bias", [2], 22, "normalization"],
      ["fc.weight", [3, 8], 24, "weight"],
      ["fc.bias", [3], 48, "bias"],
    ]);
    expect([...model.weights(network)].slice(20, 24)).toEqual([1, 1.5, Math.fround(0.1), Math.fround(-0.1)]);
    expect(model.inputs).toEqual([{ name: "x", shape: ["batch", 1, 4, 4], dtype: "float32" }]);
    expect(network.logits.logits!.shape).toEqual([2, 3]);
  });

  test("gives the same with batch norm as it is and made trainable, by the stored statistics", () => {
    expect(valuesOf(true)).toEqual(valuesOf(false).map((value) => expect.closeTo(value, 12)));
  });

  test("trains batch norm and dropout where asked to", () => {
    const network = readOnnx(bytes, { dimensions, trainable: true }).network("training");
    expect(network.masks.map(({ name, keep }) => [name, keep])).toEqual([["Dropout_d", 0.5]]);
    expect(network.batchStatistics.map(({ name, count }) => [name, count])).toEqual([["BatchNormalization_n", 32]]);
    const asItIs = readOnnx(bytes, { dimensions }).network("training");
    expect([asItIs.masks, asItIs.batchStatistics]).toEqual([[], []]);
  });

  test.each([
    ["13, by its outputs", 13, ["n", "mean", "variance", "savedMean", "savedVariance"], {}],
    ["17, by its attribute", 17, ["n", "mean", "variance"], { training_mode: 1 }],
  ] as const)("reads batch norm that is written for training: version %s", (_, opset, outputs, more) => {
    const [momentum, epsilon] = [{ float: 0.75 }, { float: 0 }];
    const spec = {
      opset,
      nodes: [["BatchNormalization", ["x", "one", "zero", "m", "v"], outputs, { momentum, epsilon, ...more }]],
      initializers: Object.fromEntries(
        [
          ["one", 1],
          ["zero", 0],
          ["m", 4],
          ["v", 8],
        ].map(([name, x]) => [name!, { dims: [1], floats: [Number(x)] }]),
      ),
      inputs: { x: [4, 1] },
      outputs: ["n", "mean", "variance"],
    } as const;
    const results = (trainable: boolean, mode: NetworkMode) => {
      const model = readOnnx(modelBytes(spec), { isParameter: () => false, trainable });
      const { logits } = model.network(mode);
      return g.evaluate(Object.values(logits), { x: [1, 3, 1, 3], ...model.statistics() }).map((list) => [...list]);
    };
    // Mean 2 and variance 1 of the batch, a quarter of which is in the running ones.
    const updated = [[3.5], [6.25]];
    expect(results(false, "evaluation")).toEqual([[-1, 1, -1, 1], ...updated]);
    expect(results(true, "training")).toEqual([[-1, 1, -1, 1], ...updated]);
    const [running] = results(true, "evaluation");
    expect(running).toEqual([-3, -1, -3, -1].map((x) => expect.closeTo(x / Math.sqrt(8), 12)));
  });

  test("is a part of a larger network, of any batch size", () => {
    const model = readOnnx(bytes);
    const network = buildNetwork(
      (context, images) => layers.dense(context, "head", model.definition(context, { x: images }).logits!, 5),
      [7, 1, 4, 4],
      "training",
    );
    expect(network.logits.shape).toEqual([7, 5]);
    expect(network.parameters.at(-1)!.block.name).toBe("head.bias");
  });
});

test("weights of 16 bits are widened, with subnormal, infinite and negative ones", () => {
  const halves = [0x3c00, 0x0001, 0xfc00, 0xc000];
  expect(widened(10, halves)).toEqual([1, 2 ** -24, -Infinity, -2]);
  expect(widened(16, [0x3f80, 0x4049, 0xc000, 0x7f80])).toEqual([1, 3.140625, -2, Infinity]);
});

/** The weights of a model with one tensor of the data type, its elements as bits in int32_data and as raw bytes. */
function widened(dataType: number, bits: readonly number[]): number[] {
  const raw = new Uint8Array(Uint16Array.from(bits).buffer);
  const [list, bytesOnly] = [{ int32Data: bits }, { rawData: raw }].map((data) => {
    const model = readOnnx(
      encodeModel({
        opsetImport: [{ version: 17 }],
        graph: {
          node: [{ opType: "Identity", input: ["w"], output: ["y"] }],
          initializer: [{ name: "w", dims: [bits.length], dataType, ...data }],
          output: [{ name: "y" }],
        },
      }),
    );
    return [...model.weights(model.network())];
  });
  expect(bytesOnly).toEqual(list);
  return list!;
}

test("weights may be nodes Constant: those of more than one element are parameters by default", () => {
  const spec = {
    nodes: [
      ["Constant", [], ["w"], { value: { tensor: { dims: [2], floats: [3, 4] } } }],
      ["Constant", [], ["half"], { value: { tensor: { dims: [1], floats: [0.5] } } }],
      ["Mul", ["x", "w"], ["a"]],
      ["Mul", ["a", "half"], ["y"]],
    ],
    inputs: { x: [2] },
    outputs: ["y"],
  } as const;
  const parametersOf = (options: ReadOnnxOptions) => {
    const model = readOnnx(modelBytes(spec), options);
    const network = model.network();
    return [network.parameters.map(({ block }) => block.name), [...model.weights(network)]];
  };
  expect(parametersOf({})).toEqual([["w"], [3, 4]]);
  expect(parametersOf({ isParameter: (name) => name === "half" })).toEqual([["half"], [0.5]]);
});

test("zeros of several axes in a node Constant are no parameter: PyTorch writes the initial states of recurrent layers so", () => {
  const stored = (dims: readonly number[]) => ({ tensor: { dims, floats: [0, 0] } });
  const spec: ModelSpec = {
    nodes: [
      ["Constant", [], ["state"], { value: stored([1, 2]) }],
      ["Constant", [], ["bias"], { value: stored([2]) }],
      ["Add", ["x", "state"], ["h"]],
      ["Add", ["h", "bias"], ["i"]],
      ["Add", ["i", "weight"], ["y"]],
    ],
    initializers: { weight: { dims: [1, 2], floats: [0, 0] } },
    inputs: { x: [3, 2] },
    outputs: ["y"],
  };
  const namesOf = (options?: ReadOnnxOptions): string[] =>
    readOnnx(modelBytes(spec), options)
      .network()
      .parameters.map(({ block }) => block.name);
  expect(namesOf()).toEqual(["bias", "weight"]);
  expect(namesOf({ isParameter: () => true })).toEqual(["state", "bias", "weight"]);
});

test("names that a graph's inputs cannot have are replaced, each by one of its own", () => {
  const model = readOnnx(
    modelBytes({
      nodes: [
        ["Add", ["0:x", "onnx::w"], ["a"]],
        ["Add", ["a", "onnx_:w"], ["y:0"]],
      ],
      initializers: { "onnx::w": { dims: [1], floats: [2] }, "onnx_:w": { dims: [1], floats: [3] } },
      inputs: { "0:x": [1] },
      outputs: ["y:0"],
    }),
  );
  const network = model.network();
  expect(model.inputs[0]!.name).toBe("_0_x");
  expect(network.parameters.map(({ block }) => block.name)).toEqual(["onnx__w", "onnx__w_2"]);
  expect([...model.weights(network)]).toEqual([2, 3]);
});

test("inputs of integers are int32, and an input may be a constant", () => {
  const spec = {
    nodes: [["Gather", ["table", "tokens"], ["y"]]],
    initializers: { table: { dims: [3, 2], floats: [0, 1, 2, 3, 4, 5] } },
    inputs: { tokens: ["n"] },
    integers: ["tokens"],
    outputs: ["y"],
  } as const;
  const model = readOnnx(modelBytes(spec), { dimensions: { n: 2 } });
  const network = model.network();
  expect(network.inputs.tokens!.dtype).toBe("int32");
  const table = model.weights(network);
  expect([...g.evaluate([network.logits.y!], { tokens: [2, 0], table })[0]!]).toEqual([4, 5, 0, 1]);
  const fixed = readOnnx(modelBytes(spec), { constants: { tokens: [-1] } });
  expect([...g.evaluate([fixed.network().logits.y!], { table })[0]!]).toEqual([4, 5]);
});

test("the slope of Asinh at 0 is 1", () => {
  const model = readOnnx(modelBytes({ nodes: [["Asinh", ["x"], ["y"]]], inputs: { x: [3] }, outputs: ["y"] }));
  const { logits, inputs } = model.network();
  const [y, slope] = g.evaluate([logits.y!, ...g.gradients(g.reduceSum(logits.y!), [inputs.x!])], { x: [-3, 0, 3] });
  expect([...y!]).toEqual([-3, 0, 3].map((x) => expect.closeTo(Math.asinh(x), 12)));
  expect([...slope!]).toEqual([-3, 0, 3].map((x) => expect.closeTo(1 / Math.sqrt(x * x + 1), 12)));
});
