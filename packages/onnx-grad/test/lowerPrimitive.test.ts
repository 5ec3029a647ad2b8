import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as g from "../src/index.ts";
import { cases } from "./cases.ts";
import { runProgram } from "./runProgram.ts";
import { flat, numbers, points, scalarOf } from "./samples.ts";

describe.each(Object.entries(cases))("%s lowered to ONNX", (_, samples) => {
  test("gives the interpreter's value, gradient and Hessian-vector product", async () => {
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
        const actual = await runProgram(outputs, feeds);
        actual.forEach((result, i) => {
          // Sums of at most some hundred float32 terms, a handful of roundings each: 1e-4 of the largest is far beyond.
          const scale = 1 + flat(expected).reduce((largest, x) => Math.max(largest, Math.abs(x)), 0);
          expect(result.length).toBe(expected[i]!.length);
          result.forEach((x, j) => {
            expect(Math.abs(x - expected[i]![j]!) / scale).toBeLessThan(1e-4);
          });
        });
      }),
      { numRuns: 12, seed: 2 },
    );
  });
});

test("x > 0 is 1 for every positive number and 0 for the others", async () => {
  const x = [-Infinity, -1, -1.2e-38, -0, 0, 1.2e-38, 1e-30, 0.5, 3e38, Infinity];
  const value = g.greater(g.input("x", [10]), g.constant(0));
  const [positive] = await runProgram({ positive: value }, { x: Float64Array.from(x) });
  expect([...positive!]).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
});
