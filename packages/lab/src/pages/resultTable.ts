import { hasDiverged, type PrimaryMetric, type RunResult } from "entropy-sgd-training";
import { textTable } from "../report/textTable.ts";
import { type SummaryField, summarise } from "../runs/summarise.ts";
import { bestWords } from "../statistics/metricWords.ts";
import { summaryCells, summaryTitles } from "./summaryCells.ts";

const allFields = ["test", "bestTest", "extremeTest", "trainLoss", "msPerGradient", "seconds"] as const;

/** Columns that are left out where they equal the test metric, with the note that explains each. */
function optionalNotes(metric: PrimaryMetric): Readonly<Partial<Record<SummaryField, string>>> {
  const [{ best, extreme }, test] = [bestWords(metric), `test ${metric.name}`];
  return {
    bestTest: `at best validation: the ${test} at the evaluation with the ${best} validation ${metric.name}`,
    extremeTest: `${extreme} of test curve: the ${best} ${test} of any evaluation, known only from the test set itself`,
  };
}

/** The results as a table for the terminal, a row per optimizer, with notes that explain the columns. */
export function resultTable(results: readonly RunResult[], columns?: number): string {
  const summaries = Object.entries(summarise(results));
  const all = summaries.map(([, summary]) => summary);
  const { metric } = all[0]!;
  const [titles, optional] = [summaryTitles(metric), optionalNotes(metric)];
  const fields = allFields.filter((field) => {
    const isOther = (summary: (typeof all)[number]): boolean => {
      const [own, test] = summaryCells(summary, [field, "test"], all);
      return own !== test;
    };
    return optional[field] === undefined || all.some(isOther);
  });
  const rows = summaries.map(([name, summary]) => {
    const own = results.filter(({ optimizer }) => optimizer === name);
    return [
      name + (own[0]?.preset ? ` (${own[0].preset})` : ""),
      numRunsText(summary.test.n, own),
      String(own[0]?.gradientEvaluations ?? 0),
      ...summaryCells(summary, fields, all),
    ];
  });
  const head = ["optimizer", "runs", "gradients", ...fields.map((field) => titles[field])];
  const notes = [
    ...(all.some(({ test }) => test.sd !== null) ? [spreadCaption] : []),
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
