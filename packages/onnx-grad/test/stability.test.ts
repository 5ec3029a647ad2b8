/** Compositions at the edges of float32: tails, zeros and large means; interpreted, compiled and optimised. */
import { describe, expect, test } from "vitest";
import * as g from "../src/index.ts";
import { derivativesAt } from "./derivativesAt.ts";
import { runValues } from "./runProgram.ts";

type Exact = (x: number) => number;

/** Largest difference relative to 1 or to the expected number, whichever is larger. */
function expectNear(actual: ArrayLike<number>, expected: readonly number[], tolerance: number, what: string): void {
  expected.forEach((value, i) => {
    const error = value === actual[i] ? 0 : Math.abs(actual[i]! - value) / Math.max(1, Math.abs(value));
    expect(error, `${what} ${i}: ${actual[i]} for ${value}`).toBeLessThan(tolerance);
  });
}

const sigma: Exact = (x) => 1 / (1 + Math.exp(-x));
const bell: Exact = (x) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
const far = [-1e4, -100, -30, 30, 100, 1e4];
const nothing: Exact = () => 0;
const step: Exact = (x) => (x > 0 ? 1 : 0);

describe("activations far from 0, with slope and curvature", () => {
  test.each<[string, (x: g.Value) => g.Value, Exact, Exact, Exact]>([
    ["softplus", g.softplus, (x) => Math.max(x, 0), step, nothing],
    ["silu", g.silu, (x) => x * sigma(x), step, nothing],
    ["gelu", g.gelu, (x) => Math.max(x, 0), step, nothing],
    ["gelu by tanh", (x) => g.gelu(x, { approximate: "tanh" }), (x) => Math.max(x, 0), step, nothing],
    ["elu", (x) => g.elu(x, 2), (x) => (x > 0 ? x : 2 * Math.expm1(x)), step, nothing],
    [
      "selu",
      g.selu,
      (x) => 1.0507009873554805 * (x > 0 ? x : -1.6732632423543772),
      (x) => 1.0507009873554805 * step(x),
      nothing,
    ],
    ["hardSwish", g.hardSwish, (x) => Math.max(x, 0), step, nothing],
    ["hardSigmoid", g.hardSigmoid, step, nothing, nothing],
    ["leakyRelu", g.leakyRelu, (x) => Math.max(x, 0.01 * x), (x) => (x > 0 ? 1 : 0.01), nothing],
  ])("%s", async (_, f, value, slope, curvature) => {
    for (const way of await derivativesAt(f, far)) {
      [value, slope, curvature].forEach((exact, order) => {
        expectNear(way[order]!, far.map(exact), 1e-5, `order ${order}`);
      });
    }
  });
});

describe("activations at 0 and near it", () => {
  test.each<[string, (x: g.Value) => g.Value, readonly [number, number, number]]>([
    ["softplus", g.softplus, [Math.LN2, 0.5, 0.25]],
    ["silu", g.silu, [0, 0.5, 0.5]],
    ["gelu", g.gelu, [0, 0.5, 2 * bell(0)]],
    ["elu", (x) => g.elu(x, 2), [0, 2, 2]],
    ["abs", g.abs, [0, 0, 0]],
    ["leakyRelu", (x) => g.leakyRelu(x, 0.25), [0, 0.25, 0]],
    ["clip at its bound", (x) => g.clip(x, { low: 0, high: 1 }), [0, 1, 0]],
    ["minimum of itself", (x) => g.minimum(x, x), [0, 1, 0]],
  ])("%s", async (_, f, expected) => {
    for (const way of await derivativesAt(f, [0])) expectNear(way.flat(), expected, 1e-6, "order");
  });

  test("expm1 and elu keep the digits that eˣ − 1 loses", async () => {
    const at = [-1e-3, -1e-6, -1e-20];
    for (const f of [g.expm1, g.elu]) {
      for (const [value] of await derivativesAt(f, at)) {
        at.forEach((x, i) => {
          expect(Math.abs(value![i]! / Math.expm1(x) - 1)).toBeLessThan(1e-5);
        });
      }
    }
  });
});

