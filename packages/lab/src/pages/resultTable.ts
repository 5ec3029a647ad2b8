import { hasDiverged, type RunResult } from "entropy-sgd-training";
import { type Spread, type SummaryField, summarise } from "../runs/summarise.ts";
import { textTable } from "./textTable.ts";

const quantityColumns: readonly (readonly [title: string, quantity: SummaryField, scale: number, digits: number])[] = [
  ["test error %", "testError", 100, 2],
  ["at best validation %", "bestTestError", 100, 2],
  ["minimum of test curve %", "minTestError", 100, 2],
  ["train loss", "trainLoss", 1, 4],
  ["ms/gradient", "msPerGradient", 1, 1],
  ["seconds", "seconds", 1, 0],
];

/** The results as a table for the terminal: a row per optimizer, mean ± standard deviation over seeds. */
export function resultTable(results: readonly RunResult[], columns?: number): string {
  const rows = Object.entries(summarise(results)).map(([name, summary]) => {
    const own = results.filter(({ optimizer }) => optimizer === name);
    return [
      name + (own[0]?.preset ? ` (${own[0].preset})` : ""),
      numRunsText(summary.testError.n, own),
      String(own[0]?.gradientEvaluations ?? 0),
      ...quantityColumns.map(([, quantity, scale, digits]) => shown(summary[quantity], scale, digits)),
    ];
  });
  return textTable(
    ["optimizer", "runs", "gradients", ...quantityColumns.map(([title]) => title)],
    rows,
    columns,
  ).trimEnd();
}

/** How many runs are behind the means of a row, of how many, and why some are not. */
export function numRunsText(numCounted: number, runs: readonly RunResult[]): string {
  const count = numCounted === runs.length ? String(runs.length) : `${numCounted} of ${runs.length}`;
  const diverged = runs.filter(hasDiverged).length;
  return diverged > 0 ? `${count} (${diverged} diverged)` : count;
}

/** `mean ± sd`, the mean alone for one run, a dash where there is none. */
export function shown({ mean, sd }: Spread, scale: number, digits: number): string {
  if (mean === null) return "–";
  const spread = sd === null ? "" : ` ± ${(scale * sd).toFixed(digits)}`;
  return (scale * mean).toFixed(digits) + spread;
}
