import { describe, expect, test } from "vitest";
import { normalInto } from "../random/fills.ts";
import { randomKey } from "../random/randomKey.ts";
import { differenceOfMeans, judgedDifference, pairedDifference, unpairedDifference } from "./difference.ts";
import { meanEstimate } from "./meanEstimate.ts";
import { rankCorrelation } from "./rankCorrelation.ts";
import { studentCdf, studentQuantile } from "./student.ts";

describe("Student's t", () => {
  test("quantiles for 1, 2 and 4 degrees of freedom, where closed forms exist", () => {
    for (const p of [0.6, 0.8, 0.95, 0.975, 0.999]) {
      const alpha = 4 * p * (1 - p);
      const q = Math.cos(Math.acos(Math.sqrt(alpha)) / 3) / Math.sqrt(alpha);
      const exact = [
        [1, Math.tan(Math.PI * (p - 0.5))],
        [2, 2 * (p - 0.5) * Math.sqrt(2 / alpha)],
        [4, 2 * Math.sqrt(q - 1)],
      ] as const;
      for (const [nu, t] of exact) {
        expect(Math.abs(studentQuantile(p, nu) / t - 1)).toBeLessThan(1e-9);
        expect(studentQuantile(1 - p, nu)).toBeCloseTo(-studentQuantile(p, nu), 9);
      }
    }
  });

  test.each([
    [3, 3.18245, 0.97847, 2.35336],
    [9, 2.26216, 0.8834, 1.83311],
    [30, 2.04227, 0.85377, 1.69726],
    [Number.POSITIVE_INFINITY, 1.95996, 0.84162, 1.64485],
  ])("quantiles for %d degrees of freedom, from tables", (nu, q975, q80, q95) => {
    expect(studentQuantile(0.975, nu)).toBeCloseTo(q975, 5);
    expect(studentQuantile(0.8, nu)).toBeCloseTo(q80, 5);
    expect(studentQuantile(0.95, nu)).toBeCloseTo(q95, 5);
  });

  test.each([
    // To 20 digits by mpmath 1.3: betainc(ν/2, ½, 0, ν/(ν + t²), regularized=True)/2, erfc(t/√2)/2.
    [8, Number.POSITIVE_INFINITY, 6.220960574271784e-16],
    [30, Number.POSITIVE_INFINITY, 4.906713927148187e-198],
    [8, 1e12, 6.220960580839736e-16],
    [10, 1e4, 9.816403714331914e-24],
    [8, 6001, 7.408486316701157e-16],
    [8, 5999, 7.4089148068734735e-16],
    [1.7, 6001, 0.04459137271737336],
    [1000, 100, 3.959809303973926e-202],
    [1000, 5, 9.490065565989857e-15],
    [1.75, 0.5, 0.23691760824077415],
  ])("the tail beyond %d for %d degrees of freedom is right to 1e-13 of itself", (t, nu, tail) => {
    expect(Math.abs(studentCdf(-t, nu) / tail - 1)).toBeLessThan(1e-13);
    if (tail > 1e-16) expect(Math.abs((1 - studentCdf(t, nu)) / tail - 1)).toBeLessThan(1e-15 / tail);
    expect(Math.abs(studentQuantile(tail, nu) / -t - 1)).toBeLessThan(1e-11);
  });

  test("far tails, where closed forms exist", () => {
    // ν = 1: tan(π(p − ½)), about −1/(πp); ν = 2: (2p − 1)·√(2/α), α = 4p(1 − p), about −1/√(2p).
    expect(studentQuantile(1e-20, 1) * Math.PI * 1e-20).toBeCloseTo(-1, 11);
    expect(studentQuantile(1e-20, 2) * Math.sqrt(2e-20)).toBeCloseTo(-1, 11);
    expect(studentCdf(-1e200, 1) * Math.PI * 1e200).toBeCloseTo(1, 11);
    expect([studentCdf(Number.NEGATIVE_INFINITY, 3), studentCdf(Number.POSITIVE_INFINITY, 3)]).toEqual([0, 1]);
    expect(studentQuantile(0.5, 3)).toBe(0);
    expect(() => studentCdf(Number.NaN, 3)).toThrow("studentCdf: t must be a number, got NaN");
  });

  test.each([1.5, 7.3, 50, 5999, 6001, 1e5])("the distribution is the integral of the density, ν = %d", (nu) => {
    const density = (t: number): number => (1 + (t * t) / nu) ** (-(nu + 1) / 2);
    const upTo = (t: number): number => {
      // Simpson's rule in u with t = tan u; the error is of the order of the step's fourth power.
      const [steps, end] = [4000, Math.atan(t)];
      const f = (u: number): number => density(Math.tan(u)) / Math.cos(u) ** 2;
      let sum = f(0) + f(end);
      for (let i = 1; i < steps; i++) sum += (i % 2 === 1 ? 4 : 2) * f((i * end) / steps);
      return (sum * end) / steps / 3;
    };
    // The whole by the ratio at another point, which needs no normalising constant.
    for (const [one, other] of [[0.5, 2] as const, [1, 4] as const, [3, 0.1] as const]) {
      const ratio = (studentCdf(one, nu) - 0.5) / (studentCdf(other, nu) - 0.5);
      expect(Math.abs(ratio / (upTo(one) / upTo(other)) - 1)).toBeLessThan(1e-9);
    }
  });

  test("refuses what is no probability and no degrees of freedom", () => {
    expect(() => studentQuantile(1, 3)).toThrow("probability must be between 0 and 1, got 1");
    expect(() => studentQuantile(0.9, 0)).toThrow("degreesOfFreedom must be above 0, got 0");
    expect(() => studentCdf(1, Number.NaN)).toThrow("degreesOfFreedom must be above 0, got NaN");
  });
});

