import { hasDiverged, type RunResult } from "entropy-sgd-training";
import { textTable } from "../report/textTable.ts";
import { type SummaryField, summarise } from "../runs/summarise.ts";
import { summaryCells } from "./summaryCells.ts";

const titles = {
  testError: "test error %",
  bestTestError: "at best validation %",
  minTestError: "minimum of test curve %",
  trainLoss: "train loss",
  msPerGradient: "ms/gradient",
  seconds: "seconds",
} as const satisfies Partial<Record<SummaryField, string>>;

const allFields = Object.keys(titles) as (keyof typeof titles)[];

/** Columns that are left out where they equal the test error, with the note that explains each. */
const optional: Readonly<Partial<Record<SummaryField, string>>> = {
  bestTestError: "at best validation: the test error at the epoch with the lowest validation error",
  minTestError: "minimum of test curve: the lowest test error of any epoch, known only from the test set itself",
};

/** The results as a table for the terminal, a row per optimizer, with notes that explain the columns. */
export function resultTable(results: readonly RunResult[], columns?: number): string {
  const summaries = Object.entries(summarise(results));
  const fields = allFields.filter((field) => {
    const isOther = ([, summary]: (typeof summaries)[number]): boolean => {
      const [own, testError] = summaryCells(summary, [field, "testError"]);
      return own !== testError;
    };
    return optional[field] === undefined || summaries.some(isOther);
  });
  const rows = summaries.map(([name, summary]) => {
    const own = results.filter(({ optimizer }) => optimizer === name);
    return [
      name + (own[0]?.preset ? ` (${own[0].preset})` : ""),
      numRunsText(summary.testError.n, own),
      String(own[0]?.gradientEvaluations ?? 0),
      ...summaryCells(summary, fields),
    ];
  });
  const head = ["optimizer", "runs", "gradients", ...fields.map((field) => titles[field])];
  const notes = [
    ...(summaries.some(([, { testError }]) => testError.sd !== null) ? [spreadCaption] : []),
    ...fields.flatMap((field) => optional[field] ?? []),
  ];
  return [textTable(head, rows, columns).trimEnd(), ...(notes.length === 0 ? [] : ["", ...notes])].join("\n");
}

/** Explains ± in tables of results. */
const spreadCaption = "±: sample standard deviation over seeds";

/** How many of the runs are in the means of a row, and how many diverged. */
export function numRunsText(numCounted: number, runs: readonly RunResult[]): string {
  const count = numCounted === runs.length ? String(runs.length) : `${numCounted} of ${runs.length}`;
  const diverged = runs.filter(hasDiverged).length;
  return diverged > 0 ? `${count} (${diverged} diverged)` : count;
}
