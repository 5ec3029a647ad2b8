/** What every public function asks of its arguments, each with its error in one place. */
import { detailed, rangeError, typeError } from "./errors.ts";
import { placeOf } from "./shapeError.ts";
import { type Shape, showShape, type Value } from "./value.ts";

/** Throws unless every input is a value of a graph. */
export function requireValues(op: string, label: string | undefined, inputs: readonly Value[]): void {
  const wrong: unknown = inputs.find(
    (input: unknown) => !(typeof input === "object" && input !== null && "op" in input),
  );
  if (wrong !== undefined || inputs.includes(undefined as unknown as Value)) {
    const got = `${String(wrong)}; constant(…) makes one`;
    throw typeError(placeOf(op, label), "inputs", "must be values of a graph", wrong, got);
  }
}

/** Throws unless every input is a value of `float32`. */
export function requireFloat(op: string, label: string | undefined, inputs: readonly Value[]): void {
  requireValues(op, label, inputs);
  const wrong = inputs.find(({ dtype }) => dtype !== "float32");
  if (wrong !== undefined) throw typeError(placeOf(op, label), "inputs", "must be float32", wrong.dtype);
}

/** Throws unless `labels` is a value of `int32`. */
export function requireLabels(op: string, label: string | undefined, labels: Value): void {
  requireValues(op, label, [labels]);
  if (labels.dtype !== "int32") throw typeError(placeOf(op, label), "labels", "must be int32", labels.dtype);
}

/** Throws unless `shape` is a list of positive integers. */
export function requireShape(op: string, label: string | undefined, shape: Shape): void {
  if (Array.isArray(shape) && shape.every(isPositiveInteger)) return;
  const got = Array.isArray(shape) ? showShape(shape) : String(shape);
  throw rangeError(placeOf(op, label), "sizes", "must be positive integers", shape, got);
}

/** Throws unless `value` is one of `choices`. */
export function requireOneOf(caller: string, what: string, value: unknown, choices: readonly string[]): void {
  if (choices.includes(value as string)) return;
  throw rangeError(caller, what, `must be ${choices.join(" or ")}`, value, String(value));
}

/** Throws unless `value` is an object with names. */
export function requireRecord(caller: string, what: string, value: object): void {
  if (typeof value === "object" && value !== null) return;
  throw typeError(caller, what, "must be an object of values by name", value, String(value));
}

/** Throws unless `value` is a positive number. */
export function requirePositive(caller: string, what: string, value: number): void {
  if (!(value > 0 && Number.isFinite(value))) throw rangeError(caller, what, "must be positive and finite", value);
}

/** What an option may be: the rule in words and its test. */
export interface OptionRule {
  readonly rule: string;
  readonly holds: (value: unknown) => boolean;
  readonly required?: true;
}

const isPositiveInteger = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) > 0;
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

/** Whether `value` is a number that `holds`, or two of them. */
const oneOrTwo =
  (holds: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    Array.isArray(value) ? value.length === 2 && value.every(holds) : holds(value);

type SharedRule =
  | "flag"
  | "text"
  | "callable"
  | "record"
  | "positiveInteger"
  | "positivePair"
  | "countPair"
  | "number"
  | "integer"
  | "integers";

/** The rules that options of several functions share. */
export const optionRules: Readonly<Record<SharedRule, OptionRule>> = {
  flag: { rule: "true or false", holds: (value) => typeof value === "boolean" },
  text: { rule: "a string", holds: (value) => typeof value === "string" },
  callable: { rule: "a function", holds: (value) => typeof value === "function" },
  record: { rule: "an object", holds: (value) => typeof value === "object" && value !== null },
  positiveInteger: { rule: "a positive integer", holds: isPositiveInteger },
  positivePair: { rule: "a positive integer or two of them", holds: oneOrTwo(isPositiveInteger) },
  countPair: { rule: "an integer from 0 on or two of them", holds: oneOrTwo(isCount) },
  number: { rule: "a finite number", holds: Number.isFinite },
  integer: { rule: "an integer", holds: Number.isSafeInteger },
  integers: { rule: "a list of integers", holds: (value) => Array.isArray(value) && value.every(Number.isSafeInteger) },
};

/** Throws unless `options` is an object with options of `rules` only, each by its rule; an absent one may be undefined. */
export function requireOptions(caller: string, options: object, rules: Readonly<Record<string, OptionRule>>): void {
  const known = Object.keys(rules).join(", ");
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw typeError(caller, "the options", `must be an object of ${known}`, options, String(options));
  }
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(rules, name)) continue;
    const rule = `unknown option ${name}; the options are ${known}`;
    throw detailed(new TypeError(`${caller}: ${rule}`), { code: "unknown-option", path: caller, name, rule });
  }
  for (const [name, { rule, holds, required }] of Object.entries(rules)) {
    const value: unknown = (options as Readonly<Record<string, unknown>>)[name];
    if (value === undefined && !required) continue;
    if (!holds(value)) throw rangeError(caller, name, `must be ${rule}`, value);
  }
}
