/** What the box above the table says: words, and conditions as `--where` of `entropy-sgd runs list` has them. */

/** A value of a run's flat record. */
export type Value = string | number | boolean | null;

/** A run's flat record: settings, options and results by name. */
export type Fields = Readonly<Record<string, Value>>;

type Operator = "=" | "!=" | "<" | "<=" | ">" | ">=";

/** One condition: a field, an operator and what it is compared with. */
export interface Condition {
  readonly key: string;
  readonly operator: Operator;
  readonly text: string;
}

/** A filter: every word and every condition must hold. */
export interface Filter {
  readonly words: readonly string[];
  readonly conditions: readonly Condition[];
}

const pattern = /^([^=!<>]+)(!=|<=|>=|=|<|>)(.*)$/s;

/** Words and conditions of a text, separated by blanks; quotes keep blanks: `optimizer=sgd "my run" testError<0.02`. */
export function parseFilter(text: string): Filter {
  const parts = [...text.matchAll(/(?:[^\s"]+|"[^"]*"?)+/g)].map(([part]) => part.replaceAll('"', ""));
  const conditions = parts.flatMap((part) => {
    const match = pattern.exec(part);
    return match === null ? [] : [{ key: match[1]!, operator: match[2] as Operator, text: match[3]! }];
  });
  const words = parts.filter((part) => part !== "" && !pattern.test(part)).map((word) => word.toLowerCase());
  return { words, conditions };
}

/** Fields that words are looked for in. */
const searched = ["name", "network", "optimizer", "preset", "status", "task"] as const;

/** Whether a run passes: a field that it lacks is null, `<` and the like need numbers on both sides. */
export function meets(fields: Fields, { words, conditions }: Filter): boolean {
  const text = searched
    .map((name) => String(fields[name] ?? ""))
    .join("\n")
    .toLowerCase();
  return (
    words.every((word) => text.includes(word)) &&
    conditions.every(({ key, operator, text: right }) => holds(own(fields, key), operator, right))
  );
}

/** Fields that conditions name and no run has, for a message. */
export function unknownKeys({ conditions }: Filter, runs: readonly Fields[]): string[] {
  if (runs.length === 0) return [];
  return conditions.map(({ key }) => key).filter((key) => !runs.some((fields) => Object.hasOwn(fields, key)));
}

function own(fields: Fields, key: string): Value {
  return Object.hasOwn(fields, key) ? fields[key]! : null;
}

function holds(value: Value, operator: Operator, text: string): boolean {
  const number = text.trim() === "" ? Number.NaN : Number(text);
  const isEqual = typeof value === "number" ? number === value : String(value) === text;
  if (operator === "=") return isEqual;
  if (operator === "!=") return !isEqual;
  if (typeof value !== "number" || Number.isNaN(number)) return false;
  return { "<": value < number, "<=": value <= number, ">": value > number, ">=": value >= number }[operator];
}

/** In the order of a field: numbers before texts, runs without a value last; `-key` falls. */
export function sortedBy<Row>(rows: readonly Row[], fieldsOf: (row: Row) => Fields, sort: string): Row[] {
  const falling = sort.startsWith("-");
  const key = falling ? sort.slice(1) : sort;
  return rows
    .map((row) => ({ row, value: own(fieldsOf(row), key) }))
    .sort((a, b) => {
      if (a.value === null || b.value === null) return Number(a.value === null) - Number(b.value === null);
      return (falling ? -1 : 1) * compared(a.value, b.value);
    })
    .map(({ row }) => row);
}

function compared(a: Exclude<Value, null>, b: Exclude<Value, null>): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "number" || typeof b === "number") return typeof a === "number" ? -1 : 1;
  // Numbers within names in their order: run-2 before run-10.
  return String(a).localeCompare(String(b), "en", { numeric: true });
}
