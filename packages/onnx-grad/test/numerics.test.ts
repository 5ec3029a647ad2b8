/** Right values where float32 is near its ends: tails, infinities, NaN and long sums; interpreted, optimised and compiled. */
import { describe, expect, test } from "vitest";
import * as g from "../src/index.ts";
import { runValues } from "./runProgram.ts";

/** Largest difference relative to the expected value, element by element. */
function relativeError(actual: ArrayLike<number>, expected: readonly number[]): number {
  expect(actual.length).toBe(expected.length);
  return expected.reduce((most, value, i) => Math.max(most, Math.abs(actual[i]! / value - 1)), 0);
}

describe("sigmoid", () => {
  const at = [-87, -60, -40, -20, -18, -17, -10, -5, -1, -1e-3, 0, 0.5, 5, 10, 17, 20, 40, 80, 87];
  const x = g.input("x", [at.length]);
  const sigma = (value: number): number => 1 / (1 + Math.exp(-value));
  const slope = (value: number): number => sigma(value) * sigma(-value);
  const y = g.sigmoid(x);
  const [first] = g.gradients(g.reduceSum(y), [x]);
  const [second] = g.hvp(g.reduceSum(y), [x], [g.constant(at.map(() => 1))]);

  test("and its derivatives are relatively accurate on the whole line", async () => {
    const values = [y, first!, second!];
    const expected = [at.map(sigma), at.map(slope), at.map((value) => slope(value) * (sigma(-value) - sigma(value)))];
    for (const way of [g.evaluate(values, { x: at }), await runValues(g.optimise(values), { x: at })]) {
      // Zero at zero, and there the difference of two equal numbers.
      const [value, derivative, curvature] = way.map((result) => Array.from(result)) as [number[], number[], number[]];
      expect(relativeError(value, expected[0]!)).toBeLessThan(1e-6);
      expect(relativeError(derivative, expected[1]!)).toBeLessThan(2e-6);
      const nonzero = at.map((_, i) => i).filter((i) => at[i] !== 0);
      expect(
        relativeError(
          nonzero.map((i) => curvature[i]!),
          nonzero.map((i) => expected[2]![i]!),
        ),
      ).toBeLessThan(1e-3);
    }
  });

  test("is 0 at −∞, 1 at ∞ and NaN at NaN", async () => {
    const feeds = { x: [-Infinity, -200, Infinity, Number.NaN] };
    const value = g.sigmoid(g.input("x", [4]));
    expect([...(await runValues([value], feeds))[0]!]).toEqual([0, 0, 1, Number.NaN]);
  });

  test("makes binary cross-entropy as written finite on both sides: −log σ(x) = −x and −log(1 − σ(x)) = x", async () => {
    const logits = g.input("x", [2]);
    const p = g.sigmoid(logits);
    const targets = g.constant([1, 0]);
    const one = g.constant(1);
    const losses = g.add(g.mul(targets, g.log(p)), g.mul(g.sub(one, targets), g.log(g.sub(one, p))));
    const result = (await runValues(g.optimise([losses]), { x: [-40, 40] }))[0]!;
    expect(relativeError(result, [-40, -40])).toBeLessThan(1e-6);
  });
});

