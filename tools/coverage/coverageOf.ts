import type { CoverageCase } from "./instrument.ts";

/** What was seen of one case. */
export interface Coverage {
  readonly name: string;
  readonly truth: number;
  readonly numSeeds: number;
  /** Runs that stated a number; the others said that they do not apply. */
  readonly numStated: number;
  /** Of the stated intervals, how many hold the truth. */
  readonly numCovered: number;
  /** numCovered/numStated, and its binomial standard error at the observed share; null where nothing was stated. */
  readonly coverage: number | null;
  readonly coverageError: number | null;
  /** Mean of |estimate − truth|/standardError: 0.80 for normal errors of the stated size; null where none was stated. */
  readonly meanAbsoluteZ: number | null;
  /** Mean half width of the intervals over |truth|, or the half width itself where the truth is 0. */
  readonly meanHalfWidth: number | null;
  readonly meanCost: number | null;
}

/** Repeats a case over seeds 0, 1, …, and counts the intervals that hold the truth. */
export async function coverageOf({ name, truth, run }: CoverageCase, numSeeds: number): Promise<Coverage> {
  const [covered, scores, widths, costs]: [boolean[], number[], number[], number[]] = [[], [], [], []];
  for (let seed = 0; seed < numSeeds; seed++) {
    const stated = await run(seed);
    if (stated === null) continue;
    const { estimate, interval, standardError, cost } = stated;
    covered.push(interval[0] <= truth && truth <= interval[1]);
    widths.push((interval[1] - interval[0]) / 2 / (truth === 0 ? 1 : Math.abs(truth)));
    if (standardError !== undefined) scores.push(estimate === truth ? 0 : Math.abs(estimate - truth) / standardError);
    if (cost !== undefined) costs.push(cost);
  }
  const numStated = covered.length;
  const numCovered = covered.filter(Boolean).length;
  const coverage = numStated === 0 ? null : numCovered / numStated;
  return {
    ...{ name, truth, numSeeds, numStated, numCovered, coverage },
    coverageError: coverage === null ? null : Math.sqrt((coverage * (1 - coverage)) / numStated),
    meanAbsoluteZ: meanOf(scores),
    meanHalfWidth: meanOf(widths),
    meanCost: meanOf(costs),
  };
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
