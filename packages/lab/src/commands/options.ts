/** Parsers of option values for the command line. */
import { InvalidArgumentError } from "commander";

/** A parser of finite numbers that keep a rule, which is said in words. */
function numberThat(isKept: (value: number) => boolean, rule: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== "" && Number.isFinite(value) && isKept(value)) return value;
    throw new InvalidArgumentError(`It must be ${rule}.`);
  };
}

/** A positive number. */
export const positive: (text: string) => number = numberThat((value) => value > 0, "a positive number");

/** A number above 0, at most 1. */
export const share: (text: string) => number = numberThat(
  (value) => value > 0 && value <= 1,
  "a number above 0, at most 1",
);

/** A number from 0 on. */
export const notNegative: (text: string) => number = numberThat((value) => value >= 0, "a number from 0 on");

/** A whole number from `min` on. */
export function integerFrom(min: number): (text: string) => number {
  return numberThat((value) => Number.isSafeInteger(value) && value >= min, `a whole number, at least ${min}`);
}

/** A whole number from 1 on. */
export const count: (text: string) => number = integerFrom(1);

/** A whole number from 0 on. */
export const whole: (text: string) => number = integerFrom(0);

/** Names between commas, each once. */
export function names(text: string): string[] {
  const list = text.split(",").map((name) => name.trim());
  if (list.some((name) => name === "")) throw new InvalidArgumentError("It must be names between commas.");
  const twice = list.find((name, i) => list.indexOf(name) !== i);
  if (twice !== undefined) throw new InvalidArgumentError(`${twice} is there twice.`);
  return list;
}

/** For options that may be repeated. */
export function collect(text: string, previous: readonly string[]): string[] {
  return [...previous, text];
}

/** Positive numbers between commas. */
export function positiveList(text: string): number[] {
  const values = text.split(",").map(Number);
  if (values.every((value) => Number.isFinite(value) && value > 0)) return values;
  throw new InvalidArgumentError("It must be positive numbers between commas.");
}
