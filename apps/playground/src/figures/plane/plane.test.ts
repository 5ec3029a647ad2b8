import { normalInto, randomKey } from "entropy-sgd/random";
import { describe, expect, test } from "vitest";
import { endCounts, endsOf, placeOf } from "./ends.ts";
import {
  contoursOf,
  grid,
  levelsOf,
  lossOverMargin,
  negativeLocalEntropy,
  valueBetween,
  withoutMargin,
} from "./field.ts";
import { landscapes } from "./landscapes.ts";
import { pathTable, planeSvg } from "./planeSvg.ts";
import { planeProgram } from "./program.ts";
import { numGradients, optimizerNames, type PathSettings, pathsOf } from "./trajectories.ts";

const settings: PathSettings = {
  landscape: "wells",
  start: [1.2, 1],
  learningRate: 0.05,
  scope: 0.3,
  innerSteps: 20,
  gradientNoise: 0.3,
  temperature: 0.15,
  radius: 0.1,
  seed: 1,
};

/** A quadratic of curvatures 1 and 3 with its minimum in the middle of the square. */
const bowl = (x: ArrayLike<number>): number => x[0]! ** 2 / 2 + (3 * x[1]! ** 2) / 2;
const bowlOverMargin = lossOverMargin({ valueAt: bowl, valueAndGradientAt: bowl });

describe("fields", () => {
  test("−F of a quadratic is Tn/2·log(1 + l/γ) above the quadratic of curvature lγ/(l + γ)", () => {
    const [scope, temperature] = [4, 0.05];
    const values = withoutMargin(negativeLocalEntropy(bowlOverMargin, scope, temperature));
    for (const [x, y] of [
      [0, 0],
      [0.8, -0.4],
      [-1, 1],
    ] as const) {
      const soft = (l: number, at: number): number =>
        ((l * scope) / (l + scope) / 2) * at ** 2 + (temperature / 2) * Math.log(1 + l / scope);
      expect(valueBetween(values, x, y)).toBeCloseTo(soft(1, x) + soft(3, y), 6);
    }
    // The neighbourhood shrinks: −F becomes f.
    const narrow = withoutMargin(negativeLocalEntropy(bowlOverMargin, 1e6, temperature));
    for (const [i, value] of withoutMargin(bowlOverMargin).entries()) expect(narrow[i]).toBeCloseTo(value, 9);
  });

  test("contours of a quadratic are its ellipses, symmetric in both axes", () => {
    const values = withoutMargin(bowlOverMargin);
    const [{ rings, level }] = contoursOf(values, [0.505]) as [ReturnType<typeof contoursOf>[number]];
    expect([rings.length, level]).toEqual([1, 0.505]);
    const named = (x: number, y: number): string => [x, y].map((value) => (value + 4).toFixed(9)).join();
    const points: [number, number][] = [];
    for (let i = 0; i < rings[0]!.length; i += 2) points.push([rings[0]![i]!, rings[0]![i + 1]!]);
    const names = new Set(points.map(([x, y]) => named(x, y)));
    for (const [x, y] of points) {
      // Linear between two points of the grid: off by curvature·spacing²/8, at most 6e-4.
      expect(Math.abs(bowl([x, y]) - 0.505)).toBeLessThan(6e-4);
      expect([names.has(named(-x, y)), names.has(named(x, -y))]).toEqual([true, true]);
    }
    expect(points.length).toBeGreaterThan(100);
  });

  test("values between points are bilinear, and none outside; levels ascend within the values", () => {
    const plane = Float64Array.from(
      { length: grid.size ** 2 },
      (_, i) => (i % grid.size) + 7 * Math.floor(i / grid.size),
    );
    expect(valueBetween(plane, -2 + 0.04 * 2.5, -2 + 0.04 * 3.25)).toBeCloseTo(2.5 + 7 * 3.25, 9);
    expect(valueBetween(plane, 2, 2)).toBeCloseTo(8 * 100, 9);
    expect(valueBetween(plane, 2.1, 0)).toBeNaN();
    const levels = levelsOf(plane);
    expect(levels).toEqual(levels.toSorted((a, b) => a - b));
    expect([levels[0]! > 0, levels.at(-1)! < 800]).toEqual([true, true]);
  });

  test("at the figure's temperature −F is lowest in the wide well, f in the sharp one", () => {
    const whole = lossOverMargin(landscapes.wells.objective);
    const lowest = (values: Float64Array): string | null => {
      const i = values.indexOf(Math.min(...values));
      return placeOf("wells", -2 + 0.04 * (i % grid.size), -2 + 0.04 * Math.floor(i / grid.size));
    };
    expect(lowest(withoutMargin(whole))).toBe("the sharp well");
    expect(lowest(withoutMargin(negativeLocalEntropy(whole, 0.3, 0.15)))).toBe("the wide well");
    expect(lowest(withoutMargin(negativeLocalEntropy(whole, 30, 0.01)))).toBe("the sharp well");
  });
});

