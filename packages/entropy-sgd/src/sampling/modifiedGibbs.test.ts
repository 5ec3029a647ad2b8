import { expect, test } from "vitest";
import { evaluated, type ObjectiveWith } from "../objective.ts";
import { chainMean } from "./diagnostics.ts";
import { adjustedLangevin } from "./langevin.ts";
import { modifiedGibbs } from "./modifiedGibbs.ts";

const quadratic: ObjectiveWith<"valueAndGradientAt"> = {
  valueAndGradientAt([x], out) {
    out[0] = 2 * x;
    return x * x;
  },
};

test("of a quadratic is the Gaussian between its minimum and the centre", async () => {
  // βx² + (βγ/2)(x − 3)²: precision β(2 + γ), mean 3γ/(2 + γ).
  const [beta, scope] = [5, 4];
  const target = modifiedGibbs(quadratic, { center: Float64Array.of(3), scope });
  const samples: number[] = [];
  await adjustedLangevin(
    target,
    Float64Array.of(0),
    { stepSize: 0.15, inverseTemperature: beta, numSamples: 20_000, burnIn: 100, seed: 2 },
    ({ point }) => void samples.push(point[0]),
  );
  const mean = chainMean(samples);
  expect(Math.abs(mean.mean - 2)).toBeLessThan(5 * mean.standardError);
  const square = chainMean(samples.map((x) => (x - 2) ** 2));
  expect(Math.abs(square.mean - 1 / 30)).toBeLessThan(5 * square.standardError);
});

test("its gradient is U's and the pull to the centre; γ = 0 is the Gibbs distribution", async () => {
  const at = (scope: number) =>
    evaluated("test", modifiedGibbs(quadratic, { center: Float64Array.of(1), scope }), Float64Array.of(2));
  const { value, gradient } = await at(3);
  expect(value).toBe(5.5);
  expect([...gradient]).toEqual([7]);
  expect(await at(0)).toEqual({ value: 4, gradient: Float64Array.of(4) });
  expect(() => modifiedGibbs(quadratic, { center: Float64Array.of(1), scope: -1 })).toThrow(
    "modifiedGibbs: scope must be in [0, ∞), got -1",
  );
});
