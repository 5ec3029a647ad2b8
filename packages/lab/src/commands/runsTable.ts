/** Cells and lines of tables of runs. */
import { printable } from "entropy-sgd-training";
import { csv } from "../io/csv.ts";
import { isReadable } from "../runs/groupRuns.ts";
import type { RunFields, Value } from "../runs/runFields.ts";
import type { StoredRun } from "../runs/storedRun.ts";

/** A number with so many digits, times `scale`; a dash where there is none. */
export function figure(value: Value | undefined, digits: number, scale = 1): string {
  return typeof value === "number" && Number.isFinite(value) ? (scale * value).toFixed(digits) : "–";
}

/** An error in per cent. */
export function percent(value: Value | undefined): string {
  return figure(value, 2, 100);
}

/** A value, numbers to six digits where they are no integers; a dash where there is none. */
export function plain(value: Value | undefined): string {
  if (value === null || value === undefined) return "–";
  return String(typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value);
}

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
