import { describe, expect, test } from "vitest";
import type { ObjectiveWith } from "../objective.ts";
import { lbfgs } from "../saddles/lbfgs.ts";
import { langevin } from "../sampling/langevin.ts";
import { ascentSharpness } from "./ascentSharpness.ts";
import { noiseRise, type ScoreAt } from "./noiseRise.ts";
import { pacBayesSigma } from "./pacBayesSigma.ts";

const h = Float64Array.of(1, 2, 9, 0.1);
const quadratic: ObjectiveWith<"valueAndGradientAt"> = {
  valueAndGradientAt(x: Float64Array, out) {
    out.set(x.map((value, i) => h[i] * value));
    return x.reduce((sum, value, i) => sum + 0.5 * h[i] * value * value, 1);
  },
};

describe("ascent sharpness", () => {
  test("one step is the rise at x + ρg/‖g‖ by hand", async () => {
    // g = (3, 0, 0, 0) at x = (3, 0, 0, 0); ρ = 0.5: ½(3.5² − 3²) = 1.625.
    const { estimate, numGradients } = await ascentSharpness(quadratic, {
      params: Float64Array.of(3, 0, 0, 0),
      radius: 0.5,
      numAscentSteps: 1,
    });
    expect(estimate).toBeCloseTo(1.625, 14);
    expect(numGradients).toBe(2);
  });

  test("at a minimum of a quadratic many steps give ½ρ²λ_max, never more, and never fall", async () => {
    const { estimate, trace } = await ascentSharpness(quadratic, {
      params: new Float64Array(4),
      radius: 0.3,
      numAscentSteps: 40,
      seed: 1,
    });
    expect(estimate).toBeCloseTo(0.5 * 0.09 * 9, 12);
    trace.forEach((value, k) => {
      expect(value).toBeGreaterThanOrEqual(trace[k - 1] ?? 0);
    });
  });

  test("Keskar's box: at a minimum the corner of each coordinate, in per cent of 1 + f", async () => {
    const { estimate, relative } = await ascentSharpness(quadratic, {
      params: Float64Array.of(0, 0, 0, 3),
      radius: 0.01,
      region: "box",
      numAscentSteps: 3,
    });
    // Corners ±0.01(|x| + 1): the first three gradients vanish, the last rises from 3 to 3.04.
    const rise = 0.05 * (3.04 ** 2 - 9);
    expect(estimate).toBeCloseTo(rise, 12);
    expect(relative).toBeCloseTo((100 * rise) / (1 + 1.45), 10);
    const open = await ascentSharpness(quadratic, {
      params: new Float64Array(4),
      radius: 0.1,
      region: "box",
      numAscentSteps: 5,
    });
    expect(open.estimate).toBeCloseTo(0.5 * 0.01 * 12.1, 12);
  });

  test("refuses bad numbers", async () => {
    const params = new Float64Array(4);
    await expect(ascentSharpness(quadratic, { params, radius: 0, numAscentSteps: 1 })).rejects.toThrow(
      "ascentSharpness: radius must be in (0, ∞), got 0",
    );
    await expect(ascentSharpness(quadratic, { params, radius: 1, numAscentSteps: 0 })).rejects.toThrow(
      "numAscentSteps must be an integer in [1, ∞), got 0",
    );
  });
});

test("objectives without a gradient, values that are not numbers and empty ranges throw one-line errors", async () => {
  const params = new Float64Array(2);
  for (const [objective, got] of [
    [{ valueAt: () => 1 }, "objective.valueAndGradientAt must be a function, got undefined"],
    [
      { valueAndGradientAt: () => new Float64Array(1) },
      "objective.valueAndGradientAt must return a number, got a Float64Array of 1",
    ],
  ] as const) {
    const bad: unknown = objective;
    const sharpness = ascentSharpness(bad as typeof quadratic, { params, radius: 1, numAscentSteps: 3 });
    await expect(sharpness).rejects.toThrow(new TypeError(`ascentSharpness: ${got}`));
    const descent = lbfgs(bad as typeof quadratic, { start: params, tolerance: 1e-3, maxSteps: 3 });
    await expect(descent).rejects.toThrow(new TypeError(`lbfgs: ${got}`));
    const chain = langevin(bad as typeof quadratic, params, { stepSize: 0.1, numSamples: 3 }, () => {});
    await expect(chain).rejects.toThrow(new TypeError(`langevin: ${got}`));
  }
  const short: typeof quadratic = { valueAndGradientAt: (_, out) => out.fill(1, 1)[1] };
  await expect(ascentSharpness(short, { params, radius: 1, numAscentSteps: 3 })).rejects.toThrow(
    "ascentSharpness: loss and gradient at params must be finite, got 1 and NaN",
  );
  const score: ScoreAt = () => ({ loss: 0, error: 0 });
  await expect(pacBayesSigma(score, { params, numDraws: 2, range: JSON.parse("null") })).rejects.toThrow(
    "pacBayesSigma: range must be two ascending positive numbers, got null",
  );
});

