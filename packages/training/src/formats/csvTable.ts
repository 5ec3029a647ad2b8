/** The cells of a CSV or TSV file with their lines. Quotes as in RFC 4180. */
import Papa from "papaparse";
import { InputError } from "../inputError.ts";

/** A table as texts. */
export interface CsvTable {
  readonly path: string;
  readonly separator: string;
  readonly hasHeader: boolean;
  /** Names of the columns. */
  readonly names: readonly string[];
  readonly rows: readonly CsvRow[];
  readonly bytes: Uint8Array;
}

/** A record of the file. */
export interface CsvRow {
  readonly cells: readonly string[];
  /** The line on which it begins, from 1 on. */
  readonly line: number;
}

/** How a table is written; null for what is found. */
export interface CsvLayout {
  readonly separator?: string | null | undefined;
  readonly header?: boolean | null | undefined;
}

/**
 * Reads a table: all records have the same number of cells, names of columns are there once. Cells lose blanks around them.
 *
 * @param path - of the file, or what else names it in errors
 * @throws InputError with file, line and rule for a malformed file and one without records
 */
export function parseCsv(path: string, bytes: Uint8Array, layout: CsvLayout = {}): CsvTable {
  const text = textOf(path, bytes);
  const separator = separatorOf(path, text, layout.separator ?? null);
  const records = recordsOf(path, text, separator);
  const [first] = records;
  const hasHeader = layout.header ?? first?.cells.every((cell) => cell !== "" && !isNumber(cell)) ?? false;
  const rows = hasHeader ? records.slice(1) : records;
  if (first === undefined || rows.length === 0) throw new InputError({ path, rule: "there are no rows in it" });
  const names = hasHeader ? first.cells : first.cells.map((_, i) => String(i + 1));
  names.forEach((name, column) => {
    const rule = `line ${first.line}: columns must have names, each its own`;
    if (name === "") throw new InputError({ path, rule, value: name, got: `column ${column + 1} has none` });
    if (names.indexOf(name) !== column)
      throw new InputError({ path, rule, value: name, got: `${name} is there twice` });
  });
  return { path, separator, hasHeader, names, rows, bytes };
}

/** Whether a cell is a number in decimal digits, with or without an exponent. */
export function isNumber(cell: string): boolean {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(cell);
}

function separatorOf(path: string, text: string, given: string | null): string {
  if (given !== null) return given === "tab" ? "\t" : given;
  if (/\.tsv$/i.test(path)) return "\t";
  const [line = ""] = text.split("\n", 1);
  return line.includes(";") && !line.includes(",") ? ";" : ",";
}

/** The records but empty lines, each with the line on which it begins. */
function recordsOf(path: string, text: string, delimiter: string): CsvRow[] {
  const rows: CsvRow[] = [];
  let [at, line] = [0, 1];
  const advance = (to: number): void => {
    for (let end = text.indexOf("\n", at); end >= 0 && end < to; end = text.indexOf("\n", at)) {
      line += 1;
      at = end + 1;
    }
  };
  Papa.parse<string[]>(text, {
    delimiter,
    newline: "\n",
    step: ({ data, errors, meta }) => {
      const [error] = errors;
      if (error !== undefined) {
        advance(error.index ?? at);
        const how =
          error.code === "MissingQuotes" ? "is never closed" : "must enclose a whole cell, and be doubled inside it";
        throw new InputError({ path, rule: `line ${line}: a quote ${how}` });
      }
      const cells = data.map((cell) => cell.trim());
      if (cells.length > 1 || cells[0] !== "") rows.push({ cells, line });
      advance(meta.cursor);
    },
  });
  const width = rows[0]?.cells.length;
  const other = rows.find(({ cells }) => cells.length !== width);
  if (other === undefined) return rows;
  const rule = `line ${other.line}: every line must have ${width} cells as the first`;
  throw new InputError({ path, rule, value: other.cells.length, got: `this has ${other.cells.length}` });
}

function textOf(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new InputError({ path, rule: "must be text in UTF-8" });
  }
}
