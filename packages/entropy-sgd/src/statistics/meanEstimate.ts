import { rangeError, typeError } from "../errors.ts";
import { shown } from "../shown.ts";

/** A mean over repetitions with its standard error. */
export interface MeanEstimate {
  readonly estimate: number;
  readonly standardError: number;
}

/** The sum of numbers over their count; NaN for none. */
export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * Mean and standard error of numbers: s/√n, with s the sample's standard deviation (n − 1); exactly 0 for equal numbers.
 *
 * @throws TypeError for a value that is no number; RangeError for fewer than 2
 */
export function meanEstimate(values: readonly number[]): MeanEstimate {
  requireNumbers("meanEstimate", values);
  const n = values.length;
  if (n < 2) throw rangeError("meanEstimate", "", "there must be at least 2 values", n);
  // From the first value on, so that the rounding of a long sum makes no spread.
  const first = Number.isFinite(values[0]) ? values[0] : 0;
  const estimate = first + values.reduce((sum, value) => sum + (value - first), 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - estimate) ** 2, 0);
  return { estimate, standardError: Math.sqrt(squares / (n - 1) / n) };
}

/** @throws TypeError for anything that is no number, also what is missing: JSON and sparse arrays hold such values. */
export function requireNumbers(where: string, values: readonly number[]): void {
  if (!Array.isArray(values)) throw typeError(where, "values", "must be an array of numbers", values);
  for (let i = 0; i < values.length; i++) {
    if (typeof values[i] === "number") continue;
    throw typeError(where, "values", "must be numbers", values[i], `${shown(values[i])} at position ${i}`);
  }
}