describe("rise under noise", () => {
  const scoreAt: ScoreAt = (x) => {
    const loss = x.reduce((sum, value, i) => sum + 0.5 * h[i] * value * value, 0);
    return { loss, error: loss / 100 };
  };
  const params = Float64Array.of(1, -2, 0.5, 4);

  test.each([
    ["absolute", 0.5 * 0.04 * 12.1],
    ["relative", 0.5 * 0.04 * (1 + 8 + 2.25 + 1.6)],
  ] as const)("%s noise raises a quadratic by ½σ² Σ h, weighted by x² where it is relative", async (scale, exact) => {
    const { loss, error, draws } = await noiseRise(scoreAt, { params, sigma: 0.2, scale, numDraws: 4000, seed: 1 });
    expect(Math.abs(loss.estimate - exact)).toBeLessThan(5 * loss.standardError);
    expect(error.estimate).toBeCloseTo(loss.estimate / 100, 12);
    expect(draws).toHaveLength(4000);
  });

  test("two solutions see the same noise for the same seed", async () => {
    const options = { sigma: 0.1, scale: "absolute" as const, numDraws: 50, seed: 3 };
    const one = await noiseRise(scoreAt, { params, ...options });
    const shifted: ScoreAt = (x) => scoreAt(x.map((value) => value - 10));
    const two = await noiseRise(shifted, { params: params.map((value) => value + 10), ...options });
    one.draws.forEach(({ loss }, k) => {
      expect(two.draws[k].loss).toBeCloseTo(loss, 10);
    });
  });
});

describe("PAC-Bayes σ", () => {
  const n = 400;
  // error = min(1, ‖x‖²/n): the expected rise at σ is σ², so that the largest σ for 0.1 is √0.1.
  const scoreAt: ScoreAt = (x) => ({
    loss: 0,
    error: Math.min(1, x.reduce((sum, value) => sum + value * value, 0) / n),
  });
  const params = new Float64Array(n);

  test("is where the expected error has risen by the allowed amount", async () => {
    const { sigma, sharpness, converged, rise } = await pacBayesSigma(scoreAt, {
      params,
      numDraws: 100,
      numHalvings: 30,
      seed: 1,
    });
    expect(converged).toBe(true);
    expect(rise.estimate).toBeCloseTo(0.1, 6);
    // ‖z‖²/n has deviation √(2/n) per draw: σ² is right to 0.1·√(2/400)/√100, σ to half of that, relatively.
    expect(Math.abs(sigma / Math.sqrt(0.1) - 1)).toBeLessThan((5 * Math.sqrt(2 / n)) / 10 / 2);
    expect(sharpness).toBeCloseTo(1 / sigma ** 2, 10);
  });

  test("has not converged where the range holds no such σ", async () => {
    const low = await pacBayesSigma(scoreAt, { params, numDraws: 10, range: [1e-4, 1e-2] });
    expect(low).toMatchObject({ converged: false, sigma: 1e-2 });
    const high = await pacBayesSigma(scoreAt, { params, numDraws: 10, range: [0.9, 2] });
    expect(high).toMatchObject({ converged: false, sigma: 0.9 });
    await expect(pacBayesSigma(scoreAt, { params, numDraws: 10, range: [1, 0.5] })).rejects.toThrow(
      "range must be two ascending positive numbers, got 1, 0.5",
    );
  });
});
