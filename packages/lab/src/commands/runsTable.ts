/** Cells and lines of tables of runs. */
import { printable } from "entropy-sgd-training";
import { csv } from "../io/csv.ts";
import { isReadable } from "../runs/groupRuns.ts";
import type { RunFields, Value } from "../runs/runFields.ts";
import type { StoredRun } from "../runs/storedRun.ts";

/** Rows of the values under `keys`, for a file that may be shown on a terminal. */
export function csvOf(tables: readonly RunFields[], keys: readonly string[]): string {
  const safe = (value: Value): Value => (typeof value === "string" ? printable(value) : value);
  return csv([keys.map(safe), ...tables.map((table) => keys.map((key) => safe(table.get(key) ?? null)))]);
}

/** What is torn or foreign, a line each, after an empty one. */
export function others(runs: readonly StoredRun[]): string {
  const lines = runs
    .filter((run) => !isReadable(run))
    .map(({ name, status, reason }) => `${status} ${name}: ${reason}`);
  return lines.length === 0 ? "" : `\n${lines.map((line) => `${printable(line)}\n`).join("")}`;
}
