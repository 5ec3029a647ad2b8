/** Tables of runs for the terminal. */

import { printable } from "../printable.ts";
import { csv } from "../store/csv.ts";
import { isRead } from "../store/groupRuns.ts";
import type { Quantities, Value } from "../store/quantities.ts";
import type { StoredRun } from "../store/storedRun.ts";

/** Longer texts, which only a stranger's files hold, are cut. */
const maxWidth = 80;

/**
 * Rows in columns under a head and a rule, every line with its end. Columns of numbers are flush right, the others and
 * the first flush left. What a terminal would obey is written as escapes.
 */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map(cell));
  const columns = head.map((_, column) => ({
    width: Math.max(...cells.map((row) => lengthOf(row[column]!))),
    isText: column === 0 || cells.slice(1).some((row) => !/^(–|-?\d.*|)$/.test(row[column]!)),
  }));
  const line = (row: readonly string[]): string =>
    columns.map(({ width, isText }, column) => padded(row[column]!, width, isText)).join("  ");
  const rule = columns.map(({ width }) => "-".repeat(width)).join("  ");
  return [line(cells[0]!), rule, ...cells.slice(1).map(line)].map((text) => `${text.trimEnd()}\n`).join("");
}

/** A number with so many digits, times `scale`; a dash where there is none. */
export function figure(value: Value | undefined, digits: number, scale = 1): string {
  return typeof value === "number" && Number.isFinite(value) ? (scale * value).toFixed(digits) : "–";
}

/** An error in per cent. */
export function percent(value: Value | undefined): string {
  return figure(value, 2, 100);
}

/** A value as it is; a dash where there is none. */
export function plain(value: Value | undefined): string {
  return value === null || value === undefined ? "–" : String(value);
}

/** Rows of the values under `keys`, for a file that may be shown on a terminal. */
export function csvOf(tables: readonly Quantities[], keys: readonly string[]): string {
  const safe = (value: Value): Value => (typeof value === "string" ? printable(value) : value);
  return csv([keys.map(safe), ...tables.map((table) => keys.map((key) => safe(table.get(key) ?? null)))]);
}

/** What is torn or foreign, a line each, after an empty one. */
export function others(runs: readonly StoredRun[]): string {
  const lines = runs.filter((run) => !isRead(run)).map(({ name, status, reason }) => `${status} ${name}: ${reason}`);
  return lines.length === 0 ? "" : `\n${lines.map((line) => `${printable(line)}\n`).join("")}`;
}

function cell(text: string): string {
  const shown = printable(text);
  return lengthOf(shown) <= maxWidth ? shown : `${[...shown].slice(0, maxWidth - 1).join("")}…`;
}

function padded(text: string, width: number, isText: boolean): string {
  const space = " ".repeat(width - lengthOf(text));
  return isText ? text + space : space + text;
}

/** In characters, not in the units of UTF-16. */
function lengthOf(text: string): number {
  return [...text].length;
}
