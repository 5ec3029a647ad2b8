/** Exact answers on quadratics f = ½h(x − a)², one independent weight each; see the comments for the derivations. */
import { describe, expect, test } from "vitest";
import {
  type EntropySgdOptions,
  entropySgd,
  type LocalEntropyState,
  type Optimizer,
  type PresetName,
  presets,
  sgd,
  sgld,
  type Vector,
} from "../src/index.ts";
import { normalInto, randomKey } from "../src/random.ts";

const plain = { momentum: 0, noise: 0, scope: 0.5, innerLearningRate: 0.25 } as const;

/** Runs `count` gradient steps of f = ½h(x − a)². */
function run<S>(optimizer: Optimizer<S>, state: S, count: number, h: number, a: number): S {
  let next = state;
  for (let k = 0; k < count; k++) {
    next = optimizer.step(
      optimizer.gradientPoint(next).map((x) => h * (x - a)),
      next,
    );
  }
  return next;
}

describe("without momentum and noise", () => {
  const [h, a, x0, gamma, rate] = [0.8, -1, 3, 0.5, 0.25];
  // x' contracts to the proximal point (h + γ)⁻¹(γx + ha) by 1 − η'(h + γ) per step.
  const target = (gamma * x0 + h * a) / (h + gamma);
  const factor = 1 - rate * (h + gamma);
  const innerAt = (k: number): number => target + factor ** k * (x0 - target);

  test("x' contracts by 1 − η'l toward the mean of the modified Gibbs distribution", () => {
    const optimizer = entropySgd({ ...plain, innerSteps: 100 });
    let state = optimizer.init(new Float64Array([x0]));
    for (let k = 1; k < 100; k++) {
      state = run(optimizer, state, 1, h, a);
      // At most 8 roundings of quantities below 4 per step, damped by `factor`.
      expect(Math.abs(optimizer.gradientPoint(state)[0] - innerAt(k))).toBeLessThan((8 * 4 * 2 ** -53) / (1 - factor));
    }
  });

  test.each([
    { innerSteps: 1, averaging: 0.75 },
    { innerSteps: 7, averaging: 0.25 },
    { innerSteps: 20, averaging: 1 },
  ])("the outer step goes to the exact average (L $innerSteps, α $averaging)", ({ innerSteps, averaging }) => {
    const optimizer = entropySgd({ ...plain, innerSteps, averaging, learningRate: 0.5 });
    const state = run(optimizer, optimizer.init(new Float64Array([x0])), innerSteps, h, a);
    let mean = (1 - averaging) ** innerSteps * x0;
    for (let k = 1; k <= innerSteps; k++) mean += averaging * (1 - averaging) ** (innerSteps - k) * innerAt(k);
    expect(optimizer.evalPoint(state)[0]).toBeCloseTo(x0 - 0.5 * (x0 - mean), 13);
    // x' and μ start again from x.
    expect(optimizer.gradientPoint(state)[0]).toBe(optimizer.evalPoint(state)[0]);
    expect(state.innerMean[0]).toBe(optimizer.evalPoint(state)[0]);
  });

  test("γ(x − x') after many steps is the gradient of local entropy, γh(h + γ)⁻¹(x − a)", () => {
    const optimizer = entropySgd({ ...plain, innerSteps: 400, averaging: 1, scaleByScope: true, learningRate: 0.1 });
    const state = run(optimizer, optimizer.init(new Float64Array([x0])), 400, h, a);
    const exact = ((gamma * h) / (h + gamma)) * (x0 - a);
    expect(optimizer.evalPoint(state)[0]).toBeCloseTo(x0 - 0.1 * exact, 13);
    expect(state.progress.localEntropyGradientNorm).toBeCloseTo(Math.abs(exact), 13);
    expect(state.progress.distance).toBeCloseTo(Math.abs(exact) / gamma, 13);
  });
});

