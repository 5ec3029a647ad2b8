/** Every public function refuses, in one line, what it would otherwise compute something wrong from. */
import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import * as g from "../src/index.ts";
import * as networks from "../src/layers.ts";

const image = g.input("image", [2, 3, 6, 6]);
const kernel = g.input("kernel", [4, 3, 3, 3]);
const matrix = g.input("matrix", [2, 3]);
const labels = g.input("labels", [2], "int32");
const pooled = g.maxPool(image, { size: 2 });
const indices = pooled.inputs[1]!;
const window = { size: 2 };

/** Calls as JavaScript without types could make them. */
const js = { ...g, ...networks } as unknown as Record<string, (...list: readonly unknown[]) => unknown> & {
  readonly layers: Record<string, (...list: readonly unknown[]) => unknown>;
};
const build = (definition: (context: unknown, x: unknown) => unknown, mode: unknown = "training"): unknown =>
  js.buildNetwork!(definition, [2, 3, 6, 6], mode);

const windowNames = "stride, padding, dilation, autoPad";

describe("unknown options", () => {
  test.each([
    ["conv2d", () => js.conv2d!(image, kernel, { dilations: 2 }), "dilations", windowNames],
    ["conv2d", () => js.conv2d!(image, kernel, { batchLast: true }), "batchLast", `${windowNames}, groups, label`],
    ["conv2d", () => js.conv2d!(image, kernel, { strides: 2 }), "strides", windowNames],
    ["maxPool", () => js.maxPool!(image, { size: 2, pads: 1 }), "pads", `${windowNames}, size, ceilMode, label`],
    ["averagePool", () => js.averagePool!(image, { size: 2, ceil: true }), "ceil", windowNames],
    ["maxPool", () => js.maxPool!(image, { size: 2, countIncludePad: true }), "countIncludePad", windowNames],
    ["matmul", () => js.matmul!(matrix, matrix, { transB: true }), "transB", "transposeA, transposeB, label"],
    ["reduceSum", () => js.reduceSum!(matrix, { axis: 0 }), "axis", "axes, keepDims, label"],
    ["reduceMax", () => js.reduceMax!(matrix, { keepdims: true }), "keepdims", "axes, keepDims, label"],
    ["reduceMean", () => js.reduceMean!(matrix, { dim: 1 }), "dim", "axes, keepDims, label"],
    ["conv2dInputGradient", () => js.conv2dInputGradient!(image, kernel, [1], { dilations: 1 }), "dilations", "stride"],
    [
      "dense",
      () => build((c, x) => js.layers.dense!(c, "fc", js.layers.flatten!(x), 2, { useBias: false })),
      "useBias",
      "bias",
    ],
    [
      "conv2d",
      () => build((c, x) => js.layers.conv2d!(c, "conv", x, 2, 3, { dilations: 2 })),
      "dilations",
      "bias, initialiser",
    ],
  ])("of %s are refused (%#)", (op, call, name, known) => {
    expect(call).toThrow(`${op}: unknown option ${name}; the options are ${known}`);
  });

  test("of compile have rules of their own: a known device, outputs in place on the processor", async () => {
    const compile = g.compile as unknown as (outputs: object, options: object) => Promise<unknown>;
    await expect(compile({ matrix }, { ort, device: "gpu" })).rejects.toThrow("compile: device must be cpu or webgpu");
    await expect(compile({ matrix }, { ort, device: "webgpu", inPlace: true })).rejects.toThrow(
      "compile: inPlace must be false on webgpu",
    );
  });
  test("of compile are refused, and ort is required", async () => {
    const compile = g.compile as unknown as (outputs: object, options: object) => Promise<unknown>;
    await expect(compile({ matrix }, { ort, numThreads: 2 })).rejects.toThrow(
      "compile: unknown option numThreads; the options are ort, device, threads, inPlace, optimise, session",
    );
    await expect(compile({ matrix }, {})).rejects.toThrow("compile: ort must be an object, got undefined");
    await expect(compile({ matrix }, { ort, threads: 0 })).rejects.toThrow(
      "compile: threads must be a positive integer",
    );
    await expect(compile({ matrix: 3 }, { ort })).rejects.toThrow("compile: inputs must be values of a graph, got 3");
  });
});