describe("binary cross-entropy from logits", () => {
  const at = [-1e4, -20, -1, 0, 1, 20, 1e4];
  test.each([0, 0.25, 1])("with the target %d is right at all logits, with slope and curvature", async (t) => {
    const n = at.length;
    const loss = (x: g.Value): g.Value =>
      g.mul(g.binaryCrossEntropyWithLogits(x, g.constant(at.map(() => t))), g.constant(n));
    const x = g.input("x", [n]);
    const y = loss(x);
    const derivatives = [...g.gradients(y, [x]), ...g.hvp(y, [x], [g.constant(at.map(() => 1))])];
    const each = at.map((value) => Math.max(value, 0) - value * t + Math.log1p(Math.exp(-Math.abs(value))));
    const values = [y, ...derivatives];
    for (const way of [
      g.evaluate(values, { x: at }),
      await runValues(values, { x: at }),
      await runValues(g.optimise(values), { x: at }),
    ]) {
      expectNear(way[0]!, [each.reduce((sum, value) => sum + value, 0)], 1e-6, "loss");
      expectNear(
        way[1]!,
        at.map((value) => sigma(value) - t),
        2e-6,
        "slope",
      );
      expectNear(
        way[2]!,
        at.map((value) => sigma(value) * sigma(-value)),
        2e-6,
        "curvature",
      );
    }
  });

  test("of right predictions keeps relative accuracy: log(1 + e⁻⁵) for the logit 5 and target 1", async () => {
    const [value] = await runValues([g.binaryCrossEntropyWithLogits(g.input("x", [1]), g.constant([1]))], { x: [5] });
    expect(Math.abs(value![0]! / Math.log1p(Math.exp(-5)) - 1)).toBeLessThan(2e-5);
  });
});

test("logSumExp neither overflows nor vanishes, and is −∞ of nothing but −∞", async () => {
  const rows = [
    [1e4, 1e4, -1e4],
    [-1e4, -1e4, -1e4],
    [-Infinity, 3, -Infinity],
    [-Infinity, -Infinity, -Infinity],
    [Infinity, 0, 1],
  ];
  const x = g.input("x", [5, 3]);
  const values = [g.logSumExp(x, { axes: [1] })];
  for (const way of [g.evaluate(values, { x: rows.flat() }), await runValues(values, { x: rows.flat() })]) {
    expectNear(way[0]!, [1e4 + Math.LN2, -1e4 + Math.log(3), 3, -Infinity, Infinity], 1e-6, "row");
  }
  const [slope] = g.evaluate(g.gradients(g.reduceSum(g.logSumExp(g.slice(x, [0, 0], [3, 3]), { axes: [1] })), [x]), {
    x: rows.flat(),
  });
  expectNear(slope!, [0.5, 0.5, 0, 1 / 3, 1 / 3, 1 / 3, 0, 1, 0], 1e-12, "softmax");
});

test("l2Norm of tiny and huge numbers, and its derivative 0 at 0", async () => {
  const rows = [3e-30, 4e-30, 3e30, -4e30, 0, 0, 3, 4];
  const x = g.input("x", [4, 2]);
  const norms = g.l2Norm(x, { axes: [1] });
  const loss = g.reduceSum(norms);
  const values = [norms, ...g.gradients(loss, [x]), ...g.hvp(loss, [x], [g.constant(new Array(8).fill(1), [4, 2])])];
  for (const way of [
    g.evaluate(values, { x: rows }),
    await runValues(values, { x: rows }),
    await runValues(g.optimise(values), { x: rows }),
  ]) {
    const [value, slope, curvature] = way as [g.FloatArray, g.FloatArray, g.FloatArray];
    expectNear(
      Array.from(value, (norm, i) => norm / [1e-30, 1e30, 1, 1][i]!),
      [5, 5, 0, 5],
      1e-6,
      "norm",
    );
    expectNear(slope, [0.6, 0.8, 0.6, -0.8, 0, 0, 0.6, 0.8], 1e-6, "slope");
    // (v − y⟨y, v⟩)/norm with y the unit vector.
    expectNear(curvature.slice(4), [0, 0, (1 - 0.6 * 1.4) / 5, (1 - 0.8 * 1.4) / 5], 1e-6, "curvature");
  }
});

