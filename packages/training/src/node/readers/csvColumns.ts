/** What the columns of tables are: targets, classes, numbers, categories. */
import type { InputColumn } from "../../data/preparation.ts";
import { type CsvTable, isNumber } from "../../formats/csvTable.ts";
import { InputError } from "../../inputError.ts";
import type { DataOptions } from "../dataOptions.ts";

/** Columns that are targets without being named by an option. */
const usualTargets = ["target", "label", "class", "y"];

/** Cells that say that there is no value. */
const gaps: ReadonlySet<string> = new Set(["", "na", "n/a", "nan", "null", "none", "?"]);

/** Categories of one column; more are a sign of an identifier. */
const maxCategories = 1000;

/** Where a column is. @throws InputError if there is none of the name */
export function columnIn({ path, names }: CsvTable, name: string, option?: string): number {
  const column = names.indexOf(name);
  if (column >= 0) return column;
  const rule = `must be a column; they are ${names.slice(0, 20).join(", ")}${names.length > 20 ? ", …" : ""}`;
  throw new InputError({ path, name: option ?? "columns", rule, value: name });
}

/** Names of the target columns. @throws InputError where it is not clear which they are */
export function targetNames(table: CsvTable, { target }: DataOptions): readonly string[] {
  for (const name of target ?? []) columnIn(table, name, "target");
  if (target) return target;
  const [found, ...more] = table.names.filter((name) => usualTargets.includes(name.toLowerCase()));
  if (found !== undefined && more.length === 0) return [found];
  const rule = `must name the target column; the columns are ${table.names.slice(0, 20).join(", ")}`;
  throw new InputError({ path: table.path, name: "target", rule });
}

/** @throws InputError that names the first missing values by line and column, and counts all of them */
export function requireNoGaps(tables: readonly CsvTable[], isUsed: (name: string) => boolean): void {
  for (const { path, names, rows } of tables) {
    const places: string[] = [];
    let count = 0;
    for (const { cells, line } of rows)
      for (let column = 0; column < cells.length; column++) {
        if (!gaps.has(cells[column]!.toLowerCase()) || !isUsed(names[column]!)) continue;
        count += 1;
        if (places.length < 5) places.push(`line ${line}, column ${names[column]}`);
      }
    if (count === 0) continue;
    const where = `${places.join("; ")}${count > places.length ? "; …" : ""}`;
    const rule = `no value may be missing, ${count} ${count === 1 ? "is" : "are"}: ${where}`;
    throw new InputError({ path, rule });
  }
}

/** Names of the classes of the target column; null for targets that are numbers. @throws InputError as the options say */
export function classesOf(
  tables: readonly CsvTable[],
  targets: readonly string[],
  { targets: kind, classes }: DataOptions,
): readonly string[] | null {
  const texts = targets.map((name) => ({ name, text: firstText(tables, name) }));
  const text = texts.find((column) => column.text !== null);
  const areClasses = kind === "classes" || (kind !== "numbers" && text !== undefined);
  if (!areClasses) {
    if (text !== undefined) {
      throw new InputError({
        path: text.text!.path,
        rule: `column ${text.name} must have numbers`,
        value: text.text!.cell,
      });
    }
    if (classes) throw new InputError({ name: "classes", rule: "needs targets that are classes: targets=classes" });
    return null;
  }
  if (targets.length > 1) {
    throw new InputError({
      path: tables[0]!.path,
      name: "target",
      rule: "must be one column for classes",
      value: targets,
    });
  }
  return classes ?? sortedTexts(tables, targets[0]!);
}

/** The inputs: all columns but targets and those that are ignored. @throws InputError for a column of numbers and texts */
export function inputColumns(
  tables: readonly CsvTable[],
  targets: readonly string[],
  { ignore, categories }: DataOptions,
): InputColumn[] {
  const [first] = tables as [CsvTable];
  for (const name of ignore ?? []) columnIn(first, name, "ignore");
  for (const name of categories ?? []) columnIn(first, name, "categories");
  const isLeftOut = (name: string): boolean => targets.includes(name) || (ignore ?? []).includes(name);
  const columns = first.names.filter((name) => !isLeftOut(name));
  if (columns.length === 0)
    throw new InputError({ path: first.path, rule: "there must be a column besides the targets" });
  return columns.map((name) => {
    const text = firstText(tables, name);
    if (text === null && !categories?.includes(name)) return { name, categories: null };
    const texts = sortedTexts(tables, name);
    if (text !== null && !categories?.includes(name) && texts.some(isNumber)) {
      const rule = `column ${name} must have numbers only, or be named in categories`;
      throw new InputError({ path: text.path, rule, value: text.cell });
    }
    if (texts.length > maxCategories) {
      const rule = `column ${name} must have at most ${maxCategories} different texts, or be named in ignore`;
      throw new InputError({ path: first.path, rule, value: texts.length, got: `it has ${texts.length}` });
    }
    return { name, categories: texts };
  });
}

/** The first cell of a column that is no number, and where it is; null if all are numbers. */
function firstText(tables: readonly CsvTable[], name: string): { readonly path: string; readonly cell: string } | null {
  for (const table of tables) {
    const column = columnIn(table, name);
    const row = table.rows.find(({ cells }) => !isNumber(cells[column]!));
    if (row !== undefined) return { path: `${table.path}: line ${row.line}`, cell: row.cells[column]! };
  }
  return null;
}

/** The different texts of a column; numbers by size. */
function sortedTexts(tables: readonly CsvTable[], name: string): string[] {
  const texts = new Set(tables.flatMap((table) => table.rows.map(({ cells }) => cells[columnIn(table, name)]!)));
  const sorted = [...texts].sort();
  return sorted.every(isNumber) ? sorted.sort((a, b) => Number(a) - Number(b)) : sorted;
}
