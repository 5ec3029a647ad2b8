/**
 * Descriptions of options, and the one check that every factory makes from them.
 *
 * A table of `OptionSpec` per optimizer is the single source of rules: factories check with it, the command and the
 * playground read it through `optimizersByName`.
 */
import { detailed, rangeError, typeError } from "./errors.ts";
import { shown } from "./shown.ts";
import type { MeasuredSchedule, PlainData, Schedule } from "./types.ts";

/** What kind of value an option takes. */
export type OptionKind =
  | "number"
  | "integer"
  | "boolean"
  | "choice"
  | "groups"
  | "direction"
  | "vector"
  | "signal"
  | "function";

/** The rule and the meaning of one option, as plain data. */
export type OptionSpec = {
  readonly kind: OptionKind;
  /** Bounds of a number; null where there is none. */
  readonly min: number | null;
  readonly minExcluded: boolean;
  readonly max: number | null;
  readonly maxExcluded: boolean;
  /** Allowed words of a choice; null for other kinds. */
  readonly choices: readonly string[] | null;
  /** Whether a function of the step is accepted in place of the number. */
  readonly schedule: boolean;
  /** Whether a schedule may also follow what outer steps measure (`MeasuredSchedule`). */
  readonly measured: boolean;
  /** Whether null is accepted; it switches the option off. */
  readonly nullable: boolean;
  /** The rule in words, as the error message says it: "in (0, 1]". */
  readonly rule: string;
  /** One sentence with the unit; empty for arguments that no help shows. */
  readonly doc: string;
  /** Where option and default come from: section and line of a paper, or why there is no such place. */
  readonly source: string;
};

/** An option of one optimizer with its name and default. */
export type NamedOption = OptionSpec & {
  readonly name: string;
  readonly required: boolean;
  /** null for required options too. */
  readonly default: PlainData;
};

/** One spec for every option of the options interface `O`; a missing or misspelt name does not compile. */
export type OptionTable<O> = { readonly [K in keyof Required<O>]: OptionSpec };

type Source = { readonly source?: string };
type Extras = Source & Partial<Pick<OptionSpec, "schedule" | "measured" | "nullable">>;

function option(kind: OptionKind, rule: string, doc: string, extras: Partial<OptionSpec>): OptionSpec {
  const bounds = { min: null, minExcluded: false, max: null, maxExcluded: false, choices: null };
  const spec = { ...bounds, schedule: false, measured: false, nullable: false, source: "", ...extras };
  const also = `${spec.schedule ? " or a schedule" : ""}${spec.nullable ? " or null" : ""}`;
  return { kind, ...spec, rule: `${rule}${also}`, doc };
}

function intervalOf(text: string): Pick<OptionSpec, "min" | "minExcluded" | "max" | "maxExcluded"> {
  const [low = "", high = ""] = text.slice(1, -1).split(", ");
  return {
    min: low === "−∞" ? null : Number(low),
    minExcluded: text.startsWith("("),
    max: high === "∞" ? null : Number(high),
    maxExcluded: text.endsWith(")"),
  };
}

/** A number in an interval written as "(0, 1]"; always finite. */
export function numberOption(interval: string, doc = "", extras: Extras = {}): OptionSpec {
  return option("number", `in ${interval}`, doc, { ...intervalOf(interval), ...extras });
}

/** A safe integer in an interval written as "[1, ∞)". */
export function integerOption(interval: string, doc: string, extras: Source = {}): OptionSpec {
  return option("integer", `an integer in ${interval}`, doc, { ...intervalOf(interval), ...extras });
}

/** A choice of words. */
export function choiceOption(choices: readonly string[], doc: string, extras: Source = {}): OptionSpec {
  const words = choices.map((choice) => `"${choice}"`).join(", ");
  return option("choice", `one of ${words}`, doc, { choices, ...extras });
}

/** On or off. */
export function booleanOption(doc: string, extras: Source = {}): OptionSpec {
  return option("boolean", "true or false", doc, extras);
}

/** Parameter groups; their items are checked by `segmentsOf`. */
export function groupsOption(doc: string, extras: Source = {}): OptionSpec {
  return option("groups", "an array of parameter groups", doc, extras);
}

/** A vector of numbers, such as a starting point. */
export function vectorOption(doc: string): OptionSpec {
  return option("vector", "a Float32Array or a Float64Array", doc, {});
}

/** A function that is called while the work goes on; may be absent. */
export function functionOption(doc: string): OptionSpec {
  return option("function", "a function", doc, {});
}

/** What ends long work: an AbortSignal, or anything with its `aborted`; may be absent. */
export function signalOption(): OptionSpec {
  return option("signal", "an AbortSignal", "Ends the work early.", {});
}

