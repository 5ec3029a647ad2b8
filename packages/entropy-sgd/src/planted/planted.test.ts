import { describe, expect, test } from "vitest";
import { gridLocalEntropy } from "../landscape.ts";
import {
  doubleWell,
  gaussianWells,
  gridFunction,
  rosenbrock,
  roughValleys,
  scatteredWells,
  separable,
  valleyRanges,
} from "../planted.ts";
import { gridDensity } from "../sampling.ts";

const lowest = (values: Float64Array): number => values.indexOf(Math.min(...values));

describe("local entropy on a grid", () => {
  test("is that of a quadratic: curvature c becomes cγ/(c + γ)", () => {
    // The points reach 9 deviations of the narrowest Gaussian beyond 0, and are a tenth of it apart.
    const [spacing, scope, curvature, inverseTemperature] = [0.02, 3, 2, 5];
    const at = (i: number): number => spacing * (i - 200);
    const values = Float64Array.from({ length: 401 }, (_, i) => (curvature / 2) * at(i) ** 2);
    const entropy = gridLocalEntropy(values, { scope, spacing, inverseTemperature });
    for (const i of [120, 150, 250, 280]) {
      const exact = ((curvature * scope) / (curvature + scope) / 2) * at(i) ** 2;
      expect(entropy[i]! - entropy[200]!).toBeCloseTo(exact, 10);
    }
    // log of the integral over the spacing: √(2π/β(c + γ))/spacing.
    const sum = Math.sqrt((2 * Math.PI) / (inverseTemperature * (curvature + scope))) / spacing;
    expect(entropy[200]).toBeCloseTo(-Math.log(sum) / inverseTemperature, 10);
  });

  test("is the same however far the energies span", () => {
    // The last point's energy is out of reach of the others': with or without it, their sums are the same.
    const near = Float64Array.from({ length: 60 }, (_, i) => 3 * Math.cos(i));
    const far = Float64Array.of(...near, 1e4);
    const scope = 0.3;
    const bySums = gridLocalEntropy(Float64Array.of(...near, 500), { scope });
    const byLargest = gridLocalEntropy(far, { scope });
    for (let i = 0; i < 60; i++) expect(byLargest[i]! / bySums[i]!).toBeCloseTo(1, 12);
    // e^−1e4 is 0: what is there comes from its neighbours.
    expect(byLargest[60]).toBeCloseTo(
      -Math.log(near.reduce((sum, f, x) => sum + Math.exp(-f - 0.15 * (60 - x) ** 2), 0)),
      10,
    );
    expect(gridLocalEntropy(Float64Array.of(0, 1e4), { scope: 1e5 })[1]).toBe(1e4);
  });

  test("of a product of axes is the naive sum over the plane", () => {
    const shape = [5, 7] as const;
    const values = Float64Array.from({ length: 35 }, (_, i) => Math.sin(3 * i) + 0.1 * i);
    const [scope, spacing, inverseTemperature] = [0.7, 0.5, 2];
    const entropy = gridLocalEntropy(values, { scope, spacing, inverseTemperature, shape });
    for (let i = 0; i < 35; i++) {
      let sum = 0;
      for (let j = 0; j < 35; j++) {
        const [rows, columns] = [Math.floor(i / 7) - Math.floor(j / 7), (i % 7) - (j % 7)];
        const squared = spacing ** 2 * (rows ** 2 + columns ** 2);
        sum += Math.exp(-inverseTemperature * (values[j]! + (scope / 2) * squared));
      }
      expect(entropy[i]).toBeCloseTo(-Math.log(sum) / inverseTemperature, 12);
    }
  });

  test("moves the minimum of rough valleys from the sharp to the wide one as γ shrinks", () => {
    const [{ wide, sharp }, loss] = [valleyRanges, roughValleys(42)];
    const at = (scope: number): number => lowest(gridLocalEntropy(loss, { scope }));
    expect(lowest(loss)).toBeGreaterThanOrEqual(sharp[0]);
    expect(at(1)).toBeGreaterThanOrEqual(sharp[0]);
    expect(at(5e-5)).toBeGreaterThanOrEqual(wide[0]);
    expect(at(5e-5)).toBeLessThanOrEqual(wide[1]);
  });

  test.each([
    [{ scope: 0 }, "gridLocalEntropy: scope must be a positive finite number, got 0"],
    [{ scope: 1, spacing: -1 }, "gridLocalEntropy: spacing must be a positive finite number, got -1"],
    [{ scope: 1, inverseTemperature: Number.NaN }, "gridLocalEntropy: inverseTemperature must be a positive"],
    [{ scope: 1, shape: [2, 2] }, "gridLocalEntropy: shape must have 3 points in all, got "],
  ])("%j is refused", (options, words) => {
    expect(() => gridLocalEntropy(new Float64Array(3), options)).toThrow(words);
  });
});

