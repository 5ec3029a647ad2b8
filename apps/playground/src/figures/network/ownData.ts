/** The reader's own points: a table of two columns of numbers and one of labels. */
import {
  fittedStandardisation,
  holdOut,
  InputError,
  type RawExamples,
  type Split,
  standardised,
} from "entropy-sgd-training";
import { type CsvTable, isNumber, parseCsv } from "entropy-sgd-training/formats";
import type { PlainData, PlainExamples } from "./setUp.ts";

/** What is taken. */
export const limits = { rows: [20, 2000], classes: [2, 8], bytes: 1_000_000 } as const;

/** The share of the rows that is held out, of every class alike. */
const heldOut = 0.3;

/**
 * Reads the table: its label column is that named label, class, target or y, or the last; rows are held out by a draw of seed 0, and
 * numbers standardised by the training rows.
 *
 * @throws InputError with file, line, column and rule
 */
export function ownDataOf(name: string, bytes: Uint8Array): PlainData {
  if (bytes.length > limits.bytes)
    throw new InputError({ path: name, rule: `must have at most ${limits.bytes} bytes`, value: bytes.length });
  const table = parseCsv(name, bytes);
  const { rows, names } = table;
  if (names.length !== 3)
    throw new InputError({
      path: name,
      rule: "must have three columns, two of numbers and a label",
      value: names.length,
    });
  requireBetween(name, "rows", rows.length);
  const label = labelColumn(names);
  const columns = [0, 1, 2].filter((column) => column !== label);
  const values = Float64Array.from(rows.flatMap((_, row) => columns.map((column) => numberAt(table, row, column))));
  const texts = rows.map((_, row) => textAt(table, row, label));
  const classes = [...new Set(texts)].sort();
  requireBetween(name, "classes", classes.length);
  const whole: Split & RawExamples = {
    numExamples: rows.length,
    inputShape: [2],
    numClasses: classes.length,
    readExampleInto: (out, offset, index) => out.set(values.subarray(2 * index, 2 * index + 2), offset),
    labelOf: (index) => classes.indexOf(texts[index]!),
  };
  const { train, validation } = holdOut(whole, { validation: heldOut, heldOut: "stratified" });
  const scaling = fittedStandardisation(train as Split & RawExamples, 2);
  const plain = (split: Split): PlainExamples => plainOf(standardised(split, scaling));
  return { name, inputShape: [2], classes, train: plain(train), test: plain(validation) };
}

function requireBetween(path: string, what: "rows" | "classes", count: number): void {
  const [least, most] = limits[what];
  if (count >= least && count <= most) return;
  throw new InputError({ path, rule: `must have from ${least} to ${most} ${what}`, value: count });
}

function labelColumn(names: readonly string[]): number {
  const named = names.findIndex((name) => ["label", "class", "target", "y"].includes(name.toLowerCase()));
  return named >= 0 ? named : 2;
}

function numberAt({ path, rows, names }: CsvTable, row: number, column: number): number {
  const { cells, line } = rows[row]!;
  const cell = cells[column]!;
  const number = isNumber(cell) ? Number(cell) : Number.NaN;
  if (Number.isFinite(Math.fround(number))) return number;
  throw new InputError({ path, name: `line ${line}, column ${names[column]}`, rule: "must be a number", value: cell });
}

function textAt({ path, rows, names }: CsvTable, row: number, column: number): string {
  const { cells, line } = rows[row]!;
  if (cells[column] !== "") return cells[column]!;
  throw new InputError({ path, name: `line ${line}, column ${names[column]}`, rule: "must be a label", value: "" });
}

function plainOf(split: Split): PlainExamples {
  const inputs = new Float32Array(2 * split.numExamples);
  for (let i = 0; i < split.numExamples; i++) split.readExampleInto(inputs, 2 * i, i);
  return { inputs, labels: Int32Array.from({ length: split.numExamples }, (_, i) => split.labelOf(i)) };
}