/** A direction: how a gradient becomes a move. */
export function directionOption(doc: string, extras: Source & { readonly nullable?: boolean } = {}): OptionSpec {
  return option("direction", "a direction (init, stepInto)", doc, extras);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** "ok", or which of the two errors the value deserves. */
function verdict(spec: OptionSpec, value: unknown): "ok" | "type" | "range" {
  if (value === null) return spec.nullable ? "ok" : "type";
  switch (spec.kind) {
    case "number":
    case "integer": {
      if (typeof value === "function") return spec.schedule ? "ok" : "type";
      if (spec.measured && isMeasuredSchedule(value)) return verdict({ ...spec, measured: false }, value.initial);
      if (typeof value !== "number") return "type";
      if (!Number.isFinite(value) || (spec.kind === "integer" && !Number.isSafeInteger(value))) return "range";
      const low = spec.min === null || (spec.minExcluded ? value > spec.min : value >= spec.min);
      const high = spec.max === null || (spec.maxExcluded ? value < spec.max : value <= spec.max);
      return low && high ? "ok" : "range";
    }
    case "boolean":
      return typeof value === "boolean" ? "ok" : "type";
    case "choice":
      if (typeof value !== "string") return "type";
      return spec.choices?.includes(value) ? "ok" : "range";
    case "vector":
      return value instanceof Float32Array || value instanceof Float64Array ? "ok" : "type";
    case "function":
      return typeof value === "function" ? "ok" : "type";
    case "signal":
      return isObject(value) && typeof value.aborted === "boolean" ? "ok" : "type";
    case "groups":
      return Array.isArray(value) ? "ok" : "type";
    case "direction":
      return isObject(value) && typeof value.init === "function" && typeof value.stepInto === "function"
        ? "ok"
        : "type";
  }
}

/** @throws TypeError for options that are no object, where some are read before `checkedOptions` checks the rest. */
export function requireObject(where: string, options: unknown): void {
  if (!isObject(options)) throw typeError(where, "options", "must be an object", options);
}

/** A key for every option of the interface `O`; a missing or misspelt one does not compile. */
export type KnownOptions<O> = { readonly [K in keyof Required<O>]: unknown };

/**
 * Checks that options have known names only: a misspelt one would be ignored. Values are checked where they are used.
 *
 * @param where - the function that takes them
 * @throws TypeError for options that are no object, and for an unknown one, which names those there are
 */
export function requireKnownOptions<O extends object>(where: string, known: KnownOptions<O>, options: O): void {
  requireObject(where, options);
  const name = Object.keys(options).find((option) => !Object.hasOwn(known, option));
  if (name === undefined) return;
  const rule = `the options are ${Object.keys(known).join(", ")}`;
  const error = new TypeError(`${where}: unknown option ${JSON.stringify(name)}; ${rule}`);
  throw detailed(error, { code: "unknown-option", path: where, name, rule });
}

/**
 * The options with the defaults filled in, after every name and value was checked; done once, in the factory. Schedules
 * come back as ones that check each value when it is read.
 *
 * @param where - the function named in messages, such as `entropySgd`
 * @param place - where in its options these are, such as `groups[0]`; empty for the options themselves
 * @throws TypeError for a missing, unknown or wrongly typed option; RangeError for a value that breaks its rule. The
 *   message names function, option, rule and value: `entropySgd: averaging must be in (0, 1], got 1.5`; so do its details.
 */
export function checkedOptions<O extends object, D extends object>(
  where: string,
  table: OptionTable<O>,
  defaults: D,
  options: O,
  place = "",
): D & O {
  requireKnownOptions(place === "" ? where : `${where}: ${place}`, table, options);
  const merged: D & O = { ...defaults, ...options };
  const values = new Map<string, unknown>(Object.entries(merged));
  const schedules: Record<string, Schedule | MeasuredSchedule> = {};
  for (const [key, spec] of Object.entries<OptionSpec>(table)) {
    const name = place === "" ? key : `${place}.${key}`;
    const rule = `must be ${spec.rule}`;
    if (!values.has(key)) {
      if (spec.kind === "function" || spec.kind === "signal") continue;
      throw typeError(where, name, `is required and ${rule}`);
    }
    const value = values.get(key);
    if (isSchedule(spec, value)) schedules[key] = checkedSchedule(where, name, value);
    if (spec.measured && isMeasuredSchedule(value)) schedules[key] = checkedMeasured(where, name, value);
    const found = verdict(spec, value);
    if (found === "type") throw typeError(where, name, rule, value);
    if (found === "range") throw rangeError(where, name, rule, value);
  }
  return { ...merged, ...schedules };
}

function isSchedule(spec: OptionSpec, value: unknown): value is Schedule {
  return spec.schedule && typeof value === "function";
}

/** Whether a value is a schedule that follows measurements. */
export function isMeasuredSchedule(value: unknown): value is MeasuredSchedule {
  return isObject(value) && typeof value.name === "string" && typeof value.next === "function";
}

/** The schedule with a check of what it gives; 0 is allowed, where a falling rate ends. */
function checkedSchedule(where: string, name: string, schedule: Schedule): Schedule {
  return (step) => checkedValue(where, name, schedule(step), `at step ${step}`);
}

function checkedMeasured(where: string, name: string, { next, ...rest }: MeasuredSchedule): MeasuredSchedule {
  return { ...rest, next: (value, measured) => checkedValue(where, name, next(value, measured), `after ${value}`) };
}

function checkedValue(where: string, name: string, value: unknown, when: string): number {
  if (typeof value === "number" && value >= 0 && value < Number.POSITIVE_INFINITY) return value;
  const rule = `must be in [0, ∞) at every step, its schedule gave ${shown(value)} ${when}`;
  throw typeof value === "number" ? rangeError(where, name, rule) : typeError(where, name, rule);
}

/** The options of a table as a list with names and defaults, for help texts and forms. */
export function namedOptions<O>(table: OptionTable<O>, defaults: object): NamedOption[] {
  const values: Readonly<Record<string, unknown>> = { ...defaults };
  return Object.entries<OptionSpec>(table).map(([name, spec]) => ({
    name,
    required: !(name in values),
    default: plainDefault(values[name]),
    ...spec,
  }));
}

/** Defaults are scalars, or the empty list of groups. */
function plainDefault(value: unknown): PlainData {
  if (typeof value === "number" || typeof value === "string" || typeof value === "boolean") return value;
  return Array.isArray(value) ? [] : null;
}
