import { describe, expect, test } from "vitest";
import { hessianAt } from "../curvature/hessianAt.ts";
import { spectralDensity } from "../curvature/spectralDensity.ts";
import { evaluated, type Objective } from "../objective.ts";
import { entropySgd } from "../optimizers/entropySgd.ts";
import { outerStep } from "../optimizers/outerStep.ts";
import { normalInto } from "../random/fills.ts";
import { randomKey } from "../random/randomKey.ts";
import { couplingEntropy } from "./couplingEntropy.ts";
import { entropyBounds } from "./entropyBounds.ts";
import { laplaceEntropy } from "./laplaceEntropy.ts";
import { scopeEntropy } from "./scopeEntropy.ts";
import { logMeanExpEntropy, smoothedLossBound } from "./smoothedLoss.ts";

/** The objective with values of its own, those of its gradients. */
function valuedAlone(parts: Omit<Required<Objective>, "valueAt">): Required<Objective> {
  return { ...parts, valueAt: (x) => parts.valueAndGradientAt(x, new Float64Array(x.length)) };
}

/** An objective of one variable, by its value and its slope. */
function curve(value: (x: number) => number, slope: (x: number) => number) {
  return valuedAlone({
    valueAndGradientAt([x], out) {
      out[0] = slope(x);
      return value(x);
    },
    hessianProduct() {
      throw new Error("not needed");
    },
  });
}

/** f = f₀ + ½ Σ hᵢ(xᵢ − aᵢ)². */
function quadratic(h: Float64Array, a: Float64Array, f0 = 0.3) {
  const objective = valuedAlone({
    valueAndGradientAt(x, out) {
      let value = f0;
      for (let i = 0; i < x.length; i++) {
        out[i] = h[i] * (x[i] - a[i]);
        value += 0.5 * out[i] * (x[i] - a[i]);
      }
      return value;
    },
    hessianProduct(_, v, out) {
      out.set(v.map((value, i) => h[i] * value));
    },
  });
  /** F̃ = −f₀ − ½ Σ γh/(h + γ)·(x − a)² − (1/2β) Σ log(1 + h/γ). */
  const exact = (x: Float64Array, beta: number, radius: number): number => {
    const gamma = 1 / (beta * radius * radius);
    return h.reduce(
      (sum, hi, i) =>
        sum - 0.5 * ((gamma * hi) / (hi + gamma)) * (x[i] - a[i]) ** 2 - Math.log1p(hi / gamma) / (2 * beta),
      -f0,
    );
  };
  return { objective, exact };
}

/** ½(x² − 1)² + 0.1x. */
const doubleWell = curve(
  (x) => 0.5 * (x * x - 1) ** 2 + 0.1 * x,
  (x) => 2 * x * (x * x - 1) + 0.1,
);

const normals = (n: number, step: number): Float64Array => {
  const out = new Float64Array(n);
  normalInto(out, { key: randomKey(2, "local-entropy-test"), stream: 0, step });
  return out;
};

describe("on a small quadratic, all estimators agree with the closed form", () => {
  const h = Float64Array.of(0.5, 1, 4);
  const a = Float64Array.of(0, 1, -1);
  const { objective, exact } = quadratic(h, a);
  const params = Float64Array.of(0.4, 0.6, -0.8);
  const place = { params, inverseTemperature: 3, radius: 0.5 };
  const truth = exact(params, 3, 0.5);

  test("mean of exponentials", async () => {
    const { estimate, standardError, valid } = await logMeanExpEntropy(objective, {
      ...place,
      numDraws: 20_000,
      seed: 1,
    });
    expect(valid).toBe(true);
    expect(Math.abs(estimate - truth)).toBeLessThan(5 * standardError);
    expect(standardError).toBeLessThan(0.01);
  });

  test("Jensen's bound is −E f = −f(x) − ½σ² tr H, and below", async () => {
    const { estimate, standardError, kind } = await smoothedLossBound(objective, {
      ...place,
      numDraws: 20_000,
      seed: 2,
    });
    expect(kind).toBe("lower bound");
    const smoothed = -(await objective.valueAt(params)) - 0.5 * 0.25 * 5.5;
    expect(Math.abs(estimate - smoothed)).toBeLessThan(5 * standardError);
    expect(smoothed).toBeLessThan(truth);
  });

  test("coupling integration", async () => {
    const numbers = { numRungs: 8, numSamples: 400, burnIn: 40, seed: 3 };
    const result = await couplingEntropy(objective, { ...place, ...numbers });
    expect(result.valid).toBe(true);
    expect(Math.abs(result.estimate - truth)).toBeLessThan(5 * result.standardError);
    expect(result.standardError).toBeLessThan(0.02);
  });

  test("integration over the scope", async () => {
    const numbers = { numRungs: 8, numSamples: 400, burnIn: 40, seed: 4 };
    const result = await scopeEntropy(objective, { ...place, ...numbers });
    expect(result.valid).toBe(true);
    expect(Math.abs(result.estimate - truth)).toBeLessThan(5 * result.standardError);
    expect(result.standardError).toBeLessThan(0.02);
  });

  test("Laplace's method, exact for a quadratic", async () => {
    const { value: loss, gradient } = await evaluated("test", objective, params);
    const result = await laplaceEntropy(objective, {
      ...place,
      loss,
      gradient,
      density: await spectralDensity(hessianAt(objective, params), { numSteps: 3, numProbes: 2 }),
    });
    expect(result).toMatchObject({ valid: true, reason: null });
    expect(result.estimate).toBeCloseTo(truth, 10);
  });

  test("γ(x − ⟨x'⟩) is the direction of entropySgd as L grows", () => {
    // −∇F = γh/(h + γ)·(x − a), with the last sample as average and many steps; scaleByScope keeps the γ.
    const gamma = 0.7;
    const options = {
      momentum: 0,
      noise: 0,
      averaging: 1,
      innerLearningRate: 0.2,
      innerSteps: 400,
      scaleByScope: true,
    };
    const optimizer = entropySgd({ ...options, scope: gamma, learningRate: 1 });
    const state = outerStep(optimizer, optimizer.init(params), (x) => x.map((value, i) => h[i] * (value - a[i])));
    optimizer.evalPoint(state).forEach((value, i) => {
      expect(params[i] - value).toBeCloseTo(((gamma * h[i]) / (h[i] + gamma)) * (params[i] - a[i]), 12);
    });
  });
});

