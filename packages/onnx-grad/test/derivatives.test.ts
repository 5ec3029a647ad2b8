import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as g from "../src/index.ts";
import { kernels } from "../src/interpreter/kernels.ts";
import { cases } from "./cases.ts";
import { flat, numbers, points, scalarOf } from "./samples.ts";

/** Central difference of f along v: error h²/6·f''' + rounding/h; h = ∛(machine epsilon) balances the two. */
const step = Math.cbrt(Number.EPSILON);

function central(f: (at: Float64Array[]) => Float64Array, at: Float64Array[], v: Float64Array[]): Float64Array {
  const moved = (sign: number): Float64Array[] =>
    at.map((x, i) => x.map((value, j) => value + sign * step * v[i]![j]!));
  const [plus, minus] = [f(moved(1)), f(moved(-1))];
  return plus.map((value, i) => (value - minus[i]!) / (2 * step));
}

/** Third derivatives here are below 1e3 and values below 1e4, so both error terms stay below 1e-6 of the scale. */
function expectClose(actual: Float64Array, expected: Float64Array): void {
  const scale = 1 + expected.reduce((largest, x) => Math.max(largest, Math.abs(x)), 0);
  actual.forEach((x, i) => {
    expect(Math.abs(x - expected[i]!) / scale).toBeLessThan(1e-6);
  });
}

test("every primitive has a row in the table of cases", () => {
  // Leaves, what has no derivative of its own, and max-pool's gradient.
  const covered = new Set<string>(["input", "constant", "stopGradient", "oneHot", "pick", "poolScatter"]);
  for (const row of fc.sample(fc.record(cases), { numRuns: 50, seed: 1 })) {
    for (const { shapes, build } of Object.values(row)) {
      const value = build(shapes.map((shape, i) => g.input(`x${i}`, shape)));
      for (const { op } of g.topological([value])) covered.add(op);
    }
  }
  expect(Object.keys(kernels).filter((op) => !covered.has(op))).toEqual([]);
});

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
