/** What every primitive and composition must satisfy, on random samples. */
import fc from "fast-check";
import { expect } from "vitest";
import * as g from "../src/index.ts";
import type { Sample } from "./cases.ts";
import { runProgram } from "./runProgram.ts";
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

/** First and second derivatives equal central differences of values and gradients. */
export function checkDerivatives(samples: fc.Arbitrary<Sample>, numRuns: number): void {
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
    { numRuns, seed: 1 },
  );
}

/** The compiled program gives the interpreter's value, gradient and Hessian-vector product. */
export async function checkLowering(
  samples: fc.Arbitrary<Sample>,
  numRuns: number,
  device: g.Device = "cpu",
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(samples, fc.integer(), async (sample, seed) => {
      const inputs = sample.shapes.map((shape, i) => g.input(`x${i}`, shape));
      const directions = sample.shapes.map((shape, i) => g.input(`v${i}`, shape));
      const value = sample.build(inputs);
      const loss = scalarOf(value, seed);
      const all = [value, ...g.gradients(loss, inputs), ...g.hvp(loss, inputs, directions)];
      const outputs = Object.fromEntries(all.map((output, i) => [`y${i}`, output]));
      // Inputs are rounded to float32 first, so that both sides see the same numbers.
      const at = points(sample, seed).map((x) => x.map(Math.fround));
      const next = numbers(seed ^ 0x1234567);
      const v = at.map((x) => x.map(() => Math.fround(2 * next() - 1)));
      const feeds = Object.fromEntries([
        ...at.map((x, i) => [`x${i}`, x] as const),
        ...v.map((x, i) => [`v${i}`, x] as const),
      ]);
      const expected = g.evaluate(all, feeds);
      const actual = await runProgram(outputs, feeds, device);
      actual.forEach((result, i) => {
        // Sums of at most some hundred float32 terms, a handful of roundings each: 1e-4 of the largest is far beyond.
        const scale = 1 + flat(expected).reduce((largest, x) => Math.max(largest, Math.abs(x)), 0);
        expect(result.length).toBe(expected[i]!.length);
        result.forEach((x, j) => {
          expect(Math.abs(x - expected[i]![j]!) / scale).toBeLessThan(1e-4);
        });
      });
    }),
    { numRuns, seed: 2 },
  );
}