test("a planted quadratic of network size: coupling and Laplace at β = 55,000 and 20,000 weights", async () => {
  const n = 20_000;
  // As in trained networks: most curvatures near zero, a few large ones.
  const h = Float64Array.from({ length: n }, (_, i) => (i < 20 ? 10 - i / 4 : 1e-3 * ((i * 7919) % 13)));
  const a = normals(n, 1).map((value) => 1e-3 * value);
  const { objective, exact } = quadratic(h, a);
  const params = new Float64Array(n);
  const place = { params, inverseTemperature: 55_000, radius: 5e-3 };
  const truth = exact(params, 55_000, 5e-3);
  const { value: loss, gradient } = await evaluated("test", objective, params);
  const laplace = await laplaceEntropy(objective, {
    ...place,
    loss,
    gradient,
    density: await spectralDensity(hessianAt(objective, params), { numSteps: 40, numProbes: 6, seed: 1 }),
  });
  expect(laplace.valid).toBe(true);
  expect(Math.abs(laplace.estimate - truth)).toBeLessThan(5 * laplace.standardError + 1e-6);
  const coupling = await couplingEntropy(objective, {
    ...place,
    numRungs: 4,
    numChains: 3,
    numSamples: 24,
    burnIn: 12,
    seed: 2,
  });
  expect(Math.abs(coupling.estimate - truth)).toBeLessThan(5 * coupling.standardError);
  expect(coupling.standardError).toBeLessThan(0.1 * Math.abs(truth + loss));
  const scope = await scopeEntropy(objective, {
    ...place,
    numRungs: 6,
    numChains: 3,
    numSamples: 24,
    burnIn: 12,
    seed: 2,
  });
  expect(Math.abs(scope.estimate - truth)).toBeLessThan(5 * scope.standardError);
  expect(scope.standardError).toBeLessThan(0.15 * Math.abs(truth + loss));
});

test("a mixture of wells in one dimension, against quadrature", async () => {
  const energy = (x: number): number =>
    -Math.log(Math.exp(-2 * (x + 1) ** 2) + 1.5 * Math.exp(-40 * (x - 1) ** 2) + 0.01);
  const slope = (x: number): number => (energy(x + 1e-5) - energy(x - 1e-5)) / 2e-5;
  const objective = curve(energy, slope);
  for (const [centre, beta, radius] of [
    [-1, 2, 0.4],
    [1, 2, 0.4],
    [0, 1, 0.5],
  ] as const) {
    let mean = 0;
    for (let z = -8; z < 8; z += 1e-3) {
      mean += (Math.exp(-0.5 * z * z - beta * energy(centre + radius * z)) * 1e-3) / Math.sqrt(2 * Math.PI);
    }
    const truth = Math.log(mean) / beta;
    const place = { params: Float64Array.of(centre), inverseTemperature: beta, radius };
    const draws = await logMeanExpEntropy(objective, { ...place, numDraws: 20_000, seed: 4 });
    expect(Math.abs(draws.estimate - truth)).toBeLessThan(5 * draws.standardError);
    const coupling = await couplingEntropy(objective, { ...place, numSamples: 100, burnIn: 40, seed: 5 });
    expect(coupling.valid).toBe(true);
    expect(Math.abs(coupling.estimate - truth)).toBeLessThan(5 * coupling.standardError);
    const scope = await scopeEntropy(objective, { ...place, numSamples: 100, burnIn: 40, seed: 6 });
    expect(scope.valid).toBe(true);
    expect(Math.abs(scope.estimate - truth)).toBeLessThan(5 * scope.standardError);
  }
});

