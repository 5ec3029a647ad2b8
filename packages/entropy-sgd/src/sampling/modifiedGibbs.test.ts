import { expect, test } from "vitest";
import { chainMean } from "./diagnostics.ts";
import { adjustedLangevin, type EnergyAt } from "./langevin.ts";
import { modifiedGibbs } from "./modifiedGibbs.ts";

const quadratic: EnergyAt = ([x]) => ({ energy: x * x, gradient: Float64Array.of(2 * x) });

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
  const { energy, gradient } = await modifiedGibbs(quadratic, { center: Float64Array.of(1), scope: 3 })(
    Float64Array.of(2),
  );
  expect(energy).toBe(5.5);
  expect([...gradient]).toEqual([7]);
  const free = await modifiedGibbs(quadratic, { center: Float64Array.of(1), scope: 0 })(Float64Array.of(2));
  expect(free).toEqual({ energy: 4, gradient: Float64Array.of(4) });
  expect(() => modifiedGibbs(quadratic, { center: Float64Array.of(1), scope: -1 })).toThrow(
    "modifiedGibbs: scope must be in [0, ∞), got -1",
  );
});
