import { printable } from "../printable.ts";

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
