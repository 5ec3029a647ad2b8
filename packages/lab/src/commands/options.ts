/** Parsers of option values for the command line. */
import { InvalidArgumentError } from "commander";

/** A positive number. */
export function positive(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError("It must be a positive number.");
}

/** A number above 0, at most 1. */
export function share(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value > 0 && value <= 1) return value;
  throw new InvalidArgumentError("It must be a number above 0, at most 1.");
}

/** A whole number from `min` on. */
export function integerFrom(min: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== "" && Number.isSafeInteger(value) && value >= min) return value;
    throw new InvalidArgumentError(`It must be a whole number, at least ${min}.`);
  };
}

/** A whole number from 1 on. */
export const count: (text: string) => number = integerFrom(1);

/** A whole number from 0 on. */
export const whole: (text: string) => number = integerFrom(0);

/** A number from 0 on. */
export function temperature(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError("It must be a number from 0 on.");
}

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
