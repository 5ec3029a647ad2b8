/**
 * Tables in CSV and TSV: one file, or train.csv, test.csv and perhaps validation.csv in a folder.
 *
 * A column of numbers is one input. A column of texts is a category: an input for each of its texts, 1 for that of the row and 0
 * for the others. Inputs are standardised; categories are not.
 */
import type { InputColumn, Preparation, TablePreparation } from "../../data/preparation.ts";
import { labelOf } from "../../data/preparation.ts";
import type { RawSplit } from "../../data/standardise.ts";
import type { CsvTable } from "../../formats/csvTable.ts";
import { InputError } from "../../inputError.ts";
import { standardisationPlan } from "../assemble.ts";
import { checksumOf } from "../checksum.ts";
import type { DataOptions } from "../dataOptions.ts";
import type { DataReader, ReadData, ReadExamples } from "../dataReader.ts";
import { fileIn, type Listing, namesIn } from "../listing.ts";
import { classesOf, columnIn, inputColumns, requireNoGaps, targetNames } from "./csvColumns.ts";
import { readCsv } from "./readCsv.ts";

const ending = /\.(csv|tsv)$/i;

/** The reader of tables. */
export const csv: DataReader = {
  name: "csv",
  what: "a table (*.csv or *.tsv, or train.csv and test.csv)",
  usual: { validation: 0.1, test: 0.2, heldOut: "random" },
  recognises: (listing) => {
    const tables = listing.files.filter((file) => ending.test(file));
    return tables.length === 1 || tables.some((file) => partOf(file) === "train");
  },
  read: readTables,
  readExamples: readNewRows,
};

const partOf = (file: string): string => file.replace(ending, "").toLowerCase();

/** The table of each part; the only file is for training. */
function tablesOf(listing: Listing, options: DataOptions): { train: CsvTable; validation?: CsvTable; test?: CsvTable } {
  const files = listing.files.filter((file) => ending.test(file));
  const read = (file: string): CsvTable => readCsv(fileIn(listing, file), options);
  if (files.length === 1) return { train: read(files[0]!) };
  const parts = ["train", "validation", "test"].map((part): [string, CsvTable][] => {
    const [file, ...more] = files.filter((candidate) => partOf(candidate) === part);
    if (more.length > 0) {
      throw new InputError({ path: listing.path, rule: `must hold one table for ${part}, found ${namesIn(listing)}` });
    }
    return file === undefined ? [] : [[part, read(file)]];
  });
  return Object.fromEntries(parts.flat()) as { train: CsvTable };
}

function readTables(listing: Listing, options: DataOptions): ReadData {
  const { train, validation, test } = tablesOf(listing, options);
  const tables = [train, ...(validation ? [validation] : []), ...(test ? [test] : [])];
  const targets = targetNames(train, options);
  requireNoGaps(tables, (name) => !(options.ignore ?? []).includes(name));
  const classNames = classesOf(tables, targets, options);
  const columns = inputColumns(tables, targets, options);
  const table: TablePreparation = { separator: train.separator, header: train.hasHeader, columns, targets };
  const widths = columns.map(({ categories }) => categories?.length ?? 1);
  const inputShape = [widths.reduce((sum, width) => sum + width, 0)];
  const preparation = {
    format: csv.name,
    inputShape,
    classNames,
    targetShape: classNames === null ? [targets.length] : null,
    table,
  };
  const isCategory = columns.flatMap(({ categories }) => categories?.map(() => true) ?? [false]);
  return {
    train: splitOf(train, preparation),
    ...(validation ? { validation: splitOf(validation, preparation) } : {}),
    ...(test ? { test: splitOf(test, preparation) } : {}),
    preparation,
    checksum: checksumOf(tables.map(({ bytes }) => bytes)),
    standardise: standardisationPlan(options, "columns", inputShape, (column) => isCategory[column]!),
  };
}

function readNewRows(listing: Listing, preparation: Preparation, withTargets: boolean): ReadExamples {
  const { separator, header, columns, targets } = preparation.table!;
  const files = listing.files.filter((file) => ending.test(file));
  if (files.length !== 1) {
    throw new InputError({ path: listing.path, rule: `must hold one table, found ${namesIn(listing)}` });
  }
  const table = readCsv(fileIn(listing, files[0]!), { separator, header });
  const needed = new Set([...columns.map(({ name }) => name), ...(withTargets ? targets : [])]);
  for (const name of needed) columnIn(table, name);
  requireNoGaps([table], (name) => needed.has(name));
  return {
    examples: withTargets ? splitOf(table, preparation) : inputsOf(table, preparation),
    checksum: checksumOf([table.bytes]),
    nameOf: (index) => `line ${table.rows[index]!.line}`,
  };
}

/** The inputs of a table, in float64. @throws InputError for a text where numbers are, and a category that there is not */
function inputsOf(table: CsvTable, { inputShape, table: plan }: Omit<Preparation, "standardisation">) {
  const size = inputShape[0]!;
  const inputs = new Float64Array(size * table.rows.length);
  let at = 0;
  for (const column of plan!.columns) {
    const from = columnIn(table, column.name);
    table.rows.forEach(({ cells, line }, row) => {
      writeCell(inputs, row * size + at, column, cells[from]!, `${table.path}: line ${line}`);
    });
    at += column.categories?.length ?? 1;
  }
  return {
    numExamples: table.rows.length,
    inputShape,
    readExampleInto(out: Float32Array | Float64Array, offset: number, index: number): void {
      out.set(inputs.subarray(index * size, (index + 1) * size), offset);
    },
  };
}

function writeCell(out: Float64Array, at: number, { name, categories }: InputColumn, cell: string, path: string): void {
  if (categories === null) {
    out[at] = numberIn(cell, name, path);
    return;
  }
  const category = categories.indexOf(cell);
  if (category < 0) {
    const rule = `column ${name} must have one of the ${categories.length} texts that it had in training`;
    throw new InputError({ path, rule, value: cell });
  }
  out[at + category] = 1;
}

function numberIn(cell: string, name: string, path: string): number {
  const value = Number(cell);
  if (Number.isFinite(value)) return value;
  throw new InputError({ path, rule: `column ${name} must be a number`, value: cell });
}

function splitOf(table: CsvTable, preparation: Omit<Preparation, "standardisation">): RawSplit {
  const { classNames, targetShape, table: plan } = preparation;
  const inputs = inputsOf(table, preparation);
  const columns = plan!.targets.map((name) => columnIn(table, name));
  if (classNames !== null) {
    const labels = table.rows.map(({ cells, line }) =>
      labelOf(classNames, cells[columns[0]!]!, `${table.path}: line ${line}`),
    );
    return { ...inputs, numClasses: classNames.length, labelOf: (index) => labels[index]! };
  }
  const targets = Float32Array.from(
    table.rows.flatMap(({ cells, line }) =>
      columns.map((column, i) => numberIn(cells[column]!, plan!.targets[i]!, `${table.path}: line ${line}`)),
    ),
  );
  const size = columns.length;
  return {
    ...inputs,
    targetShape: targetShape!,
    readTargetInto: (out, offset, index) => out.set(targets.subarray(index * size, (index + 1) * size), offset),
  };
}
