/** Means over seeds. */
import { hasDiverged, type RunResult } from "entropy-sgd-training";
import { type Spread, spreadOf } from "../statistics/spread.ts";

/** The quantities of a summary. */
export const summaryFields: readonly [
  "testError",
  "bestTestError",
  "minTestError",
  "validationError",
  "trainLoss",
  "seconds",
  "msPerGradient",
] = ["testError", "bestTestError", "minTestError", "validationError", "trainLoss", "seconds", "msPerGradient"] as const;

/** The name of a summarised quantity. */
export type SummaryField = (typeof summaryFields)[number];

/** All fields of one optimizer's runs. */
export type Summary = Readonly<Record<SummaryField, Spread>>;

/** Summaries by optimizer, in order of appearance. Runs that diverged have no errors, so `n` tells of them. */
export function summarise(results: readonly RunResult[]): Readonly<Record<string, Summary>> {
  const names = [...new Set(results.map(({ optimizer }) => optimizer))];
  return Object.fromEntries(
    names.map((name) => {
      return [name, summaryOf(results.filter(({ optimizer }) => optimizer === name))];
    }),
  );
}

/** Every quantity over some runs; its `n` counts the runs that have a value. */
export function summaryOf(results: readonly RunResult[]): Summary {
  const entries = summaryFields.map((quantity) => [
    quantity,
    spreadOf(results.map((result) => countedValue(result, quantity))),
  ]);
  return Object.fromEntries(entries) as Summary;
}

/** A run that diverged has no errors, and its training loss would hide the others'. */
function countedValue(result: RunResult, quantity: SummaryField): number | null {
  return quantity === "trainLoss" && hasDiverged(result) ? null : result[quantity];
}
