import { expect, test } from "vitest";
import { wideValleysFigure } from "../pages/wideValleysFigure.ts";
import { inSharpValley, inWideValley, wideValleys } from "./wideValleys.ts";

test("for at least 19 of seeds 1–20 the loss is lowest in the sharp valley and −F in the wide one at γ = 1e-3 and 5e-5", () => {
  const all = Array.from({ length: 20 }, (_, i) => wideValleys(i + 1, [1e-3, 5e-5]));
  const right = all.filter(
    ({ minimizerOfLoss, scopes }) =>
      inSharpValley(minimizerOfLoss) && scopes.every(({ minimizer }) => inWideValley(minimizer)),
  );
  expect(right.length).toBeGreaterThanOrEqual(19);
});

test("at a large scope negative local entropy is the loss, up to the Gaussian's constant", () => {
  // γ = 50: neighbours count exp(−25) of the point itself.
  const { loss, scopes } = wideValleys(3, [50]);
  const worst = Math.max(...scopes[0]!.negativeLocalEntropy.map((value, i) => Math.abs(value - loss[i]!)));
  expect(worst).toBeLessThan(1e-10);
});

test("heights are minima over the two ranges, and the loss has the stated parts", () => {
  const { loss, scopes } = wideValleys(42);
  for (const { negativeLocalEntropy, heightAtSharp, heightAtWide, minimizer } of scopes) {
    expect(heightAtSharp).toBe(Math.min(...negativeLocalEntropy.slice(790, 831)));
    expect(heightAtWide).toBe(Math.min(...negativeLocalEntropy.slice(190, 411)));
    expect(negativeLocalEntropy[minimizer]).toBe(Math.min(...negativeLocalEntropy));
  }
  // The window's sum is σ√(2π) = 25.07. Inside the wide valley f is 5e-4·25.07·(−80 − 10, a tenth of the points 100 lower).
  const inside = loss.slice(250, 350);
  const mean = inside.reduce((sum, value) => sum + value, 0) / 100;
  // The share of lowered points among 100 to 200 has a standard deviation of about 0.03: ±5 of it are 100·0.15·0.0125.
  expect(Math.abs(mean + 5e-4 * 25.066 * 90)).toBeLessThan(0.19);
  expect(wideValleysFigure(wideValleys(42)).svg).toMatch(/non-robust/);
});
