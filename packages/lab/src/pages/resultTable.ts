import { hasDiverged, type RunResult } from "entropy-sgd-training";
import { textTable } from "../report/textTable.ts";
import { type SummaryField, summarise } from "../runs/summarise.ts";
import { withDeviation } from "../statistics/numbers.ts";

const quantityColumns: readonly (readonly [title: string, quantity: SummaryField, scale: number, digits: number])[] = [
  ["test error %", "testError", 100, 2],
  ["at best validation %", "bestTestError", 100, 2],
  ["minimum of test curve %", "minTestError", 100, 2],
  ["train loss", "trainLoss", 1, 4],
  ["ms/gradient", "msPerGradient", 1, 1],
  ["seconds", "seconds", 1, 0],
];

/** Columns that are left out where they equal the test error, with the note that explains each. */
const optional: Readonly<Partial<Record<SummaryField, string>>> = {
  bestTestError: "at best validation: the test error at the epoch with the lowest validation error",
  minTestError: "minimum of test curve: the lowest test error of any epoch, known only from the test set itself",
};

/** The results as a table for the terminal, a row per optimizer, with notes that explain the columns. */
export function resultTable(results: readonly RunResult[], columns?: number): string {
  const summaries = Object.entries(summarise(results));
  const shownColumns = quantityColumns.filter(
    ([, quantity, scale, digits]) =>
      optional[quantity] === undefined ||
      summaries.some(
        ([, summary]) =>
          withDeviation(summary[quantity], digits, scale) !== withDeviation(summary.testError, digits, scale),
      ),
  );
  const rows = summaries.map(([name, summary]) => {
    const own = results.filter(({ optimizer }) => optimizer === name);
    return [
      name + (own[0]?.preset ? ` (${own[0].preset})` : ""),
      numRunsText(summary.testError.n, own),
      String(own[0]?.gradientEvaluations ?? 0),
      ...shownColumns.map(([, quantity, scale, digits]) => withDeviation(summary[quantity], digits, scale)),
    ];
  });
  const head = ["optimizer", "runs", "gradients", ...shownColumns.map(([title]) => title)];
  const notes = [
    ...(summaries.some(([, { testError }]) => testError.sd !== null) ? [spreadCaption] : []),
    ...shownColumns.flatMap(([, quantity]) => optional[quantity] ?? []),
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
