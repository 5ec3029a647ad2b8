import { describe, expect, test } from "vitest";
import type { ObjectiveWith } from "../objective.ts";
import { separable } from "../planted/separable.ts";
import { normalInto } from "../random/fills.ts";
import { randomKey } from "../random/randomKey.ts";
import { chainMean, chainsMean, splitRHat } from "./diagnostics.ts";
import { adjustedLangevin, type LangevinOptions, langevin } from "./langevin.ts";

type Target = ObjectiveWith<"valueAndGradientAt">;

/** U = ½ Σ lᵢ(xᵢ − cᵢ)². */
const quadratic = (curvatures: readonly number[], centre: readonly number[]): Target =>
  separable(
    (x, i) => 0.5 * curvatures[i] * (x - centre[i]) ** 2,
    (x, i) => curvatures[i] * (x - centre[i]),
  );

/** Kept values of one function of the point. */
async function traced(
  sampler: typeof langevin,
  objective: Target,
  start: readonly number[],
  options: LangevinOptions,
  of: (x: Float64Array) => number,
) {
  const values: number[] = [];
  const result = await sampler(objective, Float64Array.from(start), options, ({ point }) => values.push(of(point)));
  return { values, ...result };
}

/** Both moments of a coordinate within 5 standard errors. */
function expectMoments(values: readonly number[], mean: number, variance: number): void {
  const first = chainMean(values);
  expect(Math.abs(first.mean - mean)).toBeLessThan(5 * first.standardError);
  const second = chainMean(values.map((value) => (value - mean) ** 2));
  expect(Math.abs(second.mean - variance)).toBeLessThan(5 * second.standardError);
}

describe("Gaussian targets", () => {
  const objective = quadratic([1, 4], [2, -1]);
  const start = [2, -1];

  test.each([0, 1])("adjusted chains have mean and variance of exp(−βU) in coordinate %i", async (axis) => {
    const options = { stepSize: 0.2, inverseTemperature: 2, numSamples: 40_000, burnIn: 200, seed: 3 };
    const { values, acceptance } = await traced(adjustedLangevin, objective, start, options, (x) => x[axis]);
    expect(acceptance).toBeGreaterThan(0.5);
    expect(acceptance).toBeLessThan(1);
    expectMoments(values, [2, -1][axis], 1 / (2 * [1, 4][axis]));
  });

  test.each([0, 1])("unadjusted chains have the variance 1/(βl(1 − hl/2)) in coordinate %i", async (axis) => {
    const options = { stepSize: 0.2, inverseTemperature: 2, numSamples: 40_000, burnIn: 200, seed: 4 };
    const { values, acceptance, numGradients } = await traced(langevin, objective, start, options, (x) => x[axis]);
    expect(acceptance).toBeNull();
    expect(numGradients).toBe(40_201);
    const l = [1, 4][axis];
    expectMoments(values, [2, -1][axis], 1 / (2 * l * (1 - (0.2 * l) / 2)));
  });
});

test("a skewed target: x = log of a Gamma(2) variable has mean ψ(2) and variance ψ'(2)", async () => {
  // p(x) ∝ exp(2x − eˣ): U = eˣ − 2x. ψ(2) = 1 − γ, ψ'(2) = π²/6 − 1.
  const objective = separable(
    (x) => Math.exp(x) - 2 * x,
    (x) => Math.exp(x) - 2,
  );
  const options = { stepSize: 0.5, numSamples: 60_000, burnIn: 100, seed: 5 };
  const { values } = await traced(adjustedLangevin, objective, [0.5], options, ([x]) => x);
  expectMoments(values, 1 - 0.5772156649015329, Math.PI ** 2 / 6 - 1);
  const mean = 1 - 0.5772156649015329;
  // Third central moment ψ''(2) = −2ζ(3) + 2: a sign error in the drift would mirror it.
  const third = chainMean(values.map((value) => (value - mean) ** 3));
  expect(Math.abs(third.mean - (2 - 2 * 1.2020569031595942))).toBeLessThan(5 * third.standardError);
});

