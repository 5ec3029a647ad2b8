/** Runs as the table sees them: flat records to filter and sort by, progress, and groups of seeds. */
import type { GroupRow, RunRow } from "entropy-sgd-lab";
import type { Fields } from "./filter.ts";

/** A run's record: what the server tells of every run, and the settings where they were asked for. */
export function fieldsOf(row: RunRow, settings: Fields = {}): Fields {
  const { id, status, reason, created, changed, facts } = row;
  const own = { name: id, status, reason, created, changed };
  if (facts === null) return own;
  const { metric, endReason, gradients, ...others } = facts;
  return {
    ...settings,
    ...others,
    ...own,
    metric: metric.name,
    reason: endReason,
    gradients,
    gradientEvaluations: gradients,
    [named("validation", metric.name)]: facts.validation,
    [named("test", metric.name)]: facts.test,
  };
}

/** The field of a metric: `testError`. */
function named(split: string, metric: string): string {
  return split + metric.charAt(0).toUpperCase() + metric.slice(1);
}

/** How far a run is, 0 … 1; null where it is not known. */
export function progressOf({ facts }: RunRow): number | null {
  if (facts === null || facts.totalGradients === null || facts.totalGradients === 0) return null;
  return Math.min(1, facts.gradients / facts.totalGradients);
}

/**
 * Seconds until a running run ends, at the pace that it had from when its folder was made to its last event. An estimate: a pause
 * between the two makes it too long. null for runs that do not run.
 */
export function secondsLeft(row: RunRow): number | null {
  const progress = progressOf(row);
  if (row.status !== "running" || progress === null || progress === 0) return null;
  const spent = (Date.parse(row.changed ?? "") - Date.parse(row.created ?? "")) / 1000;
  return spent > 0 ? (spent * (1 - progress)) / progress : null;
}

/** A line of the table: a run, or a group of seeds with the runs that are shown of it. */
export type Line =
  | { readonly kind: "run"; readonly row: RunRow; readonly isMember: boolean }
  | { readonly kind: "group"; readonly group: GroupRow; readonly rows: readonly RunRow[] };

/** Groups in the order of their first rows, those that are open with their runs beneath; runs without a group at the end. */
export function groupedLines(
  rows: readonly RunRow[],
  groups: readonly GroupRow[],
  isOpen: (group: string) => boolean,
): Line[] {
  const byKey = new Map(groups.map((group) => [group.group, group]));
  const members = new Map<string, RunRow[]>();
  const alone: RunRow[] = [];
  for (const row of rows) {
    const key = row.facts?.group;
    if (key === undefined || !byKey.has(key)) alone.push(row);
    else members.set(key, [...(members.get(key) ?? []), row]);
  }
  const lines = [...members].flatMap(([key, own]): Line[] => [
    { kind: "group", group: byKey.get(key)!, rows: own },
    ...(isOpen(key) ? own.map((row): Line => ({ kind: "run", row, isMember: true })) : []),
  ]);
  return [...lines, ...alone.map((row): Line => ({ kind: "run", row, isMember: false }))];
}
