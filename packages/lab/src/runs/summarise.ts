/** Means over seeds. */
import { hasDiverged, type PrimaryMetric, type RunResult } from "entropy-sgd-training";
import { type MetricValue, metricField } from "../statistics/metricWords.ts";
import { type Spread, spreadOf } from "../statistics/spread.ts";
import { primaryResult, sharedMetric } from "./primaryMetric.ts";

/** Values of the primary metric, in the order of JSON and comma-separated values. */
const metricValues = ["test", "bestTest", "extremeTest", "validation"] as const satisfies readonly MetricValue[];

/** Quantities that every task has. */
const commonFields = ["trainLoss", "seconds", "msPerGradient"] as const satisfies readonly (keyof RunResult)[];

/** The name of a summarised quantity. */
export type SummaryField = MetricValue | (typeof commonFields)[number];

/** All quantities of some runs, with the metric that `validation` and the test values are of. */
export interface Summary extends Readonly<Record<SummaryField, Spread>> {
  readonly metric: PrimaryMetric;
}

/**
 * Summaries by optimizer, in order of appearance. Runs that diverged have no metrics, so `n` tells of them.
 *
 * @throws InputError if the primary metrics of the runs differ
 */
export function summarise(results: readonly RunResult[]): Readonly<Record<string, Summary>> {
  const names = [...new Set(results.map(({ optimizer }) => optimizer))];
  const metric = sharedMetric(results.map(primaryResult), "a summary");
  const summaryBy = (name: string): Summary =>
    summaryOf(
      results.filter(({ optimizer }) => optimizer === name),
      metric,
    );
  return Object.fromEntries(names.map((name) => [name, summaryBy(name)]));
}

/**
 * Every quantity over some runs; its `n` counts the runs that have a value.
 *
 * @param metric - the primary metric of the runs, which there may be none of
 */
export function summaryOf(results: readonly RunResult[], { name, better }: PrimaryMetric): Summary {
  const primaries = results.map(primaryResult);
  const ofMetric = metricValues.map((value) => [value, spreadOf(primaries.map((own) => own[value]))]);
  const common = commonFields.map((field) => [field, spreadOf(results.map((result) => countedValue(result, field)))]);
  return { metric: { name, better }, ...Object.fromEntries([...ofMetric, ...common]) };
}

/** The quantities under the names that results have in files: `testError`, …, `msPerGradient`, or `testRmse`, …. */
export function namedSpreads(summary: Summary): [name: string, spread: Spread][] {
  return [
    ...metricValues.map((value): [string, Spread] => [metricField(value, summary.metric), summary[value]]),
    ...commonFields.map((field): [string, Spread] => [field, summary[field]]),
  ];
}

/** The same as an object for JSON. */
export function summaryJson(summary: Summary): Readonly<Record<string, Spread>> {
  return Object.fromEntries(namedSpreads(summary));
}

/** A run that diverged has no errors, and its training loss would hide the others'. */
function countedValue(result: RunResult, field: (typeof commonFields)[number]): number | null {
  return field === "trainLoss" && hasDiverged(result) ? null : result[field];
}
