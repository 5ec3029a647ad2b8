/** What a reader can set: each knob is a signal, has one description, and is written to the page's address. */
import { type Signal, signal } from "@preact/signals";

/** How a knob's value is checked, written and shown. */
export interface Knob<T> {
  readonly label: string;
  readonly fallback: T;
  /** The value of a text from an address; null where it has none. */
  parse(text: string): T | null;
  write(value: T): string;
  /** What values there are, in words, such as "a number from 0 to 1". */
  readonly rule: string;
}

/** A number in a range, on a slider. */
export interface NumberKnob extends Knob<number> {
  readonly kind: "number";
  readonly min: number;
  readonly max: number;
  /** The slider's positions are spaced evenly in the value or in its logarithm. */
  readonly scale: "linear" | "log";
  /** Distance of two values on a linear scale; null: a thousand positions. */
  readonly step: number | null;
}

/** One of several names. */
export interface ChoiceKnob<T extends string = string> extends Knob<T> {
  readonly kind: "choice";
  /** Names with what the reader sees of them. */
  readonly options: Readonly<Record<T, string>>;
}

/** On or off. */
export interface ToggleKnob extends Knob<boolean> {
  readonly kind: "toggle";
}

/** A text that follows a pattern. */
export interface TextKnob extends Knob<string> {
  readonly kind: "text";
}

/** A curve that the reader drew: heights from 0 to 1 at even distances; null without one. */
export interface CurveKnob extends Knob<Float64Array | null> {
  readonly kind: "curve";
  readonly numPoints: number;
}

/** A number from `min` to `max`. */
export function numberKnob(
  label: string,
  fallback: number,
  { min, max, scale = "linear", step = null }: Pick<NumberKnob, "min" | "max"> & Partial<NumberKnob>,
): NumberKnob {
  const parse = (text: string): number | null => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    const isWhole =
      step === null || scale === "log" || Number.isInteger(step) === false || Number.isInteger(value / step);
    return value >= min && value <= max && isWhole ? value : null;
  };
  const kindOf = step !== null && Number.isInteger(step) ? "a whole number" : "a number";
  const rule = `${kindOf} from ${min} to ${max}`;
  return { kind: "number", label, fallback, min, max, scale, step, parse, write: String, rule };
}

/** A whole number from `min` to `max`. */
export function integerKnob(label: string, fallback: number, range: Pick<NumberKnob, "min" | "max">): NumberKnob {
  return numberKnob(label, fallback, { ...range, step: 1 });
}

/** One of the names of `options`. */
export function choiceKnob<T extends string>(
  label: string,
  fallback: NoInfer<T>,
  options: Readonly<Record<T, string>>,
): ChoiceKnob<T> {
  const parse = (text: string): T | null => (Object.hasOwn(options, text) ? (text as T) : null);
  return {
    kind: "choice",
    label,
    fallback,
    options,
    parse,
    write: String,
    rule: `one of ${Object.keys(options).join(", ")}`,
  };
}

/** On or off, in an address 1 or 0. */
export function toggleKnob(label: string, fallback: boolean): ToggleKnob {
  const parse = (text: string): boolean | null => (text === "1" ? true : text === "0" ? false : null);
  return { kind: "toggle", label, fallback, parse, write: (value) => (value ? "1" : "0"), rule: "0 or 1" };
}

/** A text that follows a pattern, which `rule` tells in words. */
export function textKnob(
  label: string,
  fallback: string,
  { pattern, rule }: { readonly pattern: RegExp; readonly rule: string },
): TextKnob {
  const parse = (text: string): string | null => (pattern.test(text) ? text : null);
  return { kind: "text", label, fallback, parse, write: String, rule };
}

/** `numPoints` heights, in an address two hexadecimal digits each. */
export function curveKnob(label: string, numPoints: number): CurveKnob {
  const parse = (text: string): Float64Array | null => {
    if (!new RegExp(`^[0-9a-f]{${2 * numPoints}}$`).test(text)) return null;
    return Float64Array.from({ length: numPoints }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16) / 255);
  };
  const digits = (height: number): string =>
    Math.round(255 * height)
      .toString(16)
      .padStart(2, "0");
  const write = (curve: Float64Array | null): string => (curve === null ? "" : [...curve].map(digits).join(""));
  return { kind: "curve", label, fallback: null, numPoints, parse, write, rule: `${2 * numPoints} hexadecimal digits` };
}

/** The knobs of a figure by name. */
// biome-ignore lint/suspicious/noExplicitAny: a table of knobs of any values, each typed by its own.
export type Knobs = Readonly<Record<string, Knob<any>>>;

/** The value of a knob. */
export type ValueOf<K> = K extends Knob<infer T> ? T : never;

/** A figure's knobs with a signal for each. */
export interface KnobGroup<K extends Knobs = Knobs> {
  /** The name of the figure, in front of the knobs' names in an address. */
  readonly name: string;
  readonly knobs: K;
  readonly values: { readonly [N in keyof K]: Signal<ValueOf<K[N]>> };
  reset(): void;
}

/** A group with every knob at its fallback. */
export function knobGroup<K extends Knobs>(name: string, knobs: K): KnobGroup<K> {
  const entries = Object.entries(knobs).map(([key, { fallback }]) => [key, signal(fallback)] as const);
  const values = Object.fromEntries(entries) as KnobGroup<K>["values"];
  const reset = (): void => {
    for (const [key, { fallback }] of Object.entries(knobs)) values[key]!.value = fallback;
  };
  return { name, knobs, values, reset };
}
