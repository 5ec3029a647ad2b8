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

/** Seconds between signs of life. */
export const heartbeat: (text: string) => number = numberThat(
  (value) => value >= 0.05 && value <= 3600,
  "a number of seconds from 0.05 to 3600",
);

/** A number above 0, at most 1. */
export const share: (text: string) => number = numberThat(
  (value) => value > 0 && value <= 1,
  "a number above 0, at most 1",
);

/** A number from 0 on. */
export const notNegative: (text: string) => number = numberThat((value) => value >= 0, "a number from 0 on");

/** A whole number from `min` on, to `max` where there is one. */
export function integerFrom(min: number, max?: number): (text: string) => number {
  return numberThat(
    (value) => Number.isSafeInteger(value) && value >= min && value <= (max ?? value),
    `a whole number, at least ${min}${max === undefined ? "" : `, at most ${max}`}`,
  );
}

/** A whole number from 1 on. */
export const count: (text: string) => number = integerFrom(1);

/** A whole number from 0 on. */
export const whole: (text: string) => number = integerFrom(0);

/** Names between commas, each once. */
export function names(text: string): string[] {
  const list = text.split(",").map((name) => name.trim());
  if (list.some((name) => name === "")) throw new InvalidArgumentError("It must be names between commas.");
  return eachOnce(list);
}

function eachOnce<Value>(list: Value[]): Value[] {
  const twice = list.find((value, i) => list.indexOf(value) !== i);
  if (twice !== undefined) throw new InvalidArgumentError(`${twice} is there twice.`);
  return list;
}

/** For options that may be repeated. */
export function collect(text: string, previous: readonly string[]): string[] {
  return [...previous, text];
}

/** A parser of numbers between commas, each once, that keep a rule. */
function listThat(isKept: (value: number) => boolean, rule: string): (text: string) => number[] {
  const parse = numberThat(isKept, `${rule} between commas`);
  return (text) => eachOnce(text.split(",").map(parse));
}

/** Positive numbers between commas. */
export const positiveList: (text: string) => number[] = listThat((value) => value > 0, "positive numbers");

/** Whole numbers from 1 on between commas. */
export const countList: (text: string) => number[] = listThat(
  (value) => Number.isSafeInteger(value) && value >= 1,
  "whole numbers from 1 on",
);