test("reduceProduct is differentiable at zeros, to second order", () => {
  const x = g.input("x", [3, 3]);
  const loss = g.reduceSum(g.reduceProduct(x, { axes: [1] }));
  const values = [loss, ...g.gradients(loss, [x]), ...g.hvp(loss, [x], [g.constant(new Array(9).fill(1), [3, 3])])];
  const [value, slope, curvature] = g.evaluate(values, { x: [2, 3, 4, 2, 0, 4, 0, 0, 5] });
  expect([...value!]).toEqual([24]);
  expect([...slope!]).toEqual([12, 8, 6, 0, 8, 0, 0, 0, 0]);
  expect([...curvature!]).toEqual([7, 6, 5, 4, 6, 2, 5, 5, 0]);
});

test("layerNorm of numbers whose mean is 3,000 deviations is right to float32's rounding", async () => {
  const x = Float64Array.from({ length: 64 }, (_, i) => Math.fround(3000 + Math.sin(i)));
  const mean = x.reduce((sum, value) => sum + value, 0) / 64;
  const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 64;
  const expected = Array.from(x, (value) => (value - mean) / Math.sqrt(variance + 1e-5));
  const y = g.layerNorm(g.input("x", [1, 64]));
  for (const outputs of [[y], g.optimise([y])])
    expectNear((await runValues(outputs, { x }))[0]!, expected, 1e-3, "element");
});

test("comparisons with NaN are false but for ≠", async () => {
  const [a, b] = [g.constant([1, 2, 2, Number.NaN]), g.constant([2, 1, 2, 0])];
  const values = [g.less(a, b), g.lessOrEqual(a, b), g.greaterOrEqual(a, b), g.notEqual(a, b), g.sign(a)];
  for (const way of [g.evaluate(values, {}), await runValues(values, {})]) {
    expect(way.map((result) => [...result])).toEqual([
      [1, 0, 0, 0],
      [1, 0, 1, 0],
      [0, 1, 1, 0],
      [1, 1, 0, 1],
      [1, 1, 1, 0],
    ]);
  }
});

test("resizing gives PyTorch's and ONNX's pictures", () => {
  const x = g.constant([1, 2, 3, 4], [1, 1, 2, 2]);
  const row = g.constant([1, 2, 3, 4], [1, 1, 4]);
  const shown = (y: g.Value): number[] => Array.from(g.evaluate([y], {})[0]!, (value) => Math.round(value * 1e6) / 1e6);
  expect(shown(g.resizeNearest(x, [4, 4]))).toEqual([1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4]);
  expect(shown(g.resizeNearest(row, [6]))).toEqual([1, 1, 2, 3, 3, 4]);
  expect(shown(g.resizeNearest(row, [2], { coordinates: "halfPixel", rounding: "preferFloor" }))).toEqual([1, 3]);
  expect(shown(g.resizeLinear(row, [8]))).toEqual([1, 1.25, 1.75, 2.25, 2.75, 3.25, 3.75, 4]);
  expect(shown(g.resizeLinear(row, [7], { coordinates: "alignCorners" }))).toEqual([1, 1.5, 2, 2.5, 3, 3.5, 4]);
  expect(shown(g.resizeLinear(x, [2, 4]))).toEqual([1, 1.25, 1.75, 2, 3, 3.25, 3.75, 4]);
});
