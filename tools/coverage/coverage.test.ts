import { describe, expect, test } from "vitest";
import { coverageOf } from "./coverageOf.ts";
import { coveragePage } from "./coveragePage.ts";
import { instruments } from "./instruments.ts";

const inSuite = instruments.filter(({ numSuiteSeeds = 20 }) => numSuiteSeeds > 0);

describe.each(inSuite)("stated errors of $name", ({ level, cases, numSuiteSeeds: numSeeds = 20 }) => {
  /** Five binomial standard errors below the level. */
  const least = (numStated: number): number => level - 5 * Math.sqrt((level * (1 - level)) / numStated);
  let [numStated, numCovered] = [0, 0];

  test.each(cases)("hold the truth: $name", async (problem) => {
    const found = await coverageOf(problem, numSeeds);
    numStated += found.numStated;
    numCovered += found.numCovered;
    if (found.coverage !== null) expect(found.coverage).toBeGreaterThanOrEqual(least(found.numStated));
  });

  test("hold the truth over all cases", () => {
    expect(numStated).toBeGreaterThan(0);
    expect(numCovered / numStated).toBeGreaterThanOrEqual(least(numStated));
  });
});

test("the frame counts intervals, scores and costs", async () => {
  const found = await coverageOf(
    {
      name: "by hand",
      truth: 2,
      run: (seed) =>
        seed === 3 ? null : { estimate: 2 + seed, standardError: 1, interval: [seed + 1, seed + 3], cost: 10 },
    },
    4,
  );
  // Estimates 2, 3, 4 with half width 1 around: the first two hold the truth; |z| = 0, 1, 2.
  expect(found).toMatchObject({
    numSeeds: 4,
    numStated: 3,
    numCovered: 2,
    meanAbsoluteZ: 1,
    meanHalfWidth: 0.5,
    meanCost: 10,
  });
  const page = coveragePage([
    { name: "frame", title: "By hand", level: 0.95, claim: "about", unit: "products", cases: [found] },
  ]);
  expect(page).toContain("| by hand | 3 of 4 | 66.7 % ± 27.2 | 1.0 | 0.500 | 10 |");
});
