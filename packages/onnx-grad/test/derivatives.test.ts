import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as g from "../src/index.ts";
import { cases, type Sample } from "./cases.ts";

/** A small linear congruential generator: test inputs only. */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function points(sample: Sample, seed: number): Float64Array[] {
  const next = numbers(seed);
  const total = sample.shapes.reduce((sum, shape) => sum + g.sizeOf(shape), 0);
  // Distinct multiples of 0.05, none zero, in random order and sign.
  const ranks = Array.from({ length: total }, (_, i) => ({ i, key: next() }))
    .sort((a, b) => a.key - b.key)
    .map(({ i }) => i);
  let used = 0;
  return sample.shapes.map((shape) =>
    Float64Array.from({ length: g.sizeOf(shape) }, () => {
      if (sample.domain === "any") return 4 * next() - 2;
      if (sample.domain === "positive") return 0.5 + 1.5 * next();
      return (next() < 0.5 ? -1 : 1) * 0.05 * (1 + ranks[used++]!);
    }),
  );
}

/** The scalar Σ r·y + ½ Σ r·y² with fixed random r: second derivatives of linear primitives do not vanish. */
function scalarOf(y: g.Value, seed: number): g.Value {
  const next = numbers(seed ^ 0x5bd1e995);
  const r = g.constant(
    Array.from({ length: g.sizeOf(y.shape) }, () => 2 * next() - 1),
    y.shape,
  );
  return g.reduceSum(g.mul(r, g.add(y, g.mul(g.constant(0.5), g.mul(y, y)))));
}

/** Central difference of f along v: error h²/6·f''' + rounding/h; h = ∛(machine epsilon) balances the two. */
const step = Math.cbrt(Number.EPSILON);

function central(f: (at: Float64Array[]) => Float64Array, at: Float64Array[], v: Float64Array[]): Float64Array {
  const moved = (sign: number): Float64Array[] =>
    at.map((x, i) => x.map((value, j) => value + sign * step * v[i]![j]!));
  const [plus, minus] = [f(moved(1)), f(moved(-1))];
  return plus.map((value, i) => (value - minus[i]!) / (2 * step));
}

function flat(arrays: readonly ArrayLike<number>[]): Float64Array {
  return Float64Array.from(arrays.flatMap((array) => Array.from(array)));
}

/** Third derivatives here are below 1e3 and values below 1e4, so both error terms stay below 1e-6 of the scale. */
function expectClose(actual: Float64Array, expected: Float64Array): void {
  const scale = 1 + expected.reduce((largest, x) => Math.max(largest, Math.abs(x)), 0);
  actual.forEach((x, i) => {
    expect(Math.abs(x - expected[i]!) / scale).toBeLessThan(1e-6);
  });
}

describe.each(Object.entries(cases))("%s", (_, samples) => {
  test("first and second derivatives equal central differences", () => {
    fc.assert(
      fc.property(samples, fc.integer(), (sample, seed) => {
        const inputs = sample.shapes.map((shape, i) => g.input(`x${i}`, shape));
        const directions = sample.shapes.map((shape, i) => g.input(`v${i}`, shape));
        const loss = scalarOf(sample.build(inputs), seed);
        const gradient = g.gradients(loss, inputs);
        const product = g.hvp(loss, inputs, directions);
        const at = points(sample, seed);
        const next = numbers(seed ^ 0x1234567);
        const v = at.map((x) => x.map(() => 2 * next() - 1));
        const feeds = (x: Float64Array[]): g.Feeds =>
          Object.fromEntries([...x.map((data, i) => [`x${i}`, data]), ...v.map((data, i) => [`v${i}`, data])]);
        const slope = flat(g.evaluate(gradient, feeds(at))).reduce((sum, d, i) => sum + d * flat(v)[i]!, 0);
        expectClose(
          Float64Array.of(slope),
          central((x) => flat(g.evaluate([loss], feeds(x))), at, v),
        );
        expectClose(
          flat(g.evaluate(product, feeds(at))),
          central((x) => flat(g.evaluate(gradient, feeds(x))), at, v),
        );
      }),
      { numRuns: 40, seed: 1 },
    );
  });
});
