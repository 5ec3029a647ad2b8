/** Differences in words: the same in the terminal and on every page. */
import type { Difference } from "entropy-sgd/landscape";
import { fixed, plusMinus } from "./numbers.ts";
import type { DifferenceOverSeeds } from "./overSeeds.ts";

/** How a quantity is printed: values are multiplied by `scale`, and differences have the unit of the values. */
export interface Unit {
  readonly scale: number;
  /** The unit of differences, with a blank before it: " points" for errors in per cent. */
  readonly difference: string;
  readonly digits: number;
}

/** Errors as percentages. */
export const percentagePoints: Unit = { scale: 100, difference: " points", digits: 2 };

/** The outcome of a test of a difference. */
export type Verdict = "lower" | "higher" | "equivalent" | typeof notDistinguishable;

/** Neither a difference nor equivalence was shown. */
export const notDistinguishable = "not distinguishable" as const;

/** A difference that is seen takes precedence; it may be within the margin as well. */
function verdictOf({ estimate, seen, equivalent }: Pick<Difference, "estimate" | "seen" | "equivalent">): Verdict {
  if (seen) return estimate < 0 ? "lower" : "higher";
  return equivalent ? "equivalent" : notDistinguishable;
}

/** Whether a difference is seen and lies beyond its margin; false without a margin. */
export function isBeyondMargin({ estimate, critical, seen, margin }: Difference): boolean {
  return seen && margin !== null && Math.abs(estimate) - critical > margin;
}

/** The caption of tables with differences. */
export const differenceCaption: string =
  "Seen: a two-sided t-test at 5 % rejects that there is no difference. Could have been seen: the smallest true difference, " +
  "of either sign, that this test finds with 80 % power. Not distinguishable is not the same as equal.";

/** The heads of the columns of a difference. */
export const differenceHead: readonly [string, string, string] = [
  "verdict",
  "difference ± standard error",
  "could have been seen",
];

/** The smallest difference that could have been seen; unknown if the differences have no spread. */
export function detectableInWords(
  { standardError, detectable }: Pick<Difference, "standardError" | "detectable">,
  print: (value: number) => string,
): string {
  return standardError === 0 ? "all differences are alike" : `±${print(detectable)}`;
}

/** A comparison of two means. */
export interface ComparedMeans {
  /** "sgd 2.00 % against adam 2.20 %", without a full stop. */
  readonly text: string;
  readonly difference: DifferenceOverSeeds;
}

/** A sentence for each comparison, and one at the end if single seeds allow no judgement. */
export function comparisonSentences(compared: readonly ComparedMeans[], unit: Unit): string[] {
  const single = compared.filter(({ difference }) => difference.estimate !== null && difference.judged === null);
  const sentences = compared.map(({ text, difference: { estimate, judged, numSeeds } }) => {
    if (estimate === null) return `${text}; without a value on both sides there is no difference.`;
    return judged === null ? `${text}.` : `${text} (${judgedInWords(judged, seedsOf(numSeeds), unit)}).`;
  });
  if (compared.some(({ difference }) => difference.judged !== null)) {
    sentences.push("± is the standard error of the difference.");
  }
  if (single.length === 0) return sentences;
  const which = single.length === compared.length ? "" : " where a mean is of one seed";
  return [...sentences, `One seed says nothing about the spread: no difference can be judged${which}.`];
}

/** The outcome of a test in words; `over` names the sample, such as "3 seeds". */
export function judgedInWords(difference: Difference, over: string, unit: Unit): string {
  const { estimate, standardError, detectable, margin } = difference;
  const { scale, digits } = unit;
  const amount = (value: number): string => fixed(value, digits, scale);
  const verdict = verdictOf(difference);
  if (verdict === "lower" || verdict === "higher") {
    const side = difference.equivalent ? "within" : isBeyondMargin(difference) ? "beyond" : null;
    const where = side === null ? "" : `, ${side} the margin of ±${amount(margin!)}${unit.difference}`;
    return `${verdict} by ${plusMinus(Math.abs(estimate), standardError, digits, scale)}${unit.difference}${where}`;
  }
  const size = `${plusMinus(estimate, standardError, digits, scale)}${unit.difference}`;
  if (verdict === "equivalent") return `equivalent within ±${amount(margin!)}${unit.difference}: ${size}`;
  if (standardError === 0) return `not distinguishable with ${over}, whose differences are all alike: ${size}`;
  return (
    `not distinguishable with ${over}: ${size}; the smallest difference that could have been seen is ` +
    `±${amount(detectable)}${unit.difference}`
  );
}

/** `1 seed`, `2 seeds`. */
export function counted(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

function seedsOf([first, second]: readonly [number, number]): string {
  return first === second ? counted(first, "seed") : `${first} and ${second} seeds`;
}
