import { printable } from "entropy-sgd-training";
import { beginningOf, columnsOf } from "./columnsOf.ts";

/** Longer cells, which only untrusted files have, are cut. */
const maxWidth = 80;

/**
 * Rows in columns under a head and a rule, every line with its end. Columns of numbers are flush right, the others and
 * the first flush left. Control characters are written as escapes.
 *
 * @param columns - characters of the terminal: columns that do not fit beside the first go to tables below
 */
export function textTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number = Number.POSITIVE_INFINITY,
): string {
  const cells = [head, ...rows].map((row) => row.map(cell));
  const shapes = head.map((_, column) => ({
    column,
    // As arguments of `Math.max`, so many rows as a large table may have would overflow the stack.
    width: cells.reduce((most, row) => Math.max(most, columnsOf(row[column]!)), 0),
    isText: column === 0 || cells.slice(1).some((row) => !/^(–|-?\d.*|)$/.test(row[column]!)),
  }));
  const [first, ...others] = shapes;
  if (first === undefined) return "";
  const parts: (typeof shapes)[] = [[first]];
  for (const shape of others) {
    const part = parts.at(-1)!;
    const used = part.reduce((sum, { width }) => sum + width + 2, 0);
    if (part.length > 1 && used + shape.width > columns) parts.push([first, shape]);
    else part.push(shape);
  }
  // Where the last table would have one column alone, the one before it comes along.
  const [above, last] = [parts.at(-2), parts.at(-1)!];
  if (above !== undefined && above.length > 3 && last.length === 2) last.splice(1, 0, above.pop()!);
  const drawn = parts.map((part) => {
    const line = (row: readonly string[]): string =>
      part.map(({ column, width, isText }) => padded(row[column]!, width, isText)).join("  ");
    const rule = part.map(({ width }) => "-".repeat(width)).join("  ");
    return [line(cells[0]!), rule, ...cells.slice(1).map(line)].map((text) => `${text.trimEnd()}\n`).join("");
  });
  return drawn.join("\n");
}

/** The width of a terminal in characters; unlimited for output that is not a terminal. */
export function widthOf({ isTTY, columns }: { readonly isTTY?: boolean; readonly columns?: number }): number {
  return isTTY === true && columns !== undefined ? columns : Number.POSITIVE_INFINITY;
}

function cell(text: string): string {
  const shown = printable(text);
  return columnsOf(shown) <= maxWidth ? shown : `${beginningOf(shown, maxWidth - 1)}…`;
}

function padded(text: string, width: number, isText: boolean): string {
  const space = " ".repeat(width - columnsOf(text));
  return isText ? text + space : space + text;
}