describe("wrong numbers", () => {
  test.each<[string, () => unknown, string]>([
    [
      "a stride of 0",
      () => js.conv2d!(image, kernel, { stride: 0 }),
      "stride must be a positive integer or two of them, got 0",
    ],
    ["a stride of NaN", () => js.conv2d!(image, kernel, { stride: [1, Number.NaN] }), "stride must be a positive"],
    ["three strides", () => js.conv2d!(image, kernel, { stride: [1, 1, 1] }), "got [1, 1, 1]"],
    ["a negative padding", () => js.conv2d!(image, kernel, { padding: -1 }), "padding must be an integer from 0 on"],
    ["a fractional padding", () => js.conv2d!(image, kernel, { padding: 0.5 }), "padding must be an integer from 0 on"],
    ["options that are a number", () => js.conv2d!(image, kernel, 2), "the options must be an object of stride"],
    [
      "a flag that is no flag",
      () => js.matmul!(matrix, matrix, { transposeB: 1 }),
      "transposeB must be true or false, got 1",
    ],
    [
      "no pool size",
      () => js.maxPool!(image, {}),
      "maxPool: size must be a positive integer or two of them, got undefined",
    ],
    ["a fractional pool size", () => js.averagePool!(image, { size: 1.5 }), "size must be a positive integer"],
    ["an axis that is a number", () => js.reduceSum!(matrix, { axes: 0 }), "axes must be a list of integers, got 0"],
    ["a fractional axis", () => js.reduceSum!(matrix, { axes: [0.5] }), "axes must be a list of integers"],
    ["an axis twice", () => g.reduceSum(matrix, { axes: [1, -1] }), "axes must be distinct axes"],
    ["an axis beyond", () => g.reduceSum(matrix, { axes: [2] }), "axes must be distinct axes"],
    ["a permutation with an axis twice", () => g.transpose(matrix, [0, 0]), "must permute the axes"],
    ["a fractional size", () => g.broadcastTo(g.constant(1), [2.5]), "broadcastTo: sizes must be positive integers"],
    ["a negative size", () => g.broadcastTo(g.constant(1), [-1]), "broadcastTo: sizes must be positive integers"],
    ["a NaN size", () => g.reshape(matrix, [Number.NaN]), "same number of elements"],
    ["a fractional block", () => g.slice(matrix, [0, 0], [1.5, 1]), "slice: sizes must be positive integers"],
    ["a fractional start", () => g.slice(matrix, [0.5, 0], [1, 1]), "must lie inside"],
    ["a block beyond", () => g.slice(matrix, [1, 1], [1, 3]), "must lie inside"],
    ["a negative pad", () => g.pad(matrix, [-1, 0], [0, 0]), "must be counts"],
    ["a depth of 0", () => g.oneHot(labels, 0), "depth must be a positive integer"],
    ["an empty constant", () => g.constant([]), "constant: sizes must be positive integers, got [0]"],
    [
      "a nested constant",
      () =>
        js.constant!(
          [
            [1, 2],
            [3, 4],
          ],
          [2, 2],
        ),
      "got an array at 0",
    ],
    ["a constant of text", () => js.constant!(["1"], [1]), "constant: data must be numbers"],
    ["a constant of another count", () => g.constant([1, 2], [3]), "[3] takes 3 numbers, got 2"],
    ["an input of another dtype", () => js.input!("x", [1], "float64"), "dtype must be float32 or int32, got float64"],
    [
      "an unknown mode",
      () => build((_, x) => x, "train"),
      "mode must be training or recalibration or evaluation, got train",
    ],
    ["an unknown precision", () => js.evaluate!([matrix], {}, "float16"), "precision must be float32 or float64"],
    [
      "another entry of noise",
      () => js.withActivationNoise!([matrix], "add"),
      "entry must be added or multiplied, got add",
    ],
    ["a fan-in of 0", () => networks.heNormal(0), "heNormal: fanIn must be positive and finite, got 0"],
  ])("%s", (_, call, message) => {
    expect(call).toThrow(message);
  });
});

describe("operands that do not fit", () => {
  test.each<[string, () => unknown, string]>([
    ["a number for a value", () => js.add!(matrix, 3), "add: inputs must be values of a graph, got 3"],
    ["nothing for a value", () => js.relu!(undefined), "relu: inputs must be values of a graph, got undefined"],
    ["integers for floats", () => g.exp(labels), "exp: inputs must be float32, got int32"],
    ["floats for labels", () => g.oneHot(matrix, 3), "oneHot: labels must be int32, got float32"],
    ["labels for another batch", () => g.pick(matrix, g.input("l", [3], "int32")), "one label per row"],
    [
      "dy of another shape",
      () => g.conv2dInputGradient(image, kernel, image.shape),
      "dy must have the convolution's shape [2×4×4×4]",
    ],
    ["kernels of other channels", () => g.conv2dInputGradient(image, kernel, [2, 2, 6, 6]), "channels must be equal"],
    [
      "dy of another shape for kernels",
      () => g.conv2dWeightGradient(image, image, [4, 3, 3, 3]),
      "dy must have the convolution's shape",
    ],
    ["a matrix for an image", () => g.conv2dWeightGradient(matrix, image, [4, 3, 3, 3]), "must have 4 axes"],
    [
      "positions of no pool",
      () => g.poolGather(image, g.input("i", [2, 3, 3, 3], "int32"), window),
      "indices must be those of a maxPool, got a value of input",
    ],
    [
      "positions in other images",
      () => g.poolGather(g.input("o", [2, 3, 8, 8]), indices, window),
      "same shape and window",
    ],
    ["positions of another window", () => g.poolGather(image, indices, { size: 3 }), "same shape and window"],
    [
      "a scatter into other images",
      () => g.poolScatter(pooled, indices, [2, 3, 7, 7], window),
      "same shape and window",
    ],
    [
      "a scatter of another shape",
      () => g.poolScatter(image, indices, image.shape, window),
      "the pooled values must have the shape [2×3×3×3]",
    ],
    [
      "a spread of another shape",
      () => g.averagePoolGradient(image, image.shape, window),
      "the pooled values must have the shape",
    ],
    ["the gradient of a vector", () => g.gradients(matrix, [matrix]), "the loss must be a scalar"],
    [
      "the gradient in integers",
      () => g.gradients(g.reduceSum(matrix), [labels]),
      "gradients: inputs must be float32, got int32",
    ],
  ])("%s", (_, call, message) => {
    expect(call).toThrow(message);
  });
});

test("a constant is a copy, of typed arrays too", () => {
  const data = Float32Array.of(1, 2);
  const value = g.constant(data);
  data[0] = 9;
  expect([...g.evaluate([value], {})[0]!]).toEqual([1, 2]);
});

test("no parameters have no Hessian-vector product", () => {
  expect(g.hvp(g.reduceSum(matrix), [], [])).toEqual([]);
});

test("compile refuses outputs that are no record in one line", async () => {
  await expect(g.compile(JSON.parse("null"), { ort })).rejects.toThrow(
    new TypeError("compile: outputs must be an object of values by name, got null"),
  );
});