/** Mean and covariance of (x', v) after k steps: z ← Az + b, Σ ← AΣAᵀ + diag(s², 0). */
function recursion(preset: PresetName, options: { h: number; a: number; x: number; m: number; decay: number }) {
  const { h, a, x, m, decay } = options;
  const [rate, gamma, noise] = [0.1, 0.4, 0.3];
  const nesterov = 1 + m;
  // `inside` enters the momentum as slope·x' + offset, `outside` is added after it.
  const force = { slope: gamma, offset: -gamma * x };
  const gradient = { slope: h, offset: -h * a };
  const inside =
    preset === "paper"
      ? { slope: h + decay + gamma, offset: gradient.offset + force.offset }
      : preset === "pytorch"
        ? { slope: h + decay, offset: gradient.offset }
        : gradient;
  const outside =
    preset === "paper"
      ? { slope: 0, offset: 0 }
      : preset === "pytorch"
        ? force
        : { slope: gamma + decay, offset: force.offset };
  // v ← m·v + d and the move is d + m·v = (1 + m)d + m²v, d = slope·x' + offset.
  const A = [
    [1 - rate * (nesterov * inside.slope + outside.slope), -rate * m * m],
    [inside.slope, m],
  ];
  const b = [-rate * (nesterov * inside.offset + outside.offset), inside.offset];
  const s2 = preset === "paper" ? rate * noise ** 2 : 2 * rate * noise ** 2;
  let mean = [x, 0];
  let cov = [
    [0, 0],
    [0, 0],
  ];
  const dot = (u: number[], w: number[]): number => u[0] * w[0] + u[1] * w[1];
  return () => {
    mean = [dot(A[0], mean) + b[0], dot(A[1], mean) + b[1]];
    const half = A.map((row) => [dot(row, [cov[0][0], cov[1][0]]), dot(row, [cov[0][1], cov[1][1]])]);
    cov = half.map((row) => [dot(row, A[0]), dot(row, A[1])]);
    cov[0][0] += s2;
    return { mean: mean[0], variance: cov[0][0] };
  };
}

describe.each(["paper", "lua", "pytorch"] as const)("%s: mean and covariance of the inner chain", (preset) => {
  // Every weight is an independent chain, so the effective sample size is the number of weights.
  const size = 20_000;

  test.each([
    { m: 0, decay: 0 },
    { m: 0.9, decay: 0 },
    { m: 0.9, decay: 0.05 },
    { m: 0.5, decay: 0.05 },
  ])("momentum $m, weight decay $decay, after 1, 5 and 20 steps and after an outer step", ({ m, decay }) => {
    const [h, a] = [0.9, 0.5];
    const optimizer = entropySgd({
      ...presets[preset],
      scope: 0.4,
      noise: 0.3,
      innerLearningRate: 0.1,
      innerSteps: 21,
      momentum: m,
      weightDecay: decay,
      // The second outer step then starts from x' = x and a zeroed buffer, away from the minimum.
      learningRate: 1e-9,
      outerMomentum: 0,
      seed: 5,
    });
    let state = optimizer.init(new Float32Array(size).fill(2));
    for (let outer = 0; outer < 2; outer++) {
      const next = recursion(preset, { h, a, x: 2, m, decay });
      for (let k = 1; k <= 20; k++) {
        state = run(optimizer, state, 1, h, a);
        const expected = next();
        if (k !== 1 && k !== 5 && k !== 20) continue;
        const { mean, variance } = moments(optimizer.gradientPoint(state));
        expect(Math.abs(mean - expected.mean)).toBeLessThan(5 * Math.sqrt(expected.variance / size));
        expect(Math.abs(variance / expected.variance - 1)).toBeLessThan(5 * Math.sqrt(2 / size));
      }
      state = run(optimizer, state, 1, h, a);
    }
  });
});

function moments(vector: Vector): { mean: number; variance: number } {
  const values = Array.from(vector);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1) };
}