describe("compositions that are 0·∞ as written", () => {
  const at = [-300, -104, -100, -88, -80, -17, -1, 0, 0.5, 20, 60, 100, 300];
  const x = g.input("x", [at.length]);
  const sigma = (value: number): number => 1 / (1 + Math.exp(-value));
  const softplus = (value: number): number => Math.max(value, 0) + Math.log1p(Math.exp(-Math.abs(value)));
  const one = g.constant(1);
  const p = g.sigmoid(x);
  const minusOne = g.constant(-1);
  const small = g.mul(x, g.constant(1e-22));
  const crossEntropy = g.add(g.mul(g.constant(0.25), g.log(p)), g.mul(g.constant(0.75), g.log(g.sub(one, p))));
  const curvature = (value: number): number => sigma(value) * sigma(-value);

  test.each([
    ["log σ(x)", g.log(p), (v: number) => -softplus(-v), (v: number) => sigma(-v), (v: number) => -curvature(v)],
    [
      "log(1 − σ(x))",
      g.log(g.sub(one, p)),
      (v: number) => -softplus(v),
      (v: number) => -sigma(v),
      (v: number) => -curvature(v),
    ],
    ["log(1 + eˣ)", g.log(g.add(one, g.exp(x))), softplus, sigma, curvature],
    [
      "log(e⁻ˣ + 1)",
      g.log(g.add(g.exp(g.mul(x, minusOne)), one)),
      (v: number) => softplus(-v),
      (v: number) => -sigma(-v),
      curvature,
    ],
    [
      "binary cross-entropy",
      crossEntropy,
      (v: number) => -0.25 * softplus(-v) - 0.75 * softplus(v),
      (v: number) => 0.25 * sigma(-v) - 0.75 * sigma(v),
      (v: number) => -curvature(v),
    ],
    ["log eˣ", g.log(g.exp(x)), (v: number) => v, () => 1, () => 0],
    [
      "√(x·x)·10⁻²²",
      g.sqrt(g.mul(small, small)),
      (v: number) => Math.abs(v) * 1e-22,
      (v: number) => Math.sign(v) * 1e-22,
      () => 0,
    ],
  ])("%s, its derivative and its curvature are right on the whole line", async (name, y, value, slope, second) => {
    const loss = g.reduceSum(y);
    const values = [y, ...g.gradients(loss, [x]), ...g.hvp(loss, [x], [g.constant(at.map(() => 1))])];
    const scale = name.startsWith("√") ? 1e-22 : 1;
    const ways = [await runValues(values, { x: at }), await runValues(g.optimise(values), { x: at })];
    ways.push(g.evaluate(values.slice(1), { x: at }).map((result) => Float32Array.from(result)));
    ways[2]!.unshift(ways[0]![0]!);
    for (const way of ways) {
      [value, slope, second].forEach((exact, order) => {
        at.forEach((place, i) => {
          const expected = exact(place);
          expect(Math.abs(way[order]![i]! - expected)).toBeLessThanOrEqual(2e-6 * Math.max(scale, Math.abs(expected)));
        });
      });
    }
  });

  test("log softmax and its picked elements, with their gradients", async () => {
    const logits = g.input("logits", [1, 3]);
    const labels = g.input("labels", [1], "int32");
    const picked = [g.log(g.pick(g.softmax(logits), labels)), g.pick(g.log(g.softmax(logits)), labels)];
    for (const y of picked) {
      const values = [y, ...g.gradients(g.reduceSum(y), [logits])];
      const feeds = { logits: [0, 200, 100], labels: [0] };
      for (const way of [g.evaluate(values.slice(1), feeds), (await runValues(values, feeds)).slice(1)]) {
        expect([...way[0]!]).toEqual([1, -1, 0].map((expected) => expect.closeTo(expected, 6)));
      }
      expect((await runValues(values, feeds))[0]![0]).toBeCloseTo(-200, 4);
    }
  });

  test("a gradient in the inner value itself is that of the composition as written", () => {
    const growth = g.exp(x);
    const inner = [p, growth, g.mul(x, x)];
    const losses = [g.log(p), g.log(g.add(one, growth)), g.sqrt(inner[2]!)].map((y) => g.reduceSum(y));
    const point = { x: at.map(() => 0.5) };
    const slopes = losses.map((loss, i) => g.evaluate(g.gradients(loss, [inner[i]!]), point)[0]![0]!);
    [1 / sigma(0.5), 1 / (1 + Math.exp(0.5)), 1].forEach((expected, i) => {
      expect(slopes[i]).toBeCloseTo(expected, 5);
    });
  });
});