test("in more than 16 dimensions, where no draw is from the wider Gaussian, the bounds use every draw", async () => {
  const n = 17;
  const bowl = quadratic(new Float64Array(n).fill(1), new Float64Array(n)).objective;
  const options = { params: new Float64Array(n), inverseTemperature: 3, radius: 0.5, numDraws: 40, seed: 3 };
  const { estimate, standardError } = await smoothedLossBound(bowl, options);
  expect((await entropyBounds(bowl, options)).smoothedLoss).toEqual({ estimate, standardError });
});

describe("invalid results and errors of estimators", () => {
  const { objective } = quadratic(Float64Array.of(1), Float64Array.of(0));
  const place = { params: Float64Array.of(0), inverseTemperature: 1, radius: 1 };

  test("too few draws carry the mean", async () => {
    const n = 500;
    const steep = quadratic(new Float64Array(n).fill(1), new Float64Array(n));
    const result = await logMeanExpEntropy(steep.objective, {
      params: new Float64Array(n),
      inverseTemperature: 50,
      radius: 1,
      numDraws: 100,
    });
    expect(result).toMatchObject({
      valid: false,
      reason: expect.stringMatching(/^only .* of 100 draws carry the mean/),
    });
  });

  test("negative curvature below −γ", async () => {
    const saddle = quadratic(Float64Array.of(1, -2), new Float64Array(2), 0).objective;
    const hessian = hessianAt(saddle, new Float64Array(2));
    const options = {
      ...place,
      params: new Float64Array(2),
      loss: 0,
      gradient: new Float64Array(2),
      density: await spectralDensity(hessian, { numSteps: 2, numProbes: 2 }),
    };
    const result = await laplaceEntropy(saddle, options);
    expect(result).toMatchObject({ valid: false, reason: expect.stringMatching(/is not above −γ = -1\.00e\+0$/) });
    expect(result.estimate).toBeNaN();
    const one = await spectralDensity(hessian, { numSteps: 2, numProbes: 1 });
    await expect(laplaceEntropy(saddle, { ...options, density: one })).rejects.toThrow("at least 2 probes, got 1");
  });

  test("chains that have not mixed, and losses that are not finite", async () => {
    // From the shallower well the deeper one is 6.6 σ away, and has nearly all of the mass.
    const numbers = { numSamples: 60, burnIn: 20 };
    const place = { params: Float64Array.of(0.98), inverseTemperature: 200, radius: 0.3 };
    const stuck = await couplingEntropy(doubleWell, { ...place, ...numbers });
    expect(stuck).toMatchObject({ valid: false, reason: expect.stringMatching(/have not mixed$|differ by more than/) });
    const broken = curve(
      (x) => (x > 1 ? Number.NaN : x * x),
      (x) => 2 * x,
    );
    const found = await couplingEntropy(broken, { ...place, params: Float64Array.of(0), radius: 1, ...numbers });
    expect(found).toMatchObject({
      valid: false,
      reason: "the loss is not finite at a point that the ladders visit",
    });
  });

  test("bad neighbourhoods and numbers", async () => {
    await expect(logMeanExpEntropy(objective, { ...place, radius: 0, numDraws: 10 })).rejects.toThrow(
      "logMeanExpEntropy: radius must be in (0, ∞), got 0",
    );
    await expect(smoothedLossBound(objective, { ...place, numDraws: 1 })).rejects.toThrow(
      "smoothedLossBound: numDraws must be an integer in [2, ∞), got 1",
    );
    await expect(couplingEntropy(objective, { ...place, numSamples: 10, burnIn: 10, numRungs: 3 })).rejects.toThrow(
      "couplingEntropy: numRungs must be even, got 3",
    );
  });

  test("unknown options are refused by name", async () => {
    const misspelt = { ...place, numDraws: 10, numSample: 10 };
    for (const estimator of [logMeanExpEntropy, smoothedLossBound, couplingEntropy, scopeEntropy, entropyBounds]) {
      await expect(estimator(objective, misspelt)).rejects.toThrow(
        `${estimator.name}: unknown option "numSample"; the options are params, inverseTemperature, radius, num`,
      );
    }
  });
});
