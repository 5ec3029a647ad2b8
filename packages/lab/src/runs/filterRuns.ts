/** Filters on runs (`--where key=value`, `!=`, `<`, `<=`, `>`, `>=`) and their order (`--sort key` or `-key`). */
import { InputError } from "entropy-sgd-training";
import { namesOf, type RunFields, type Value } from "./runFields.ts";

type Operator = "=" | "!=" | "<" | "<=" | ">" | ">=";

/** One `--where`: a field, an operator and what it is compared with. */
export interface RunFilter {
  readonly key: string;
  readonly operator: Operator;
  readonly text: string;
}

const pattern = /^([^=!<>]+)(!=|<=|>=|=|<|>)(.*)$/s;

/** Parses a `--where`. @throws InputError if it is malformed, or `<` and the like have no number on the right */
export function parseFilter(text: string): RunFilter {
  const match = pattern.exec(text);
  if (match === null) {
    throw new InputError({
      name: "--where",
      rule: "must be key=value or one of !=, <, <=, >, >= between them",
      value: text,
    });
  }
  const filter = { key: match[1]!.trim(), operator: match[2] as Operator, text: match[3]! };
  if (isOrder(filter.operator) && numberOf(filter.text) === null) {
    const name = `--where ${filter.key}${filter.operator}`;
    throw new InputError({ name, rule: "must be followed by a number", value: filter.text });
  }
  return filter;
}

/**
 * Whether a run passes all filters. A field that it does not have is null: `key=null` and `key!=value` pass, `<` and the
 * like do not. A torn or foreign folder has only a name, a status and a reason: a filter on any other field fails.
 */
export function meets(fields: RunFields, filters: readonly RunFilter[]): boolean {
  const isKnown = fields.has("network");
  return filters.every(({ key, operator, text }) => {
    if (!isKnown && !fields.has(key)) return false;
    return holds(fields.get(key) ?? null, operator, text);
  });
}

/**
 * The items that pass all filters.
 *
 * @throws InputError if a filter names a field that none of the items has
 */
export function selected<Item>(
  items: readonly Item[],
  fieldsOf: (item: Item) => RunFields,
  where: readonly string[],
): Item[] {
  const filters = where.map(parseFilter);
  const tables = items.map(fieldsOf);
  for (const { key } of filters) requireKey("--where", key, tables);
  return items.filter((_, i) => meets(tables[i]!, filters));
}

/**
 * Sorted by a field: ascending, or descending for `-key`; numbers before texts, items without a value last.
 *
 * @throws InputError if none of the items has the field
 */
export function sorted<Item>(items: readonly Item[], fieldsOf: (item: Item) => RunFields, sort: string): Item[] {
  const falling = sort.startsWith("-");
  const key = falling ? sort.slice(1) : sort;
  const tables = items.map((item) => ({ item, fields: fieldsOf(item) }));
  requireKey(
    "--sort",
    key,
    tables.map(({ fields }) => fields),
  );
  const valued = tables.map(({ item, fields }) => ({ item, value: fields.get(key) ?? null }));
  const sign = falling ? -1 : 1;
  return valued
    .sort((a, b) => {
      if (a.value === null || b.value === null) return Number(a.value === null) - Number(b.value === null);
      return sign * compared(a.value, b.value);
    })
    .map(({ item }) => item);
}

function requireKey(option: string, key: string, tables: readonly RunFields[]): void {
  if (tables.length === 0 || tables.some((table) => table.has(key))) return;
  const known = namesOf(tables).join(", ");
  throw new InputError({ name: option, rule: `no run has ${JSON.stringify(key)}; the known keys are ${known}` });
}

function holds(value: Value, operator: Operator, text: string): boolean {
  if (operator === "=") return isEqual(value, text);
  if (operator === "!=") return !isEqual(value, text);
  const bound = numberOf(text);
  if (typeof value !== "number" || bound === null) return false;
  return { "<": value < bound, "<=": value <= bound, ">": value > bound, ">=": value >= bound }[operator];
}

function isEqual(value: Value, text: string): boolean {
  return typeof value === "number" ? numberOf(text) === value : String(value) === text;
}

function isOrder(operator: Operator): boolean {
  return operator !== "=" && operator !== "!=";
}

function numberOf(text: string): number | null {
  const value = Number(text);
  return text.trim() === "" || Number.isNaN(value) ? null : value;
}

function compared(a: Exclude<Value, null>, b: Exclude<Value, null>): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "number" || typeof b === "number") return typeof a === "number" ? -1 : 1;
  const [one, other] = [String(a), String(b)];
  return one < other ? -1 : one > other ? 1 : 0;
}