describe("softmaxCrossEntropy", () => {
  const logits = g.input("logits", [2, 3]);
  const labels = g.input("labels", [2], "int32");
  const loss = g.softmaxCrossEntropy(logits, labels);
  const [gradient] = g.gradients(loss, [logits]);

  test.each([
    ["−∞ for a class that is not the label", [0, 0, -Infinity, 0, 0, 0], [Math.LN2, Math.log(3)], [-0.25, 0.25, 0]],
    ["±3e38", [3e38, -3e38, 1, 0, 0, 0], [0, Math.log(3)], [0, 0, 0]],
    ["−∞ for the label", [-Infinity, 0, 0, 0, 0, 0], [Infinity, Math.log(3)], [-0.5, 0.25, 0.25]],
  ])("is right for a logit of %s", async (_, data, losses, firstRow) => {
    const feeds = { logits: data, labels: [0, 0] };
    const values = [loss, gradient!];
    for (const way of [g.evaluate(values, feeds), await runValues(g.optimise(values), feeds)]) {
      expect(way[0]![0]).toBeCloseTo((losses[0]! + losses[1]!) / 2, 6);
      for (const [i, value] of firstRow.entries()) expect(way[1]![i]).toBeCloseTo(value, 6);
    }
  });

  test.each([-1, 3, 2 ** 31 - 1])("refuses the label %d of three classes", async (label) => {
    const feeds = { logits: new Array(6).fill(0), labels: [0, label] };
    expect(() => g.evaluate([loss], feeds)).toThrow(`evaluate: labels must be in 0 … 2, got ${label}`);
    await expect(runValues(g.optimise([loss]), feeds)).rejects.toThrow(
      new RangeError("run: a label is outside 0 … number of classes − 1"),
    );
  });

  test.each([-1, 3, 2 ** 31 - 1])("refuses the label %d where only derivatives are asked for", async (label) => {
    const feeds = { logits: new Array(6).fill(0), labels: [0, label] };
    const product = g.hvp(loss, [logits], [g.constant([1, 0, 0, 0, 1, 0], [2, 3])])[0]!;
    for (const value of [gradient!, product]) {
      expect(() => g.evaluate([value], feeds)).toThrow(`evaluate: labels must be in 0 … 2, got ${label}`);
    }
    for (const values of [[gradient!], g.optimise([gradient!]), [product]]) {
      await expect(runValues(values, feeds)).rejects.toThrow(
        new RangeError("run: a label is outside 0 … number of classes − 1"),
      );
    }
  });

  test("of equal logits of any size is the logarithm of the number of classes", () => {
    const feeds = { logits: [-3e38, -3e38, -3e38, 3e38, 3e38, 3e38], labels: [0, 1] };
    for (const precision of ["float32", "float64"] as const) {
      expect(g.evaluate([loss], feeds, precision)[0]![0]).toBeCloseTo(Math.log(3), 6);
    }
  });
});

test("pick reads each row at its label, and its derivatives are those of a product with the one-hot rows", async () => {
  const [x, labels, v] = [g.input("x", [2, 2, 3]), g.input("labels", [2, 2], "int32"), g.input("v", [2, 2, 3])];
  const square = (value: g.Value): g.Value => g.reduceSum(g.mul(value, g.exp(value)));
  const both = [g.pick(x, labels), g.reduceSum(g.mul(x, g.oneHot(labels, 3)), { axes: [-1], keepDims: true })].map(
    (value) => [value, ...g.gradients(square(value), [x]), ...g.hvp(square(value), [x], [v])],
  );
  const feeds = {
    x: Array.from({ length: 12 }, (_, i) => Math.sin(i)),
    labels: [2, 0, 1, 1],
    v: new Array(12).fill(0.5),
  };
  const [picked, product] = both.map((values) => g.evaluate(values, feeds));
  const compiled = await runValues(g.optimise(both[0]!), feeds);
  picked!.forEach((result, i) => {
    expect([...result]).toEqual([...product![i]!]);
    for (const [j, value] of result.entries()) expect(compiled[i]![j]).toBeCloseTo(value, 5);
  });
});

test.each([1e38, 3e38, -3e38, 1e-37, 1e-38])("x / %d is not flushed to 0 or ∞ on the way", async (c) => {
  const x = g.input("x", [2]);
  const feeds = { x: [1e38, 1e-37].map(Math.fround) };
  const c32 = Math.fround(c);
  const expected = feeds.x.map((value) => Math.fround(value / c32));
  const [quotient, nested] = await runValues(
    g.optimise([g.div(x, g.constant(c32)), g.mul(g.mul(x, g.constant(1e-30)), g.constant(1e-30))]),
    feeds,
  );
  quotient!.forEach((value, i) => {
    // What float32 cannot hold is 0 or ∞ either way.
    if (Math.abs(expected[i]!) > 1.2e-38 && Number.isFinite(expected[i]!))
      expect(value / expected[i]!).toBeCloseTo(1, 6);
  });
  expect(nested![0]! / 1e-22).toBeCloseTo(1, 5);
});