test("a double well is visited by the weights that quadrature gives", async () => {
  const energy = (x: number): number => 0.6 * (x * x - 1.5) ** 2 + 0.4 * x;
  const objective = separable(energy, (x) => 2.4 * x * (x * x - 1.5) + 0.4);
  let [left, total] = [0, 0];
  for (let x = -5; x < 5; x += 1e-3) {
    total += Math.exp(-energy(x));
    if (x < 0) left += Math.exp(-energy(x));
  }
  const options = { stepSize: 0.2, numSamples: 80_000, burnIn: 500, seed: 6 };
  const { values } = await traced(adjustedLangevin, objective, [1], options, ([x]) => (x < 0 ? 1 : 0));
  const share = chainMean(values);
  expect(share.effectiveSampleSize).toBeGreaterThan(400);
  expect(Math.abs(share.mean - left / total)).toBeLessThan(5 * share.standardError);
});

describe("annealing", () => {
  // 2,000 chains in one vector: a double well with its global minimum on the right.
  const objective = separable(
    (x) => (x * x - 1) ** 2 - x / 2,
    (x) => 4 * x * (x * x - 1) - 0.5,
  );
  const start = new Float64Array(2000).fill(-1);
  const shareRight = async (options: Pick<LangevinOptions, "stepSize" | "inverseTemperature">) => {
    let right = 0;
    const numbers = { numSamples: 1, burnIn: 1500, seed: 3 };
    await langevin(objective, start, { ...numbers, ...options }, ({ point }) => {
      right = point.filter((value) => value > 0).length / point.length;
    });
    return right;
  };

  test("a falling temperature ends in the global minimum more often than a fixed low one", async () => {
    const beta = (step: number): number => 0.5 * 40 ** (step / 1500);
    const [annealed, cold] = [
      await shareRight({ stepSize: 0.01, inverseTemperature: beta }),
      await shareRight({ stepSize: 0.01, inverseTemperature: 20 }),
    ];
    // Cold chains rarely cross a barrier of height 0.6 at β = 20; annealed ones settle about as exp(−βU) at the freezing point.
    expect(cold).toBeLessThan(0.05);
    expect(annealed).toBeGreaterThan(0.8);
  });

  test("a falling step samples exp(−βU) itself: the share right of the barrier is that of quadrature", async () => {
    const weight = (x: number): number => Math.exp(-((x * x - 1) ** 2 - x / 2));
    let [right, all] = [0, 0];
    for (let x = -3; x < 3; x += 1e-3) {
      all += weight(x);
      if (x > 0) right += weight(x);
    }
    const share = await shareRight({ stepSize: (step) => 0.02 * (1 + step / 300) ** -0.4 });
    // 2,000 independent chains, and room for the time that the slowest mode keeps.
    const truth = right / all;
    expect(Math.abs(share - truth)).toBeLessThan(5 * Math.sqrt((truth * (1 - truth)) / 2000) + 0.01);
  });
});

describe("chains", () => {
  const objective = quadratic([1], [0]);
  const options = { stepSize: 0.1, numSamples: 50, seed: 1 };

  test("repeat to the bit, and are independent by number", async () => {
    const values = async (chain: number) =>
      (await traced(langevin, objective, [0], { ...options, chain }, ([x]) => x)).values;
    expect(await values(1)).toEqual(await values(1));
    expect(await values(2)).not.toEqual(await values(1));
  });

  test("keep every thin-th step after the burn-in", async () => {
    const all = (await traced(langevin, objective, [0], { ...options, numSamples: 50 }, ([x]) => x)).values;
    const some = (
      await traced(langevin, objective, [0], { ...options, numSamples: 4, burnIn: 10, thin: 10 }, ([x]) => x)
    ).values;
    expect(some).toEqual([all[19], all[29], all[39], all[49]]);
  });

  test("that leave the finite numbers end and say so; options are checked", async () => {
    const steep = separable(
      (x) => x ** 4,
      (x) => 4 * x ** 3,
    );
    expect((await traced(langevin, steep, [10], { ...options, stepSize: 1 }, ([x]) => x)).finite).toBe(false);
    const { acceptance, values } = await traced(adjustedLangevin, steep, [10], { ...options, stepSize: 1 }, ([x]) => x);
    expect(acceptance).toBe(0);
    expect(new Set(values)).toEqual(new Set([10]));
    await expect(traced(langevin, objective, [0], { ...options, stepSize: 0 }, ([x]) => x)).rejects.toThrow(
      "langevin: stepSize must be in (0, ∞) or a schedule, got 0",
    );
  });
});