describe("planted functions", () => {
  test.each([
    [
      "Gaussian wells",
      gaussianWells(
        [
          { centre: [1, 0], depth: 2, width: 0.5 },
          { centre: [-1, 0.5], depth: 1, width: 1.5 },
        ],
        0.3,
      ),
    ],
    ["the ravine", rosenbrock(3, 0.5)],
    [
      "separable functions",
      separable(
        (x, axis) => Math.sin(x) + axis * x * x,
        (x, axis) => Math.cos(x) + 2 * axis * x,
      ),
    ],
  ])("gradients of %s are those of central differences", (_, f) => {
    const [x, gradient, step] = [Float64Array.of(0.4, -0.2), new Float64Array(2), 1e-5];
    expect(f.valueAndGradientAt(x, gradient)).toBe(f.valueAt(x));
    for (const i of [0, 1]) {
      const moved = (by: number) => f.valueAt(x.map((value, k) => (k === i ? value + by : value)));
      // The third derivative is below 40: 40 step²/6 and rounding of 1e-16/step.
      expect(gradient[i]).toBeCloseTo((moved(step) - moved(-step)) / (2 * step), 8);
    }
  });

  test("the ravine is Rosenbrock's: 0 at (1, 1), 1 and 101 at the corners of the unit square", () => {
    const f = rosenbrock();
    expect([f.valueAt(Float64Array.of(1, 1)), f.valueAt(Float64Array.of(0, 0))]).toEqual([0, 1]);
    expect([f.valueAt(Float64Array.of(0, 1)), f.valueAt(Float64Array.of(1, 0))]).toEqual([101, 100]);
  });

  test("scattered wells are uniform in their cube, wells and hills alike, and a function of the seed", () => {
    const options = { numWells: 2000, range: 3, depth: 0.5, width: 0.2, seed: 1 };
    const wells = scatteredWells(options);
    // Means of uniform numbers on [−a, a]: standard error a/√(3n).
    const expectUniform = (values: readonly number[], limit: number): void => {
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      expect(Math.abs(mean)).toBeLessThan((5 * limit) / Math.sqrt(3 * values.length));
      expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(limit);
      expect(Math.max(...values)).toBeGreaterThan(0.98 * limit);
      expect(Math.min(...values)).toBeLessThan(-0.98 * limit);
    };
    for (const axis of [0, 1])
      expectUniform(
        wells.map(({ centre }) => centre[axis]!),
        3,
      );
    expectUniform(
      wells.map(({ depth }) => depth),
      0.5,
    );
    expect(new Set(wells.map(({ width }) => width))).toEqual(new Set([0.2]));
    expect(scatteredWells({ ...options, numWells: 3 })).toEqual(wells.slice(0, 3));
    expect(scatteredWells({ ...options, seed: 2 })[0]).not.toEqual(wells[0]);
    expect(scatteredWells({ ...options, numWells: 1, dimensions: 5 })[0]!.centre).toHaveLength(5);
  });

  test("a grid's function passes through its heights, reproduces a parabola inside, and has the slope of its values", () => {
    const heights = Float64Array.from({ length: 12 }, (_, i) => (i - 4) ** 2);
    const f = gridFunction(heights);
    for (let i = 0; i < 12; i++) expect(f.valueAt(i)).toBe(heights[i]);
    for (const x of [1.25, 4.5, 9.9]) {
      expect(f.valueAt(x)).toBeCloseTo((x - 4) ** 2, 12);
      expect(f.slopeAt(x)).toBeCloseTo(2 * (x - 4), 12);
    }
    for (const x of [0.3, 10.7]) {
      expect(f.slopeAt(x)).toBeCloseTo((f.valueAt(x + 1e-6) - f.valueAt(x - 1e-6)) / 2e-6, 6);
    }
    expect([f.valueAt(-3), f.valueAt(99), f.slopeAt(-3), f.slopeAt(99)]).toEqual([16, 49, 0, 0]);
    expect(() => gridFunction([1])).toThrow("gridFunction: heights must have at least two numbers, got 1");
  });

  test("a double well's barrier is between its minima, and its slope the energy's", () => {
    const well = doubleWell(2, 0.5);
    expect(well.slope(well.barrier)).toBeCloseTo(0, 12);
    expect(well.barrier).toBeGreaterThan(0);
    expect((well.energy(0.3 + 1e-6) - well.energy(0.3 - 1e-6)) / 2e-6).toBeCloseTo(well.slope(0.3), 7);
  });

  test("a density on a grid has mass one, and that of a normal below its mean is a half", () => {
    const density = gridDensity((x) => -0.5 * x * x, { low: -8, high: 8, numPoints: 1601 });
    expect(density.massBelow(9)).toBeCloseTo(1, 12);
    // The point at 0 itself has a mass of 0.01/√(2π), half of it below.
    expect(density.massBelow(0)).toBeCloseTo(0.5 - 0.005 / Math.sqrt(2 * Math.PI), 10);
    expect(density.values[800]).toBeCloseTo(1 / Math.sqrt(2 * Math.PI), 10);
  });
});
