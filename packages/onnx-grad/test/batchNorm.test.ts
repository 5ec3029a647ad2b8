/** Batch norm in training against its closed form in float64, where means are far larger than deviations. */
import { describe, expect, test } from "vitest";
import * as g from "../src/index.ts";
import { type BatchStatistics, buildNetwork, layers, type NetworkDefinition } from "../src/layers.ts";
import { runValues } from "./runProgram.ts";
import { flat, numbers } from "./samples.ts";

const [batch, channels] = [16, 3];

/** Numbers of the given mean and deviation √(1/3)·deviation, uniform; each exact in float32. */
function spread(length: number, mean: number, deviation: number, seed: number): Float64Array {
  const next = numbers(seed);
  return Float64Array.from({ length }, () => Math.fround(mean + deviation * (2 * next() - 1)));
}

/** y, then mean and variance, by the definition, two passes. */
function closedForm(x: Float64Array, inner: number, gamma: readonly number[], beta: readonly number[]) {
  const channelOf = (i: number): number => Math.floor(i / inner) % channels;
  const average = (f: (value: number, c: number) => number): number[] =>
    gamma.map(
      (_, c) => x.reduce((sum, value, i) => sum + (channelOf(i) === c ? f(value, c) : 0), 0) / (x.length / channels),
    );
  const mean = average((value) => value);
  const variance = average((value, c) => (value - mean[c]!) ** 2);
  const y = x.map((value, i) => {
    const c = channelOf(i);
    return (gamma[c]! * (value - mean[c]!)) / Math.sqrt(variance[c]! + 1e-5) + beta[c]!;
  });
  return { y, mean, variance };
}

const scale = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((most, x) => Math.max(most, Math.abs(x)), 0);
const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number => scale(Array.from(a, (x, i) => x - b[i]!));

describe.each([
  { shape: [batch, channels], name: "dense" },
  { shape: [batch, channels, 4, 5], name: "images" },
])("batch norm of $name", ({ shape }) => {
  const network = buildNetwork((context, x) => layers.flatten(layers.batchNorm(context, "bn", x)), shape, "training");
  const [statistics] = network.batchStatistics as [BatchStatistics];
  const [gamma, beta] = [
    [0.5, 2, -1],
    [0.1, 0, 3],
  ];
  const inner = g.sizeOf(shape.slice(2));

  test.each([0, 255, 3000, -1e6])("of mean %d and deviation 1 is right to float32's rounding", async (mean) => {
    const x = spread(g.sizeOf(shape), mean, 1, 7);
    const expected = closedForm(x, inner, gamma, beta);
    const values = [network.logits, statistics.mean, statistics.variance];
    const feeds = { inputs: x, "bn.weight": gamma, "bn.bias": beta };
    for (const results of [g.evaluate(values, feeds, "float32"), await runValues(g.optimise(values), feeds)]) {
      const [y, means, variances] = results as [g.FloatArray, g.FloatArray, g.FloatArray];
      // Deviations are exact, each of their ~batch·h·w sums and the few operations after them rounds by 6e-8.
      expect(distance(y, expected.y) / scale(expected.y)).toBeLessThan(1e-5);
      expect(distance(variances, expected.variance) / scale(expected.variance)).toBeLessThan(1e-5);
      expect(distance(means, expected.mean) / (1 + Math.abs(mean))).toBeLessThan(1e-6);
    }
  });

  // Σ r·y + ½ Σ r·y²: its first and second derivatives in float32 against the interpreter in float64.
  const x = g.input("inputs", shape);
  const r = g.constant([...spread(g.sizeOf(shape), 0, 1, 3)], network.logits.shape);
  const y = network.logits;
  const loss = g.reduceSum(g.mul(r, g.add(y, g.mul(g.constant(0.5), g.mul(y, y)))));
  const wrt = [x, ...network.parameters.map(({ value }) => value)];
  const directions = wrt.map((value, i) => g.input(`v${i}`, value.shape));
  const derivatives = [...g.gradients(loss, wrt), ...g.hvp(loss, wrt, directions)];

  test.each([0, 255, 3000])("has its derivatives at mean %d, to second order", async (mean) => {
    const feeds = {
      ...{ inputs: spread(g.sizeOf(shape), mean, 1, 7), "bn.weight": gamma, "bn.bias": beta },
      ...Object.fromEntries(wrt.map((value, i) => [`v${i}`, spread(g.sizeOf(value.shape), 0, 1, 20 + i)])),
    };
    const exact = g.evaluate(derivatives, feeds);
    const optimised = g.optimise(derivatives);
    for (const results of [g.evaluate(optimised, feeds, "float32"), await runValues(optimised, feeds)]) {
      results.forEach((result, i) => {
        expect(distance(result, exact[i]!) / scale(exact[i]!)).toBeLessThan(1e-4);
      });
    }
  });

  test("has the derivatives of the definition written without a shift", () => {
    const axes = shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
    const { mean, variance } = g.moments(x, axes);
    const perChannel = shape.map((size, axis) => (axis === 1 ? size : 1));
    const [weight, bias] = wrt.slice(1).map((value) => g.reshape(value, perChannel)) as [g.Value, g.Value];
    const normal = g.div(g.sub(x, mean), g.sqrt(g.add(variance, g.constant(1e-5))));
    const plain = layers.flatten(g.add(g.mul(normal, weight), bias));
    const plainLoss = g.reduceSum(g.mul(r, g.add(plain, g.mul(g.constant(0.5), g.mul(plain, plain)))));
    const feeds = {
      ...{ inputs: spread(g.sizeOf(shape), 2, 1, 9), "bn.weight": gamma, "bn.bias": beta },
      ...Object.fromEntries(wrt.map((value, i) => [`v${i}`, spread(g.sizeOf(value.shape), 0, 1, 30 + i)])),
    };
    const expected = g.evaluate(
      [plainLoss, ...g.gradients(plainLoss, wrt), ...g.hvp(plainLoss, wrt, directions)],
      feeds,
    );
    const actual = g.evaluate([loss, ...derivatives], feeds);
    expect(distance(flat(actual), flat(expected)) / scale(flat(expected))).toBeLessThan(1e-12);
  });
});

