/** Means over seeds as the cells of a table: what every table of results is made of. */
import type { PrimaryMetric } from "entropy-sgd-training";
import type { Summary, SummaryField } from "../runs/summarise.ts";
import { bestWords, digitsOf, metricTitle, metricUnit, signOf } from "../statistics/metricWords.ts";
import { withDeviation } from "../statistics/numbers.ts";
import type { Unit } from "../statistics/words.ts";

/** `mean ± sample standard deviation` of each quantity; `among` are all summaries of the table, which share their digits. */
export function summaryCells(summary: Summary, fields: readonly SummaryField[], among: readonly Summary[]): string[] {
  const unit = unitOf(among);
  const formats: Readonly<Record<SummaryField, Pick<Unit, "scale" | "digits">>> = {
    validation: unit,
    test: unit,
    bestTest: unit,
    extremeTest: unit,
    // A cross-entropy is near 1 or below; other losses have the size of their targets.
    trainLoss: { scale: 1, digits: unit.scale > 1 ? 4 : digitsOf(among.map(({ trainLoss }) => trainLoss.mean)) },
    seconds: { scale: 1, digits: 0 },
    msPerGradient: { scale: 1, digits: 1 },
  };
  return fields.map((field) => withDeviation(summary[field], formats[field].digits, formats[field].scale));
}

/** How the metric of some summaries is printed. */
export function unitOf(summaries: readonly Summary[]): Unit {
  const values = summaries.flatMap(({ validation, test, bestTest, extremeTest }) =>
    [validation, test, bestTest, extremeTest].map(({ mean }) => mean),
  );
  return metricUnit(summaries[0]?.metric.name ?? "error", values);
}

/** The heads of columns, with the unit that cells lack. */
export function summaryTitles(metric: PrimaryMetric): Readonly<Record<SummaryField, string>> {
  const sign = signOf(metric.name);
  return {
    validation: `validation ${metricTitle(metric.name)}`,
    test: `test ${metricTitle(metric.name)}`,
    bestTest: `at best validation${sign}`,
    extremeTest: `${bestWords(metric).extreme} of test curve${sign}`,
    trainLoss: "train loss",
    seconds: "seconds",
    msPerGradient: "ms/gradient",
  };
}
