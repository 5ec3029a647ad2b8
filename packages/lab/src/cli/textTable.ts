import { printable } from "../printable.ts";

/** Longer texts, which only a stranger's files hold, are cut. */
const maxWidth = 80;

/**
 * Rows in columns under a head and a rule, every line with its end. Columns of numbers are flush right, the others and
 * the first flush left. What a terminal would obey is written as escapes.
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
    width: cells.reduce((most, row) => Math.max(most, lengthOf(row[column]!)), 0),
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
  const drawn = parts.map((part) => {
    const line = (row: readonly string[]): string =>
      part.map(({ column, width, isText }) => padded(row[column]!, width, isText)).join("  ");
    const rule = part.map(({ width }) => "-".repeat(width)).join("  ");
    return [line(cells[0]!), rule, ...cells.slice(1).map(line)].map((text) => `${text.trimEnd()}\n`).join("");
  });
  return drawn.join("\n");
}

/** The characters of a terminal's line; unlimited elsewhere, where programs read. */
export function widthOf({ isTTY, columns }: { readonly isTTY?: boolean; readonly columns?: number }): number {
  return isTTY === true && columns !== undefined ? columns : Number.POSITIVE_INFINITY;
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
