import { describe, expect, test } from "vitest";
import { normalInto } from "../random/fills.ts";
import { randomKey } from "../random/randomKey.ts";
import { meanEstimate, pairedDifference } from "./pairedDifference.ts";
import { rankCorrelation } from "./rankCorrelation.ts";
import { studentQuantile } from "./student.ts";

test.each([
  [1, 12.7062, 1.37638],
  [2, 4.30265, 1.06066],
  [3, 3.18245, 0.97847],
  [4, 2.77645, 0.94096],
  [9, 2.26216, 0.8834],
  [Number.POSITIVE_INFINITY, 1.95996, 0.84162],
])("Student's quantiles for %d degrees of freedom, from tables", (nu, two, power) => {
  expect(Math.abs(studentQuantile(0.975, nu) / two - 1)).toBeLessThan(4e-3);
  expect(Math.abs(studentQuantile(0.8, nu) / power - 1)).toBeLessThan(4e-3);
});

describe("paired differences", () => {
  test("what both share cancels", () => {
    const { estimate, standardError, seen, critical, detectable } = pairedDifference(
      [1010, -500, 7, 2.5],
      [1009, -502, 6, 0.5],
    );
    // Differences 1, 2, 1, 2: mean 1.5, deviation √(1/3).
    expect(estimate).toBeCloseTo(1.5, 12);
    expect(standardError).toBeCloseTo(Math.sqrt(1 / 12), 12);
    expect(critical).toBeCloseTo(3.182 * standardError, 2);
    expect(detectable).toBeCloseTo(4.161 * standardError, 2);
    expect(seen).toBe(true);
  });

  test("a difference is seen in about 5 % of pairs that have none, and in 80 % at the detectable size", () => {
    const [trials, n] = [2000, 8];
    const z = new Float64Array(trials * n);
    normalInto(z, { key: randomKey(5, "paired"), stream: 0, step: 0 });
    const zero = new Array(n).fill(0);
    // The size that theory calls detectable, with the true standard error 1/√n.
    const size = (studentQuantile(0.975, n - 1) + studentQuantile(0.8, n - 1)) / Math.sqrt(n);
    const share = (shift: number): number =>
      Array.from({ length: trials }, (_, k) =>
        pairedDifference(
          Array.from(z.subarray(k * n, (k + 1) * n), (value) => value + shift),
          zero,
        ),
      ).filter(({ seen }) => seen).length / trials;
    expect(Math.abs(share(0) - 0.05)).toBeLessThan(5 * Math.sqrt((0.05 * 0.95) / trials));
    // t + t' is the usual approximation of the noncentral law: some points are lost at 7 degrees of freedom.
    expect(share(size)).toBeGreaterThan(0.75);
    expect(share(size)).toBeLessThan(0.9);
  });

  test("refuses what cannot be compared", () => {
    expect(() => pairedDifference([1, 2], [1])).toThrow("pairedDifference: both must have as many values, got 2 and 1");
    expect(() => meanEstimate([1])).toThrow("at least 2 values, got 1");
  });
});

describe("rank correlation", () => {
  test("is 1 for any rising function, −1 for a falling one, and shares the ranks of ties", () => {
    expect(rankCorrelation([1, 2, 3, 4, 5], [1, 8, 27, 64, 125]).estimate).toBe(1);
    expect(rankCorrelation([1, 2, 3, 4, 5], [5, 4, 3, 2, -9]).estimate).toBe(-1);
    // Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: covariance 4.5, variances 4.5 and 5.
    expect(rankCorrelation([0, 7, 7, 9], [1, 2, 3, 4]).estimate).toBeCloseTo(4.5 / Math.sqrt(4.5 * 5), 12);
  });

  test("the interval holds the truth in 95 of 100 series and narrows with n", () => {
    const series = (n: number, seed: number) => {
      const z = new Float64Array(2 * n);
      normalInto(z, { key: randomKey(seed, "ranks"), stream: 0, step: 0 });
      const a = [...z.subarray(0, n)];
      return rankCorrelation(
        a,
        a.map((value, i) => value + z[n + i]),
      );
    };
    // Corr 1/√2 of normals is a rank correlation of (6/π)·asin(1/√8) = 0.690.
    const truth = (6 / Math.PI) * Math.asin(1 / Math.sqrt(8));
    const numSeries = 200;
    const all = Array.from({ length: numSeries }, (_, seed) => series(500, seed));
    const share = all.filter(({ low, high }) => low < truth && truth < high).length / numSeries;
    // The interval is a little wide: coverage may be above 95 %.
    expect(share).toBeGreaterThan(0.95 - 5 * Math.sqrt((0.95 * 0.05) / numSeries));
    const [few, many] = [series(20, 1), series(2000, 1)];
    expect(many.high - many.low).toBeLessThan(0.2 * (few.high - few.low));
  });

  test("refuses constants and short series", () => {
    expect(() => rankCorrelation([1, 1, 1, 1], [1, 2, 3, 4])).toThrow("neither series may be constant");
    expect(() => rankCorrelation([1, 2, 3], [1, 2, 3])).toThrow("at least 4, got 3 and 3");
  });
});
