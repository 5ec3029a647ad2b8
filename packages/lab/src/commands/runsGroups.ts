/** Groups of runs as tables, JSON and comma-separated values. */
import { summaryCells, summaryTitles } from "../pages/summaryCells.ts";
import { textTable } from "../report/textTable.ts";
import type { RunGroup } from "../runs/groupRuns.ts";
import { distinctMetrics, isSameMetric } from "../runs/primaryMetric.ts";
import { namesOf, objectOf, type RunFields, type Value } from "../runs/runFields.ts";
import { namedSpreads, summaryJson } from "../runs/summarise.ts";
import { csvOf } from "./runsTable.ts";

/** Groups as a table: means ± sample standard deviations over the seeds that ended; columns of its own for each metric. */
export function groupTable(groups: readonly RunGroup[], columns?: number): string {
  const metrics = distinctMetrics(groups.map(({ spreads }) => spreads.metric));
  const fields = ["validation", "test", "bestTest"] as const;
  const common = ["trainLoss", "seconds"] as const;
  const titles = metrics.flatMap((metric) => fields.map((field) => summaryTitles(metric)[field]));
  const head = ["group", "seeds", "not ended", ...titles, ...common.map((field) => summaryTitles(metrics[0]!)[field])];
  const rows = groups.map((group) => {
    const { metric } = group.spreads;
    const alike = groups.map(({ spreads }) => spreads).filter((other) => isSameMetric(other.metric, metric));
    const own = summaryCells(group.spreads, fields, alike);
    return [
      group.label,
      String(group.counted.length),
      notEnded(group),
      ...metrics.flatMap((other) => (isSameMetric(other, metric) ? own : own.map(() => ""))),
      ...summaryCells(group.spreads, common, alike),
    ];
  });
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
    metric: spreads.metric.name,
    ...summaryJson(spreads),
  };
}

/** What groups are sorted by: their settings, means, and number of seeds. */
export function groupFields({ label, settings, counted, spreads }: RunGroup): RunFields {
  const means = namedSpreads(spreads).map(([name, { mean }]): [string, Value] => [name, mean]);
  return new Map<string, Value>([["label", label], ["seeds", counted.length], ...means, ...settings]);
}

/** Groups as rows of comma-separated values, with columns of its own for each metric. */
export function groupCsv(groups: readonly RunGroup[]): string {
  const rows = groups.map(({ label, runs, counted, numRepeated, spreads }): RunFields => {
    const numNotEnded = runs.filter(({ status }) => status !== "ended").length;
    const numbers: readonly [string, Value][] = [
      ["label", label],
      ["seeds", counted.length],
      ["notEnded", numNotEnded],
      ["repeated", numRepeated],
    ];
    const means = namedSpreads(spreads).flatMap(([name, { mean, sd, n }]): [string, Value][] => [
      [name, mean],
      [`${name} sd`, sd],
      [`${name} n`, n],
    ]);
    return new Map([...numbers, ...means]);
  });
  return csvOf(rows, namesOf(rows));
}