describe("paths", () => {
  const paths = pathsOf(settings);
  const { objective } = landscapes.wells;
  const noise = (batch: number): Float64Array => {
    const drawn = new Float64Array(2);
    normalInto(drawn, { key: randomKey(1, "gradient-noise"), stream: 0, step: batch });
    return drawn;
  };
  const noisy = (x: Float64Array, batch: number): Float64Array => {
    const gradient = new Float64Array(2);
    objective.valueAndGradientAt(x, gradient);
    return gradient.map((value, i) => value + 0.3 * noise(batch)[i]!);
  };
  /** The Langevin noise of gradient k, for the deviation √(2hT). */
  const langevin = (k: number): Float64Array => {
    const drawn = new Float64Array(2);
    normalInto(drawn, { key: randomKey(1, "langevin"), stream: 0, step: k });
    return drawn;
  };
  const expectEnd = (name: (typeof optimizerNames)[number], at: number, x: Float64Array): void => {
    expect(paths[name].xs[at]).toBeCloseTo(x[0]!, 10);
    expect(paths[name].ys[at]).toBeCloseTo(x[1]!, 10);
  };

  test("are those of loops written by hand", () => {
    let x = Float64Array.from(settings.start);
    for (let k = 0; k < 60; k++) x = x.map((value, i) => value - 0.05 * noisy(x, k)[i]!);
    expectEnd("sgd", 60, x);

    x = Float64Array.from(settings.start);
    for (let k = 0; k < 60; k++) {
      const h = 0.05 / (1 + k / 500);
      const [g, n] = [noisy(x, k), langevin(k)];
      x = x.map((value, i) => value - h * g[i]! + Math.sqrt(2 * h * 0.15) * n[i]!);
    }
    expectEnd("sgld", 60, x);

    x = Float64Array.from(settings.start);
    for (let k = 0; k < 60; k += 2) {
      const g = noisy(x, k / 2);
      const norm = Math.hypot(g[0]!, g[1]!);
      const above = noisy(
        x.map((value, i) => value + (0.1 * g[i]!) / norm),
        k / 2,
      );
      x = x.map((value, i) => value - 0.05 * above[i]!);
    }
    expectEnd("sam", 60, x);

    x = Float64Array.from(settings.start);
    for (let outer = 0; outer < 3; outer++) {
      let [inner, mean] = [x, x];
      for (let l = 0; l < 20; l++) {
        const k = 20 * outer + l;
        expect([paths["entropy-sgd"].gradientXs[k], paths["entropy-sgd"].gradientYs[k]]).toEqual([
          expect.closeTo(inner[0]!, 10),
          expect.closeTo(inner[1]!, 10),
        ]);
        const [g, n, at] = [noisy(inner, k), langevin(k), inner];
        inner = at.map(
          (value, i) => value - 0.05 * (g[i]! - 0.3 * (x[i]! - value)) + Math.sqrt(2 * 0.05 * 0.15) * n[i]!,
        );
        mean = mean.map((value, i) => 0.25 * value + 0.75 * inner[i]!);
      }
      x = mean;
    }
    expectEnd("entropy-sgd", 60, x);
  });

  test("begin at the start and are a function of the seed", () => {
    const other = pathsOf({ ...settings, seed: 2 });
    for (const name of optimizerNames) {
      expect([paths[name].xs[0], paths[name].ys[0], paths[name].xs.length]).toEqual([1.2, 1, numGradients + 1]);
      expect(other[name].xs[100]).not.toBe(paths[name].xs[100]);
    }
    expect(pathsOf(settings)).toEqual(paths);
  });

  test("are exported: each point once, contours as vectors, no markup that is not there", () => {
    const { columns, rows } = pathTable(paths);
    const all = [...rows];
    expect(columns).toHaveLength(11);
    expect(all[7]).toEqual([
      7,
      ...optimizerNames.flatMap((name) => [paths[name].xs[7], paths[name].ys[7]]),
      paths["entropy-sgd"].gradientXs[7],
      paths["entropy-sgd"].gradientYs[7],
    ]);
    expect([all.length, all.at(-1)!.slice(-2)]).toEqual([numGradients + 1, ["", ""]]);
    const ink = { surface: "#fff", text: "#000", grid: "#ddd", series: ["a", "b", "c", "d", "e", "f", "g", "h", "i"] };
    const contours = contoursOf(withoutMargin(bowlOverMargin), [0.5, 1]);
    const svg = planeSvg({ title: "t", fields: [{ name: "loss", contours }], paths, at: 100 }, ink);
    expect(svg.match(/<path d="M[^"]*Z"\/>/g)).toHaveLength(2);
    expect(svg).not.toMatch(/NaN|undefined/);
  });

  test.each(Object.keys(landscapes) as (keyof typeof landscapes)[])(
    "the program of %s names its functions",
    (landscape) => {
      const program = planeProgram({ ...settings, landscape });
      for (const name of ["gaussianWells", "rosenbrock", "scatteredWells"]) {
        expect(new RegExp(`import \\{[^}]*${name}`).test(program)).toBe(
          landscapes[landscape].code.includes(`${name}(`),
        );
      }
    },
  );
});

test("with 20 seeds the optimizers end where the article says", () => {
  const { wells } = landscapes;
  const { counts } = endCounts({ ...settings, start: wells.start }, 20);
  const inWide = optimizerNames.map((name) => counts[name]["the wide well"] ?? 0);
  expect(inWide).toEqual([0, 10, 16, 0]);
  const cold = { ...settings, start: wells.start, temperature: 0.05 };
  expect(endsOf("entropy-sgd", cold, 20)).toMatchObject({ "the sharp well": 19 });
});
