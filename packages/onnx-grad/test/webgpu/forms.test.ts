import * as ort from "onnxruntime-node";
import { expect, test } from "vitest";
import * as g from "../../src/index.ts";
import { lowerGraph } from "../../src/lowering/lowerGraph.ts";
import { weightGradient } from "../../src/lowering/webgpuConvolution.ts";
import { webgpuDialect } from "../../src/lowering/webgpuDialect.ts";
import { inputTensor, onnxGraph, outputTensor } from "../../src/onnx/onnxGraph.ts";
import { weightGradient as weightGradientOf } from "../../src/ops/convolution.ts";
import { sessionOptions } from "../../src/program/sessionOptions.ts";
import { poolingOf, worstDifference } from "../poolingOf.ts";
import { runProgram } from "../runProgram.ts";
import { numbers } from "../samples.ts";
import { hasDevice, testDevice } from "./softwareDevice.ts";

testDevice();
const testThere = test.skipIf(!hasDevice);

testThere.each<[string, g.Shape, g.PoolOptions]>([
  ["side by side", [2, 3, 6, 8], { size: [3, 2] }],
  ["side by side, with a rest", [2, 2, 7, 8], { size: [3, 5] }],
  ["of one element", [2, 2, 3, 4], { size: 1 }],
  ["with gaps", [1, 2, 7, 8], { size: 2, stride: 3 }],
  ["one over the other", [2, 2, 9, 7], { size: 3, stride: 2, padding: 1 }],
  ["with dilation", [2, 2, 9, 10], { size: 2, stride: [2, 1], padding: 1, dilation: [2, 3] }],
])("max-pool, windows %s: the interpreter's values and derivatives, equal maxima too", async (_, shape, options) => {
  const pooling = poolingOf(shape, options);
  const results = await runProgram(pooling.outputs, pooling.feeds, "webgpu");
  expect(worstDifference(pooling, results)).toBeLessThan(1e-5);
});

testThere("long sums are exact to a few roundings of each of their levels", async () => {
  const x = g.input("x", [3, 5, 40, 30]);
  const y = g.input("y", [200_001]);
  const sums = [g.reduceSum(x, { axes: [0, 2, 3] }), g.reduceSum(x, { axes: [1, 3], keepDims: true }), g.reduceSum(y)];
  const feeds = { x: new Float32Array(18_000).fill(0.1), y: new Float32Array(200_001).fill(0.1) };
  const results = await runProgram(Object.fromEntries(sums.map((sum, i) => [`y${i}`, sum])), feeds, "webgpu");
  g.evaluate(sums, feeds).forEach((expected, i) => {
    expect(results[i]!.length).toBe(expected.length);
    // Two levels of at most 2¹² terms, each in 64 sums side by side: 2·64 roundings of 6e-8.
    for (const [j, sum] of expected.entries()) expect(Math.abs(results[i]![j]! / sum - 1)).toBeLessThan(1e-5);
  });
});

testThere("labels and indices outside give NaN, those inside their element", async () => {
  const x = g.input("x", [3, 2]);
  const labels = g.input("labels", [3], "int32");
  const outputs = { pick: g.pick(x, labels), gather: g.gather(x, labels, 0), oneHot: g.oneHot(labels, 2) };
  const feeds = { x: [1, 2, 3, 4, 5, 6], labels: [1, -1, 3] };
  const [pick, gather, oneHot] = await runProgram(outputs, feeds, "webgpu");
  expect([...pick!]).toEqual([2, Number.NaN, Number.NaN]);
  expect([...gather!]).toEqual([3, 4, Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
  expect([...oneHot!]).toEqual([0, 1, 0, 0, 0, 0]);
});

testThere.each<[string, g.Shape, g.Shape, g.ConvolutionOptions]>([
  ["of one channel", [3, 1, 7, 6], [4, 1, 5, 4], { padding: [1, 0, 2, 1], stride: [1, 2] }],
  ["with stride and rest", [2, 3, 8, 7], [4, 3, 3, 2], { stride: [2, 3], padding: [0, 1, 2, 0] }],
  ["with dilation and wide padding", [2, 3, 8, 9], [4, 3, 3, 3], { padding: [5, 1, 0, 2], dilation: [2, 3] }],
  ["in groups, with stride", [3, 6, 8, 7], [6, 2, 3, 3], { stride: 2, padding: 1, groups: 3 }],
])("convolution %s: the interpreter's values and both gradients", async (_, shape, kernel, options) => {
  const [x, w] = [g.input("x", shape), g.input("w", kernel)];
  const y = g.add(g.conv2d(x, w, options), g.input("b", [kernel[0]!, 1, 1]));
  const [dx, dw] = g.gradients(g.reduceSum(g.mul(y, y)), [x, w]);
  const next = numbers(7);
  const filled = (of: g.Shape): Float32Array => Float32Array.from({ length: g.sizeOf(of) }, () => 2 * next() - 1);
  const feeds = { x: filled(shape), w: filled(kernel), b: filled([kernel[0]!]) };
  const results = await runProgram({ y, dx: dx!, dw: dw! }, feeds, "webgpu");
  g.evaluate([y, dx!, dw!], feeds).forEach((expected, i) => {
    const scale = Math.max(...expected.map(Math.abs));
    // Sums of at most 500 float32 products.
    for (const [j, value] of expected.entries()) expect(Math.abs(results[i]![j]! - value) / scale).toBeLessThan(1e-5);
  });
});

testThere("the weight gradient is the same by products of some elements of the window at a time", async () => {
  const window = { padding: [1, 1, 1, 1], stride: [1, 1], dilation: [1, 1], groups: 2 } as const;
  const [x, dy] = [g.input("x", [6, 4, 5, 5]), g.input("dy", [6, 8, 5, 5])];
  const value = weightGradientOf(x, dy, [8, 2, 3, 3], window);
  const next = numbers(8);
  const feeds = Object.fromEntries(
    [x, dy].map((of, i) => [["x", "dy"][i]!, Float32Array.from({ length: g.sizeOf(of.shape) }, () => 2 * next() - 1)]),
  );
  const [expected] = g.evaluate([value], feeds);
  // The matrix of windows has 6·25·9·4 elements: in one part, in two of five and four elements of the window, in nine.
  for (const [fewestTerms, largestColumns, numProducts] of [
    [1, 5400, 1],
    [60, 5399, 2],
    [1000, 1, 9],
  ] as const) {
    const graph = onnxGraph();
    const conv2dWeightGradient: typeof webgpuDialect.primitives.conv2dWeightGradient = (node, context) =>
      weightGradient(node, context, { fewestTerms, largestColumns });
    lowerGraph(
      [["dw", value]],
      { ...webgpuDialect, primitives: { ...webgpuDialect.primitives, conv2dWeightGradient } },
      graph,
    );
    expect(graph.counts().MatMul).toBe(numProducts);
    const session = await ort.InferenceSession.create(graph.serialise(), sessionOptions([value], "webgpu", {}));
    const tensors = [x, dy].map((of, i) => {
      const name = ["x", "dy"][i]!;
      return [inputTensor(name), new ort.Tensor("float32", feeds[name]!, of.shape)] as const;
    });
    const results = await session.run(Object.fromEntries(tensors));
    await session.release();
    const dw = results[outputTensor("dw")]!.data as Float32Array;
    for (const [j, slope] of expected!.entries()) expect(Math.abs(dw[j]! - slope)).toBeLessThan(1e-4);
  }
});