describe("diagnostics", () => {
  /** An autoregression xₖ = a·xₖ₋₁ + √(1 − a²)·N, of variance 1. */
  function autoregression(a: number, n: number, stream: number): number[] {
    const noise = new Float64Array(n);
    normalInto(noise, { key: randomKey(8, "diagnostics"), stream, step: 0 });
    const values = [noise[0]];
    for (let k = 1; k < n; k++) values.push(a * values[k - 1] + Math.sqrt(1 - a * a) * noise[k]);
    return values;
  }

  test.each([0, 0.5, 0.9, -0.5])("the effective sample size of an autoregression is n(1 − a)/(1 + a), a = %f", (a) => {
    const n = 40_000;
    const { effectiveSampleSize } = chainMean(autoregression(a, n, 0));
    // Relative error of the integrated time: about √(2(2k + 1)/n) with a window of k ≈ 5(1 + |a|)/(1 − |a|) lags.
    const window = (5 * (1 + Math.abs(a))) / (1 - Math.abs(a));
    const error = Math.sqrt((2 * (2 * window + 1)) / n);
    expect(Math.abs((effectiveSampleSize * (1 + a)) / (n * (1 - a)) - 1)).toBeLessThan(5 * error);
  });

  test("the standard error is that of repeated chains", () => {
    const chains = Array.from({ length: 200 }, (_, stream) => chainMean(autoregression(0.8, 2000, stream)));
    const scores = chains.map(({ mean, standardError }) => (mean / standardError) ** 2);
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    // χ² with one degree each: mean 1, standard error √(2/200) = 0.1; the estimated error adds about 5 %.
    expect(Math.abs(mean - 1)).toBeLessThan(5 * 0.1 + 0.05);
  });

  test("of several chains the mean is that of all, with the errors of independent chains added", () => {
    const chains = [1, 2, 3].map((stream) => autoregression(0.5, 2000, stream));
    const own = chains.map((chain) => chainMean(chain));
    const { mean, standardError, effectiveSampleSize, rHat } = chainsMean(chains);
    expect(mean).toBeCloseTo(chains.flat().reduce((sum, value) => sum + value, 0) / 6000, 12);
    expect(standardError).toBeCloseTo(Math.hypot(...own.map((chain) => chain.standardError)) / 3, 12);
    expect(effectiveSampleSize).toBeCloseTo(
      own.reduce((sum, chain) => sum + chain.effectiveSampleSize, 0),
      9,
    );
    expect(rHat).toBe(splitRHat(chains));
    expect(() => chainsMean([])).toThrow("splitRHat: chains must have one length of at least 4");
  });

  test("a value that is not finite makes a mean without value and chains that have not mixed", () => {
    const chain = autoregression(0.5, 20_000, 1);
    chain[7] = Number.NaN;
    expect(chainMean(chain)).toMatchObject({ mean: Number.NaN, standardError: Number.POSITIVE_INFINITY });
    expect(chainMean([1, 2, Number.POSITIVE_INFINITY, 4])).toMatchObject({ effectiveSampleSize: 0 });
    expect(splitRHat([chain, autoregression(0.5, 20_000, 2)])).toBe(Number.POSITIVE_INFINITY);
  });

  test("split-R̂ is near 1 for chains of one law and large for chains apart or drifting", () => {
    const chains = [1, 2, 3, 4].map((stream) => autoregression(0.5, 2000, stream));
    expect(splitRHat(chains)).toBeLessThan(1.02);
    expect(splitRHat([chains[0], chains[1].map((value) => value + 1)])).toBeGreaterThan(1.1);
    expect(splitRHat([chains[0].map((value, k) => value + k / 500)])).toBeGreaterThan(1.5);
    expect(splitRHat([[1, 1, 1, 1]])).toBe(1);
    expect(() => splitRHat([[1, 2, 3]])).toThrow("splitRHat: chains must have one length of at least 4, got 3");
    expect(() => chainMean([1, 2])).toThrow("chainMean: there must be at least 4 values, got 2");
  });
});
