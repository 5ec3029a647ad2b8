import { describe, expect, test } from "vitest";
import { type ShapeOptions, spirals, twoMoons } from "./shapes.ts";
import type { Split } from "./split.ts";

const pointsOf = (split: Split): [x: number, y: number, label: number][] =>
  Array.from({ length: split.numExamples }, (_, i) => {
    const point = new Float32Array(2);
    split.readExampleInto(point, 0, i);
    return [point[0]!, point[1]!, split.labelOf(i)];
  });

describe("shapes in the plane", () => {
  test("two moons lie on their half circles, and noise has its deviation", () => {
    const moons = pointsOf(twoMoons({ numExamples: 400, seed: 3 }));
    for (const [x, y, label] of moons) {
      const side = label === 0 ? 1 : -1;
      expect(Math.hypot(side * x + 0.5, side * y + 0.25)).toBeCloseTo(1, 6);
      expect(side * y + 0.25).toBeGreaterThanOrEqual(-1e-7);
    }
    expect(moons.filter(([, , label]) => label === 1)).toHaveLength(200);
    const noisy = pointsOf(twoMoons({ numExamples: 400, noise: 0.3, seed: 3 }));
    const errors = noisy.flatMap(([x, y], i) => [x - moons[i]![0], y - moons[i]![1]]);
    const mean = errors.reduce((sum, error) => sum + error, 0) / 800;
    const variance = errors.reduce((sum, error) => sum + error ** 2, 0) / 800;
    // Five standard errors: σ/√800 and σ²√(2/800).
    expect(Math.abs(mean)).toBeLessThan((5 * 0.3) / Math.sqrt(800));
    expect(Math.abs(variance - 0.09)).toBeLessThan(5 * 0.09 * Math.sqrt(2 / 800));
  });

  test("spirals are two arms half a turn apart", () => {
    for (const [x, y, label] of pointsOf(spirals({ numExamples: 300, seed: 1 }))) {
      const radius = Math.hypot(x, y);
      const angle = Math.PI * ((3 * (radius - 0.2)) / 2.8 + label);
      expect([x, y]).toEqual([
        expect.closeTo(radius * Math.cos(angle), 5),
        expect.closeTo(radius * Math.sin(angle), 5),
      ]);
      expect(radius).toBeLessThan(3);
    }
  });

  test("the same seed gives the same points, whatever their number; another seed others", () => {
    const options = { noise: 0.1, seed: 5 };
    const some = pointsOf(twoMoons({ numExamples: 10, ...options }));
    expect(pointsOf(twoMoons({ numExamples: 20, ...options })).slice(0, 10)).toEqual(some);
    expect(pointsOf(twoMoons({ numExamples: 10, noise: 0.1, seed: 6 }))).not.toEqual(some);
  });

  test.each<[options: object, words: string]>([
    [{ numExamples: 0 }, "twoMoons: numExamples must be a positive integer, got 0"],
    [{ numExamples: 5, noise: -1 }, "twoMoons: noise must be in [0, ∞), got -1"],
    [{ numExamples: 5, sigma: 1 }, 'twoMoons: unknown option "sigma"; the options are numExamples, noise, seed'],
  ])("%j is refused", (options, words) => {
    expect(() => twoMoons(options as ShapeOptions)).toThrow(words);
  });
});
