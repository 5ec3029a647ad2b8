/** Comma-separated values (RFC 4180) that a spreadsheet takes as data. */

/** A value of a row; null and absent ones are empty fields. */
export type Cell = string | number | boolean | null | undefined;

/** The rows as lines that end in CRLF; the first row is the head. */
export function csv(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => `${row.map(field).join(",")}\r\n`).join("");
}

function field(cell: Cell): string {
  if (cell === null || cell === undefined) return "";
  const text = guarded(String(cell));
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Spreadsheets run a field that begins like this as a formula, unless an apostrophe precedes it; numbers are kept. Some
 * take the wide forms of the signs (U+FF1D and so on, small ones and the minus sign) for the signs, and pass over what
 * is not seen before them.
 */
function guarded(text: string): string {
  const isNumber = text.trim() !== "" && !Number.isNaN(Number(text));
  return /^[\s\p{C}]*[=+\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212]|^[\t\r\n]/u.test(text) && !isNumber
    ? `'${text}`
    : text;
}