describe.each([0, 1, 2, 3])("a NaN at place %d of four", (at) => {
  const data = [1, 2, Infinity, -Infinity].map((value, i) => (i === at ? Number.NaN : value));
  const x = g.input("x", [1, 1, 2, 2]);

  test("is the interpreter's max-pool, and its gradient goes there", () => {
    const pooled = g.maxPool(x, { size: 2 });
    const [y, gradient] = g.evaluate([pooled, ...g.gradients(g.reduceSum(pooled), [x])], { x: data });
    expect(y![0]).toBeNaN();
    expect([...gradient!]).toEqual([0, 1, 2, 3].map((i) => (i === at ? 1 : 0)));
  });

  test("is the maximum, interpreted and compiled; without it the infinities are right", async () => {
    const values = [g.reduceMax(x), g.reduceMax(x, { axes: [3] })];
    const expected = (numbers: readonly number[]): number[] => [
      Math.max(...numbers),
      Math.max(...numbers.slice(0, 2)),
      Math.max(...numbers.slice(2)),
    ];
    for (const numbers of [data, [1, 2, -Infinity, Infinity], [-Infinity, -Infinity, -3, -4]]) {
      const ways = [g.evaluate(values, { x: numbers }), await runValues(values, { x: numbers })];
      for (const way of ways) expect(way.flatMap((result) => [...result])).toEqual(expected(numbers));
    }
  });
});

describe("a product with an operand added", () => {
  const [a, b] = [g.input("a", [3, 2]), g.input("b", [2, 1])];
  const feeds = { a: [1, 2, 3, 4, 5, 6], b: [1, -1], row: [10, 20, 30], one: [5], column: [1, 2, 3] };
  test.each([
    ["a column and a row", g.add(g.matmul(a, b), g.input("row", [3])), [9, 19, 29, 9, 19, 29, 9, 19, 29]],
    ["a row and a column", g.add(g.input("row", [3]), g.matmul(a, b)), [9, 19, 29, 9, 19, 29, 9, 19, 29]],
    ["a column and a number", g.add(g.matmul(a, b), g.input("one", [1])), [4, 4, 4]],
    ["a column and a column", g.add(g.matmul(a, b), g.input("column", [3, 1])), [0, 1, 2]],
  ])("%s", async (_, value, expected) => {
    expect([...g.evaluate([value], feeds)[0]!]).toEqual(expected);
    expect([...(await runValues([value], feeds))[0]!]).toEqual(expected);
  });

  test("is computed once where it is used twice", async () => {
    const product = g.matmul(a, b);
    const values = [g.add(product, g.input("one", [1])), g.exp(product)];
    expect((await runValues(values, feeds))[0]![0]).toBe(4);
  });
});

describe("a sum of 2²⁰ equal terms", () => {
  // In order float32 loses 1 % of them; in two levels of 2¹⁰ a few roundings.
  test.each([
    { shape: [2 ** 20 + 1], axes: [0] },
    { shape: [2 ** 20, 1], axes: [0] },
    { shape: [2, 1_048_583], axes: [1] },
    { shape: [2 ** 18, 2, 4], axes: [0, 2] },
    { shape: [2 ** 10, 2 ** 10, 2], axes: [0, 1] },
    { shape: [2 ** 15, 3], axes: [0] },
  ])("over axes $axes of $shape", async ({ shape, axes }) => {
    const x = g.input("x", shape);
    const term = Math.fround(1.1);
    const values = [g.reduceSum(x, { axes }), g.reduceSum(x, { axes, keepDims: true })];
    const results = await runValues(values, { x: new Float32Array(g.sizeOf(shape)).fill(term) });
    const count = axes.reduce((product, axis) => product * shape[axis]!, 1);
    results.forEach((result, i) => {
      expect(result.length).toBe(g.sizeOf(values[i]!.shape));
      for (const sum of result) expect(Math.abs(sum / (count * term) - 1)).toBeLessThan(2e-5);
    });
  });
});
