/** Groups of runs as tables, JSON and comma-separated values. */
import { summaryCells } from "../pages/summaryCells.ts";
import { textTable } from "../report/textTable.ts";
import type { RunGroup } from "../runs/groupRuns.ts";
import { objectOf, type RunFields, type Value } from "../runs/runFields.ts";
import { type SummaryField, summaryFields } from "../runs/summarise.ts";

/** Groups as a table: means ± sample standard deviations over the seeds that ended. */
export function groupTable(groups: readonly RunGroup[], columns?: number): string {
  const head = [
    "group",
    "seeds",
    "not ended",
    "validation error %",
    "test error %",
    "at best validation %",
    "train loss",
    "seconds",
  ];
  const fields = ["validationError", "testError", "bestTestError", "trainLoss", "seconds"] as const;
  const rows = groups.map((group) => [
    group.label,
    String(group.counted.length),
    notEnded(group),
    ...summaryCells(group.spreads, fields),
  ]);
  const numRepeated = groups.reduce((sum, group) => sum + group.numRepeated, 0);
  const note = `\n${numRepeated} ended under a seed that is counted already, and ${numRepeated === 1 ? "is" : "are"} left out\n`;
  return textTable(head, rows, columns) + (numRepeated === 0 ? "" : note);
}

/** Those that did not end by status, such as `2 diverged, 1 running`. */
function notEnded({ runs }: RunGroup): string {
  const left = runs.filter(({ status }) => status !== "ended").map(({ status }) => status);
  const counts = [...new Set(left)].map((status) => `${left.filter((other) => other === status).length} ${status}`);
  return left.length === 0 ? "0" : counts.join(", ");
}

/** A group for JSON. */
export function groupJson({ label, settings, runs, counted, numRepeated, spreads }: RunGroup): object {
  return {
    label,
    settings: objectOf(settings),
    runs: runs.map(({ name, status }) => ({ name, status })),
    seeds: counted.map(({ content }) => content.settings.seed),
    numNotEnded: runs.filter(({ status }) => status !== "ended").length,
    numRepeated,
    ...spreads,
  };
}

/** What groups are sorted by: their settings, means, and number of seeds. */
export function groupFields({ label, settings, counted, spreads }: RunGroup): RunFields {
  const means = summaryFields.map((name): [string, Value] => [name, spreads[name].mean]);
  return new Map<string, Value>([["label", label], ["seeds", counted.length], ...means, ...settings]);
}

/** Columns of comma-separated values. */
export const groupColumns: readonly string[] = [
  "label",
  "seeds",
  "notEnded",
  "repeated",
  ...summaryFields.flatMap((name) => [name, `${name} sd`, `${name} n`]),
];

/** A row of comma-separated values. */
export function groupCsv({ label, runs, counted, numRepeated, spreads }: RunGroup): RunFields {
  const ofSpread = (name: SummaryField): Value[] => [spreads[name].mean, spreads[name].sd, spreads[name].n];
  const numNotEnded = runs.filter(({ status }) => status !== "ended").length;
  const values = [label, counted.length, numNotEnded, numRepeated, ...summaryFields.flatMap(ofSpread)];
  return new Map(groupColumns.map((column, i) => [column, values[i]!]));
}
