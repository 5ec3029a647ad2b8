import { markdownTable } from "../../packages/lab/src/report/markdownTable.ts";
import { fixed, inPercent, significant, withPercentSign } from "../../packages/lab/src/statistics/numbers.ts";
import type { Coverage } from "./coverageOf.ts";
import type { Instrument } from "./instrument.ts";

/** An instrument's coverage as it is stored. */
export interface InstrumentCoverage extends Omit<Instrument, "cases" | "numSeeds" | "numSuiteSeeds"> {
  readonly cases: readonly Coverage[];
}

const intro = `# Coverage of every stated error

Each instrument measures problems whose truth is known, once per seed. A row tells how many of the intervals that it stated hold
the truth, ± the binomial standard error of that share; the mean of |estimate − truth|/standard error, which is 0.80 where errors are normal and as large
as stated; the mean half width of the intervals relative to the truth (absolute where the truth is 0); and the mean cost of a measurement. *stated*
is how often the instrument gave a number at all: one that says "does not apply" is not counted against it.

Made by \`npm run coverage\`; the numbers are in [coverage.json](coverage.json), the problems in [tools/coverage](../../../tools/coverage).
A short version runs in the test suite, where a coverage more than five standard errors below its level fails.
`;

/** The page of all instruments. */
export function coveragePage(instruments: readonly InstrumentCoverage[]): string {
  return [intro, ...instruments.map(section)].join("\n");
}

function section({ name, title, level, claim, unit, cases }: InstrumentCoverage): string {
  const should = `The interval should hold the truth in ${claim} ${percent(level)} of the runs.`;
  const head = ["case", "stated", "coverage", "mean |z|", "half width", `cost, ${unit}`];
  const rows = cases.map((found) => [
    found.name,
    `${found.numStated} of ${found.numSeeds}`,
    found.coverage === null ? "–" : `${percent(found.coverage)} ± ${inPercent(found.coverageError, 1)}`,
    number(found.meanAbsoluteZ, 2),
    number(found.meanHalfWidth, 3),
    fixed(found.meanCost, 0),
  ]);
  return `## ${name}\n\n${title}. ${should}\n\n${markdownTable(head, rows)}\n`;
}

const percent = (share: number): string => withPercentSign(share, share === 1 ? 0 : 1);

function number(value: number | null, digits: number): string {
  if (value === null) return "–";
  return Number.isFinite(value) ? significant(value, digits) : "∞";
}