describe("stationary variance", () => {
  const size = 20_000;
  const band = 5 * Math.sqrt(2 / size);

  test.each([
    { noiseForm: "paper", scale: 1 },
    { noiseForm: "code", scale: 2 },
  ] as const)("of x' is $scale·ε²/(l(2 − η'l)) in the $noiseForm convention", ({ noiseForm, scale }) => {
    const [h, gamma, rate, noise] = [1, 0.5, 0.4, 0.2];
    const l = h + gamma;
    const options = { scope: gamma, innerLearningRate: rate, noise, noiseForm, momentum: 0, seed: 3 };
    const optimizer = entropySgd({ ...options, innerSteps: 61 });
    // After 60 steps the variance lacks (1 − η'l)^120 = 0.4^120 of itself.
    const state = run(optimizer, optimizer.init(new Float32Array(size)), 60, h, 0);
    const expected = (scale * noise ** 2) / (l * (2 - rate * l));
    expect(Math.abs(moments(optimizer.gradientPoint(state)).variance / expected - 1)).toBeLessThan(band);
  });

  test("of x' at temperature T is 2T/(l(2 − η'l))", () => {
    const [h, gamma, rate, temperature] = [1, 0.5, 0.4, 0.3];
    const options = { scope: gamma, innerLearningRate: rate, temperature, momentum: 0, seed: 4 };
    const optimizer = entropySgd({ ...options, innerSteps: 61 });
    const state = run(optimizer, optimizer.init(new Float32Array(size)), 60, h, 0);
    const expected = (2 * temperature) / ((h + gamma) * (2 - rate * (h + gamma)));
    expect(Math.abs(moments(optimizer.gradientPoint(state)).variance / expected - 1)).toBeLessThan(band);
  });

  test("of SGLD at temperature T is 2T/(h(2 − ηh)), in each range with its own rate", () => {
    const [h, rate, temperature] = [2, 0.2, 0.5];
    const groups = [{ start: 0, end: size, learningRateFactor: 0.5 }];
    const optimizer = sgld({ learningRate: rate, annealing: 0, temperature, groups, seed: 6 });
    const state = run(optimizer, optimizer.init(new Float32Array(2 * size)), 80, h, 0);
    const varianceAt = (eta: number): number => (2 * temperature) / (h * (2 - eta * h));
    const slow = moments(optimizer.evalPoint(state).subarray(0, size)).variance;
    const fast = moments(optimizer.evalPoint(state).subarray(size)).variance;
    expect(Math.abs(slow / varianceAt(rate / 2) - 1)).toBeLessThan(band);
    expect(Math.abs(fast / varianceAt(rate) - 1)).toBeLessThan(band);
  });
});

describe("degenerate cases", () => {
  test.each([0.1, 1, 3])("L = 1, α = 1, no momentum, no noise is SGD with rate ηη' (η %d)", (learningRate) => {
    const rate = 0.05;
    const bound = 4 * Math.max(1, learningRate) * 2 ** -23;
    const options = { innerSteps: 1, averaging: 1, momentum: 0, noise: 0, scope: 0.7 };
    const entropy = entropySgd({ ...options, learningRate, innerLearningRate: rate });
    const descent = sgd({ learningRate: learningRate * rate });
    const start = Float32Array.from({ length: 1000 }, (_, i) => Math.sin(i) * 10 ** ((i % 7) - 3));
    const gradient = Float32Array.from(start, (_, i) => Math.cos(7 * i));
    const one = entropy.evalPoint(entropy.step(gradient, entropy.init(start)));
    const two = descent.evalPoint(descent.step(gradient, descent.init(start)));
    // An ulp of v is at most 2⁻²³·|v|.
    one.forEach((value, i) => {
      const larger = Math.max(Math.abs(start[i]), Math.abs(two[i]));
      expect(Math.abs(value - two[i])).toBeLessThanOrEqual(bound * larger);
    });
  });

  test("a large γ with η'γ < 1 keeps x' within ‖∇f‖/γ of x", () => {
    const [h, a, x0, gamma] = [1, 0, 5, 1000];
    const options = { momentum: 0, noise: 0, innerLearningRate: 9e-4, innerSteps: 50 };
    const optimizer = entropySgd({ ...options, scope: gamma });
    let state: LocalEntropyState = optimizer.init(new Float64Array([x0]));
    for (let k = 0; k < 49; k++) {
      state = run(optimizer, state, 1, h, a);
      expect(Math.abs(optimizer.gradientPoint(state)[0] - x0)).toBeLessThanOrEqual((h * (x0 - a)) / gamma);
    }
  });

  test.each(["paper", "lua", "pytorch"] as const)("%s: zero gradient and scope 0 leave pure noise", (preset) => {
    const [size, steps, rate, noise] = [64, 10, 0.1, 0.01];
    const options: EntropySgdOptions = { ...presets[preset], scope: 0, noise, innerLearningRate: rate, seed: 9 };
    const optimizer = entropySgd(options);
    const zero = new Float64Array(size);
    let state = optimizer.init(zero);
    const sum = new Float64Array(size);
    const normals = new Float64Array(size);
    const deviation = preset === "paper" ? Math.sqrt(rate) * noise : noise * Math.sqrt(2 * rate);
    for (let step = 0; step < steps; step++) {
      state = optimizer.step(zero, state);
      normalInto(normals, { key: randomKey(9, "langevin"), stream: 0, step });
      normals.forEach((value, i) => {
        sum[i] += deviation * value;
      });
      // Three roundings per step of values below 1.
      const point = optimizer.gradientPoint(state);
      point.forEach((value, i) => {
        expect(Math.abs(value - sum[i])).toBeLessThan(3 * (step + 1) * 2 ** -53);
      });
    }
  });
});
