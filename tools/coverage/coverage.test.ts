import { describe, expect, test } from "vitest";
import { coverageOf } from "./coverageOf.ts";
import { coveragePage } from "./coveragePage.ts";
import { instruments } from "./instruments.ts";

/** Seeds per case: a coverage of 75 % in place of 95 % is seen. */
const numSeeds = 40;

describe.each(instruments)("stated errors of $name", ({ level, cases }) => {
  test.each(cases)("hold the truth: $name", async (problem) => {
    const { coverage, numStated } = await coverageOf(problem, numSeeds);
    const error = Math.sqrt((level * (1 - level)) / Math.max(1, numStated));
    if (coverage !== null) expect(coverage).toBeGreaterThanOrEqual(level - 5 * error);
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