test("an outlier as the first example costs no more than the bound: E[d]² ≤ (batch − 1)·variance", () => {
  const network = buildNetwork((context, x) => layers.batchNorm(context, "bn", x), [128, 1], "training");
  const x = spread(128, 0, 1, 5).map((value, i) => (i === 0 ? 3e4 : value));
  const feeds = { inputs: x, "bn.weight": [1], "bn.bias": [0] };
  const [statistics] = network.batchStatistics as [BatchStatistics];
  const [float32, float64] = (["float32", "float64"] as const).map(
    (kind) => g.evaluate([statistics.variance], feeds, kind)[0]![0]!,
  );
  expect(Math.abs(float32! / float64! - 1)).toBeLessThan(128 * 1.2e-7);
});

describe("a bias before batch norm", () => {
  const define: NetworkDefinition = (context, x) =>
    layers.flatten(layers.batchNorm(context, "bn", layers.conv2d(context, "conv", x, 3, 2)));
  const shape = [4, 2, 4, 4];
  const feeds = {
    inputs: spread(128, 1, 1, 1),
    "conv.weight": spread(24, 0, 1, 2),
    "conv.bias": [100, -200, 0.5],
    "bn.weight": [1, 2, 3],
    "bn.bias": [0, 1, 0],
  };

  test("has no influence and a gradient of exactly 0; the recorded mean has it", () => {
    const network = buildNetwork(define, shape, "training");
    const bias = network.parameters.find(({ block }) => block.name === "conv.bias")!.value;
    expect([...g.evaluate(g.gradients(g.reduceSum(g.mul(network.logits, network.logits)), [bias]), feeds)[0]!]).toEqual(
      [0, 0, 0],
    );
    const [{ mean, variance }] = network.batchStatistics as [BatchStatistics];
    const [y, means, variances] = g.evaluate([network.logits, mean, variance], feeds) as [
      g.FloatArray,
      g.FloatArray,
      g.FloatArray,
    ];
    const evaluation = buildNetwork(define, shape, "evaluation").logits;
    const same = g.evaluate([evaluation], { ...feeds, "bn.mean": means, "bn.variance": variances })[0]!;
    expect(distance(same, y)).toBeLessThan(1e-12);
  });

  test("compiled, the convolution runs once over the batch and once over its first example", async () => {
    const network = buildNetwork(define, shape, "training");
    const values = g.optimise([network.logits]);
    const expected = g.evaluate([network.logits], feeds)[0]!;
    expect(distance((await runValues(values, feeds))[0]!, expected)).toBeLessThan(1e-5);
    const convolutions = g.topological(values).filter(({ op }) => op === "conv2d");
    expect(convolutions.map(({ shape: [images] }) => images).sort()).toEqual([1, 4]);
  });
});