/** Normal samples: `trials` rows of n. */
function samples(trials: number, n: number, seed: number): Float64Array[] {
  const z = new Float64Array(trials * n);
  normalInto(z, { key: randomKey(seed, "paired"), stream: 0, step: 0 });
  return Array.from({ length: trials }, (_, k) => z.subarray(k * n, (k + 1) * n));
}

describe("differences", () => {
  test("what both share cancels in pairs", () => {
    const { estimate, standardError, seen, critical, detectable, margin, equivalent } = pairedDifference(
      [1010, -500, 7, 2.5],
      [1009, -502, 6, 0.5],
    );
    // Differences 1, 2, 1, 2: mean 1.5, deviation √(1/3).
    expect(estimate).toBeCloseTo(1.5, 12);
    expect(standardError).toBeCloseTo(Math.sqrt(1 / 12), 12);
    expect(critical).toBeCloseTo(3.18244630528 * standardError, 9);
    expect(detectable).toBeCloseTo((3.18244630528 + 0.97847231236) * standardError, 9);
    expect(seen).toBe(true);
    expect([margin, equivalent]).toEqual([null, null]);
  });

  test("a difference is seen in about 5 % of pairs that have none, and in 80 % at the detectable size", () => {
    const [trials, n] = [2000, 8];
    const rows = samples(trials, n, 5);
    const zero = new Array(n).fill(0);
    // The size that theory calls detectable, with the true standard error 1/√n.
    const size = (studentQuantile(0.975, n - 1) + studentQuantile(0.8, n - 1)) / Math.sqrt(n);
    const share = (shift: number): number =>
      rows
        .map((row) =>
          pairedDifference(
            Array.from(row, (value) => value + shift),
            zero,
          ),
        )
        .filter(({ seen }) => seen).length / trials;
    expect(Math.abs(share(0) - 0.05)).toBeLessThan(5 * Math.sqrt((0.05 * 0.95) / trials));
    // t + t' is the usual approximation of the noncentral law: some points are lost at 7 degrees of freedom.
    expect(share(size)).toBeGreaterThan(0.75);
    expect(share(size)).toBeLessThan(0.9);
  });

  test("equivalence is claimed in about 5 % of pairs whose difference is the margin, and in nearly all of far smaller ones", () => {
    const [trials, n] = [2000, 8];
    const zero = new Array(n).fill(0);
    const margin = 4;
    const share = (shift: number): number =>
      samples(trials, n, 6)
        .map((row) =>
          pairedDifference(
            Array.from(row, (value) => value + shift),
            zero,
            { margin },
          ),
        )
        .filter(({ equivalent }) => equivalent).length / trials;
    for (const shift of [margin, -margin]) {
      expect(Math.abs(share(shift) - 0.05)).toBeLessThan(5 * Math.sqrt((0.05 * 0.95) / trials));
    }
    expect(share(0)).toBeGreaterThan(0.99);
  });

  test("not to see a difference is not equivalence, and a small difference may be seen and equivalent", () => {
    // Means 8 and 40 per cent of two seeds each: nothing is seen, and nothing is equivalent.
    const few = unpairedDifference([0.02, 0.14], [0.1, 0.7], { margin: 0.002 });
    expect(few).toMatchObject({ seen: false, equivalent: false });
    expect(few.estimate).toBeCloseTo(-0.32, 12);
    const many = Array.from({ length: 50 }, (_, i) => 1e-4 * (i % 2));
    const small = pairedDifference(
      many.map((value) => value + 1e-3),
      [...many].reverse(),
      { margin: 0.002 },
    );
    expect(small).toMatchObject({ seen: true, equivalent: true });
  });

  test("means whose repetitions are not at hand are compared as those with them", () => {
    const [one, other] = [
      [1, 2, 4],
      [3, 5, 6, 6, 9],
    ] as const;
    const sampled = (values: readonly number[]) => ({ ...meanEstimate(values), n: values.length });
    expect(differenceOfMeans(sampled(one), sampled(other), { margin: 9 })).toEqual(
      unpairedDifference(one, other, { margin: 9 }),
    );
    const known = { estimate: 1, standardError: 0.1, n: 5 };
    expect(() => differenceOfMeans({ ...known, n: 1 }, known)).toThrow(
      "differenceOfMeans: n must be at least 2, got 1",
    );
    expect(() => differenceOfMeans(known, { ...known, standardError: -1 })).toThrow(
      "differenceOfMeans: standardError must be in [0, ∞), got -1",
    );
  });

  test("a standard error of 0 shows neither a difference nor equivalence", () => {
    // Two seeds with one image more each: the spread is not known.
    const same = pairedDifference([0.0101, 0.0103], [0.01, 0.0102], { margin: 0.002, resolution: 1e-4 });
    expect(same).toMatchObject({ standardError: 0, seen: false, equivalent: false });
    const equal = pairedDifference([3, 4], [2, 3], { margin: 5, resolution: 1 });
    expect(equal).toMatchObject({ standardError: 0, seen: false, equivalent: false, critical: 1, detectable: 1 });
  });

  test("the rounding of the values is no spread: equal differences of counts show neither", () => {
    const counts = [795, 801, 788, 2299, 31];
    const some = pairedDifference([0.3, 0.4, 0.5], [0.1, 0.2, 0.3], { margin: 5 });
    expect(some).toMatchObject({ standardError: 0, seen: false, equivalent: false, detectable: 0 });
    for (let more = 1; more < 400; more++) {
      for (const total of [10_000, 60_000, 3]) {
        const [a, b] = [counts.map((count) => (count + more) / total), counts.map((count) => count / total)];
        const alike = pairedDifference(a, b, { margin: 1e3, resolution: 1 / total });
        expect(alike).toMatchObject({ standardError: 0, seen: false, equivalent: false, detectable: 1 / total });
      }
    }
    const [one, other] = [0.0723, 0.0811].map((value) => new Array<number>(1000).fill(value));
    expect(unpairedDifference(one, other)).toMatchObject({ standardError: 0, seen: false });
    const known = { estimate: 0.2, standardError: 2.8e-17, degreesOfFreedom: 2 };
    expect(judgedDifference(known, { margin: 5 })).toMatchObject({ standardError: 0, seen: false, equivalent: false });
    // One image more or less is a spread.
    expect(pairedDifference([0.0802, 0.0801, 0.0801], [0.01, 0.01, 0.01]).seen).toBe(true);
  });

  test("refuses values that are no numbers, and a negative standard error", () => {
    const strings: number[] = JSON.parse('["4", "5"]');
    expect(() => meanEstimate(strings)).toThrow('meanEstimate: values must be numbers, got "4" at position 0');
    expect(() => pairedDifference([1, 2], strings)).toThrow(TypeError);
    const negative = { estimate: 1, standardError: -1, degreesOfFreedom: 3 };
    expect(() => judgedDifference(negative)).toThrow("judgedDifference: standardError must be in [0, ∞), got -1");
  });

  test("nothing below the instrument's resolution is seen or called detectable", () => {
    const values = Array.from({ length: 10 }, (_, i) => 1e-9 * (i % 3));
    const zero = values.map(() => -1e-8);
    expect(pairedDifference(values, zero).seen).toBe(true);
    const { seen, detectable, critical } = pairedDifference(values, zero, { resolution: 1e-7 });
    expect([seen, detectable, critical]).toEqual([false, 1e-7, 1e-7]);
  });

  test("the means of independent groups, with Welch's degrees of freedom", () => {
    // Variances 1 and 3.5 over 3 and 5 values.
    const { estimate, standardError, degreesOfFreedom } = unpairedDifference([1, 2, 3], [4, 6, 5, 9, 6]);
    const [u, v] = [1 / 3, 3.5 / 5];
    expect(estimate).toBeCloseTo(-4, 12);
    expect(standardError).toBeCloseTo(Math.sqrt(u + v), 12);
    expect(degreesOfFreedom).toBeCloseTo((u + v) ** 2 / (u ** 2 / 2 + v ** 2 / 4), 10);
    const rows = samples(4000, 7, 7);
    // Groups of 3 and 4 whose deviations are 1 and 3: the share of false differences stays near 5 %.
    const share =
      rows.filter((row) => {
        const [a, b] = [Array.from(row.subarray(0, 3)), Array.from(row.subarray(3), (value) => 3 * value)];
        return unpairedDifference(a, b).seen;
      }).length / rows.length;
    // Welch's approximation is off by up to a point at such sizes (Welch 1947, table).
    expect(Math.abs(share - 0.05)).toBeLessThan(0.01 + 5 * Math.sqrt((0.05 * 0.95) / rows.length));
  });

  test("refuses what cannot be compared", () => {
    expect(() => pairedDifference([1, 2], [1])).toThrow("pairedDifference: both must have as many values, got 2 and 1");
    expect(() => meanEstimate([1])).toThrow("at least 2 values, got 1");
    expect(() => pairedDifference([1, 2], [2, 4], { margin: 0 })).toThrow(
      "pairedDifference: margin must be in (0, ∞) or null, got 0",
    );
    expect(() => pairedDifference([1, 2], [2, 4], { resolution: -1 })).toThrow(
      "pairedDifference: resolution must be in [0, ∞), got -1",
    );
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

  test("an interval has a width at ±1, wider the fewer the pairs", () => {
    const rising = (n: number) => {
      const values = Array.from({ length: n }, (_, i) => i);
      return rankCorrelation(values, values);
    };
    // With 4 pairs nothing is known: r = 1 is one of 24 orders. atanh(0.95) − t₂·√((1 + 0.95²/2)/1) = 1.47 − 5.14.
    expect(rising(4)).toMatchObject({ estimate: 1, high: 1 });
    expect(rising(4).low).toBeLessThan(-0.99);
    expect(rising(10).low).toBeGreaterThan(0.8);
    expect(rising(10).low).toBeLessThan(0.99);
    const falling = rankCorrelation([1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1]);
    expect(falling.low).toBe(-1);
    expect(falling.high).toBeCloseTo(-rising(6).low, 12);
  });

  test("refuses values that are not numbers", () => {
    expect(() => rankCorrelation([1, 2, 3, 4], [1, 2, Number.NaN, 4])).toThrow(
      "rankCorrelation: values must be numbers, got NaN at position 2",
    );
    for (const text of ["[4, null, 1, 2]", '["4", 3, 1, 2]']) {
      expect(() => rankCorrelation(JSON.parse(text), [1, 2, 3, 4])).toThrow(
        "rankCorrelation: values must be numbers, got",
      );
    }
    const hole = new Array<number>(4);
    for (const i of [0, 2, 3]) hole[i] = i;
    expect(() => rankCorrelation([1, 2, 3, 4], hole)).toThrow(
      new TypeError("rankCorrelation: values must be numbers, got undefined at position 1"),
    );
    expect(rankCorrelation([1, 2, 3, Number.POSITIVE_INFINITY], [1, 2, 3, 4]).estimate).toBe(1);
  });

  test("refuses constants and short series", () => {
    expect(() => rankCorrelation([1, 1, 1, 1], [1, 2, 3, 4])).toThrow("neither series may be constant");
    expect(() => rankCorrelation([1, 2, 3], [1, 2, 3])).toThrow("at least 4, got 3 and 3");
  });
});
