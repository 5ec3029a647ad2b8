import { describe, expect, test } from "vitest";
import { testErrorOptions } from "../src/statistics/margins.ts";
import { differenceOverSeeds, type SeedValue } from "../src/statistics/overSeeds.ts";
import { comparisonSentences, judgedInWords, percentagePoints } from "../src/statistics/words.ts";

const seeds = (...values: (number | null)[]): SeedValue[] => values.map((value, i) => ({ seed: i + 1, value }));
const inWords = (a: SeedValue[], b: SeedValue[], options = testErrorOptions(null)): string =>
  comparisonSentences([{ text: "a against b", difference: differenceOverSeeds(a, b, options) }], percentagePoints).join(
    " ",
  );

describe("differences over seeds", () => {
  test("are paired if the seeds are the same, in any order", () => {
    const { estimate, paired, judged, numSeeds } = differenceOverSeeds(seeds(0.1, 0.5, 0.3), [
      ...[
        { seed: 3, value: 0.2 },
        { seed: 1, value: 0.01 },
      ],
      { seed: 2, value: 0.4 },
    ]);
    // Pairs: 0.09, 0.1, 0.1.
    expect(estimate).toBeCloseTo(0.29 / 3, 12);
    expect(judged!.standardError).toBeCloseTo(0.01 / 3, 12);
    expect([paired, judged!.degreesOfFreedom, numSeeds]).toEqual([true, 2, [3, 3]]);
  });

  test("are of independent groups if the seeds differ, with Welch's degrees of freedom", () => {
    // Means 2 and 11 per cent, variances of the means 1 and 1: ν = 4 / (1/1 + 1/2).
    const { estimate, paired, judged } = differenceOverSeeds(seeds(0.01, 0.03), seeds(0.1, 0.1, 0.13));
    expect(estimate).toBeCloseTo(-0.09, 12);
    expect(judged!.standardError).toBeCloseTo(0.01 * Math.SQRT2, 12);
    expect(judged!.degreesOfFreedom).toBeCloseTo(8 / 3, 10);
    expect(paired).toBe(false);
  });

  test("leave out runs without a value, and give no judgement of single runs", () => {
    expect(differenceOverSeeds(seeds(0.1, null, Number.NaN), seeds(0.2, 0.4))).toMatchObject({
      ...{ estimate: expect.closeTo(-0.2, 12), judged: null, numSeeds: [1, 2] },
    });
    expect(differenceOverSeeds(seeds(null), seeds(0.2, 0.4)).estimate).toBeNull();
  });
});

describe("in words", () => {
  test("two seeds at 8 and 40 per cent are neither different nor equal", () => {
    // Pairs −0.08 and −0.56: −0.32 ± 0.24, of which 12.7 + 1.38 standard errors could have been seen.
    expect(inWords(seeds(0.02, 0.14), seeds(0.1, 0.7))).toBe(
      "a against b (not distinguishable with 2 seeds: −32.00 ± 24.00 points; the smallest difference that could have been seen is ±337.98 points). ± is the standard error of the difference.",
    );
  });

  test("equivalence needs a margin, which is printed", () => {
    const [a, b] = [seeds(0.01, 0.0102, 0.0101, 0.0099), seeds(0.0101, 0.0102, 0.01, 0.01)];
    expect(inWords(a, b)).toMatch(/^a against b \(equivalent within ±0\.20 points: 0\.00 ± 0\.00 points\)\. ± is/);
    expect(inWords(a, b, testErrorOptions("/other/data"))).toMatch(/not distinguishable with 4 seeds/);
  });

  test("a difference that is seen may be within the margin", () => {
    const a = Array.from({ length: 9 }, (_, i) => 0.011 + 1e-4 * (i % 3));
    const b = a.map((value, i) => value - 0.001 - 1e-4 * (i % 2));
    expect(inWords(seeds(...a), seeds(...b))).toMatch(
      /\(higher by 0\.10 ± 0\.00 points, within the margin of ±0\.20 points\)/,
    );
  });

  test("a difference that is seen beyond the margin says so", () => {
    const b = [0.01, 0.0102, 0.0101, 0.0103];
    const a = b.map((value, i) => value + 0.003 + (i % 2 === 0 ? 1e-4 : -1e-4));
    expect(inWords(seeds(...a), seeds(...b))).toMatch(
      /\(higher by 0\.30 ± 0\.01 points, beyond the margin of ±0\.20 points\)/,
    );
  });

  test("equal differences without spread show nothing", () => {
    expect(inWords(seeds(0.25, 0.5), seeds(0.125, 0.375))).toMatch(
      /not distinguishable with 2 seeds, whose differences are all alike: 12\.50 ± 0\.00 points/,
    );
  });

  test("the note that one seed allows no judgement is printed once", () => {
    const difference = differenceOverSeeds(seeds(0.1), seeds(0.2));
    const sentences = comparisonSentences(
      [1, 2, 3].map((n) => ({ text: `a against ${n}`, difference })),
      percentagePoints,
    );
    expect(sentences).toEqual([
      ...["a against 1.", "a against 2.", "a against 3."],
      "One seed says nothing about the spread: no difference can be judged.",
    ]);
    expect(inWords(seeds(null), seeds(0.2))).toBe("a against b; without a value on both sides there is no difference.");
  });

  test("other units have the same words", () => {
    const { judged } = differenceOverSeeds(seeds(1, 2, 3, 4), seeds(3, 4.5, 5, 6.5));
    expect(judgedInWords(judged!, "4 seeds", { scale: 1, difference: "", digits: 1 })).toBe("lower by 2.3 ± 0.1");
  });
});
