import { expect, test } from "vitest";
import * as g from "../../src/index.ts";
import { poolingOf, worstDifference } from "../poolingOf.ts";
import { runProgram } from "../runProgram.ts";
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
