import { describe, expect, test } from "vitest";
import { type Adaptive, entropySgd, geometricScope, presets, type Vector } from "../../src/index.ts";
import { normalInto, randomKey } from "../../src/random.ts";
import { naiveEntropySgd, type ReferenceOptions, type ReferenceWorld } from "./naiveEntropySgd.ts";

const n = 12;
const outerSteps = 100;
const seed = 11;
const start = Array.from({ length: n }, (_, i) => 2 * Math.cos(3 * i + 1));
const centre = Array.from({ length: n }, (_, i) => Math.sin(5 * i));

/** A coupled, bounded, non-quadratic landscape with curvatures between about 0.05 and 1.5. */
function gradientOf(point: ArrayLike<number>): number[] {
  const mean = Array.from(point).reduce((sum, value) => sum + value, 0) / n;
  return Array.from(point, (x, i) => (0.1 + 0.08 * i) * (x - centre[i]) + 0.05 * Math.sin(2 * x) + 0.1 * mean);
}

function normals(step: number): number[] {
  const out = new Float64Array(n);
  normalInto(out, { key: randomKey(seed, "langevin"), stream: 0, step });
  return [...out];
}

const world: ReferenceWorld = { gradientAt: gradientOf, normals, disturb: (point) => point };

/**
 * The bound. One inner step rounds at most 24 times per weight (16 operations of the kernel, 7 rounded coefficients, the
 * gradient), each time by at most u times a quantity not larger than |x'| + |move|·G, where the momentum's gain G is
 * in `move` already; an outer step rounds less. So the distance from the exact trajectory is at most 24·u times that of
 * a run which is disturbed by (|x'| + |move|) at every step, per unit of disturbance. That run is the reference itself
 * with a disturbance of δ = 1e-9, small enough to be linear and large against 2⁻⁵³; signs alternate in two fixed ways,
 * because all-equal signs can cancel in a difference, and the larger is taken.
 */
const roundings = 24;

function sensitivity(options: ReferenceOptions): number {
  const delta = 1e-9;
  const exact = naiveEntropySgd(start, outerSteps, options, world).outer;
  const distances = [() => 1, (count: number) => (count % 2 === 0 ? 1 : -1)].map((sign) => {
    let count = 0;
    const disturb = (point: number, move: number) => point + sign(count++) * delta * (Math.abs(point) + Math.abs(move));
    const moved = naiveEntropySgd(start, outerSteps, options, { ...world, disturb }).outer;
    return Math.max(...moved.flatMap((x, t) => x.map((xi, i) => Math.abs(xi - exact[t][i]))));
  });
  return Math.max(...distances) / delta;
}

/** The largest distance over a run between the trajectory and that of the nearest variant with one switch changed. */
function nearestOther(options: ReferenceOptions): number {
  const exact = naiveEntropySgd(start, outerSteps, options, world).outer;
  const others: ReferenceOptions[] = [
    ...presetNames.map((preset) => ({ ...options, preset })),
    ...adaptives.map((adaptive) => ({ ...options, adaptive })),
    { ...options, weightDecay: 0.05 - options.weightDecay },
    { ...options, scope1: 0 },
    { ...options, momentum: 0.8 },
  ].filter((other) => JSON.stringify(other) !== JSON.stringify(options));
  const relevant = others.filter(
    // Inner Adam has no momentum, and pytorch no scoping.
    ({ momentum, scope1 }) =>
      (momentum === options.momentum || options.adaptive === "none" || options.adaptive === "outer") &&
      (scope1 === options.scope1 || options.preset !== "pytorch"),
  );
  return Math.min(
    ...relevant.map((other) => {
      const { outer } = naiveEntropySgd(start, outerSteps, other, world);
      return Math.max(...outer.flatMap((x, t) => x.map((xi, i) => Math.abs(xi - exact[t][i]))));
    }),
  );
}

const presetNames = ["paper", "lua", "pytorch"] as const;
const adaptives = ["none", "outer", "inner", "both"] as const;

const rates: Record<Adaptive, Pick<ReferenceOptions, "learningRate" | "innerLearningRate">> = {
  none: { learningRate: 0.4, innerLearningRate: 0.1 },
  outer: { learningRate: 0.02, innerLearningRate: 0.1 },
  inner: { learningRate: 0.4, innerLearningRate: 0.005 },
  both: { learningRate: 0.02, innerLearningRate: 0.005 },
};

const cases = presetNames.flatMap((preset) =>
  adaptives.flatMap((adaptive) => [0, 0.05].map((weightDecay) => ({ preset, adaptive, weightDecay }))),
);

describe.each(cases)("$preset, adaptive $adaptive, weight decay $weightDecay", ({ preset, adaptive, weightDecay }) => {
  const options: ReferenceOptions = {
    preset,
    adaptive,
    weightDecay,
    ...rates[adaptive],
    innerSteps: 5,
    noise: 0.01,
    scope0: 0.3,
    scope1: 0.01,
    momentum: 0.9,
  };

  test("differs from every variant with one switch changed", () => {
    // A bound that a wrong switch could hide under would prove nothing.
    expect(nearestOther(options)).toBeGreaterThan(1000 * roundings * 2 ** -53 * sensitivity(options));
  });

  test.each([
    { name: "float64", create: (values: number[]): Vector => new Float64Array(values), unit: 2 ** -53 },
    { name: "float32", create: (values: number[]): Vector => new Float32Array(values), unit: 2 ** -24 },
  ])("follows Algorithm 1 for 100 outer steps in $name", ({ create, unit }) => {
    const optimizer = entropySgd({
      ...presets[preset],
      adaptive,
      weightDecay,
      ...rates[adaptive],
      innerSteps: 5,
      noise: 0.01,
      scope: geometricScope(0.3, 0.01),
      momentum: 0.9,
      seed,
    });
    const rounded = Array.from(create(start));
    const expected = naiveEntropySgd(rounded, outerSteps, options, world);
    const bound = roundings * unit * sensitivity(options);
    let state = optimizer.init(create(start));
    let worst = 0;
    for (let t = 0; t < outerSteps; t++) {
      for (let l = 0; l < 5; l++) state = optimizer.step(create(gradientOf(optimizer.gradientPoint(state))), state);
      optimizer.evalPoint(state).forEach((x, i) => {
        worst = Math.max(worst, Math.abs(x - expected.outer[t][i]));
      });
    }
    expect(worst).toBeLessThanOrEqual(bound);
  });
});
