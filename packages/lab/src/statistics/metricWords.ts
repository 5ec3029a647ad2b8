/** How metrics are called and their values written: errors and other shares in per cent, others to four digits that matter. */
import type { PrimaryMetric } from "entropy-sgd-training";
import { inPercent, significant, withPercentSign } from "./numbers.ts";
import type { Unit } from "./words.ts";

/** A metric of validation and test; null without a validation split, or where it is not defined. */
interface Judged {
  readonly name: string;
  readonly validation: number | null;
  readonly test: number | null;
}

/** Metrics that are shares of the examples. */
const shares = new Set(["error", "top5Error", "accuracy"]);

/** `validation error 1.23 %, test error 1.50 %`, or `validation rmse 0.1234, test rmse 0.1301`. */
export function judgementWords({ name, validation, test }: Judged): string {
  const value = (given: number | null): string => (shares.has(name) ? withPercentSign(given) : significant(given, 4));
  const first = validation === null ? "" : `validation ${name} ${value(validation)}, `;
  return `${first}test ${name} ${value(test)}`;
}

/** A metric as the title of a column, with the sign of per cent that its cells lack. */
export function metricTitle(name: string): string {
  return `${name}${signOf(name)}`;
}

/** A metric as the label of an axis, with its unit behind a comma. */
export function metricLabel(name: string): string {
  return `${name}${shares.has(name) ? ", %" : ""}`;
}

/** The sign of per cent with a blank before it, for shares. */
export function signOf(name: string): string {
  return shares.has(name) ? " %" : "";
}

/** A value of a metric as the cell of a column. */
export function metricCell(name: string, value: number | null): string {
  return shares.has(name) ? inPercent(value) : significant(value, 4);
}

/**
 * How values of a metric that stand together are printed: shares in per cent with two digits (one image of 10,000 is 0.01), others
 * with as many digits as show four that matter of the largest.
 */
export function metricUnit(name: string, values: readonly (number | null | undefined)[]): Unit {
  if (shares.has(name)) return { scale: 100, difference: " points", digits: 2 };
  return { scale: 1, difference: "", digits: digitsOf(values) };
}

/** Digits behind the point that show four that matter of the largest value. */
export function digitsOf(values: readonly (number | null | undefined)[]): number {
  let largest = 0;
  for (const value of values) if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value!));
  return largest === 0 ? 4 : Math.max(0, Math.min(12, 3 - Math.floor(Math.log10(largest))));
}

/** The values of the primary metric that a result has. */
export type MetricValue = "validation" | "test" | "bestTest" | "extremeTest";

/** The field of a value of a metric: `validationError`, `testError`, `bestTestError`, `minTestError`; `maxTestR2`. */
export function metricField(value: MetricValue, { name, better }: PrimaryMetric): string {
  const stem = value === "extremeTest" ? (better === "smaller" ? "minTest" : "maxTest") : value;
  return stem + name.charAt(0).toUpperCase() + name.slice(1);
}

/** The words for the best of a metric's values: of two, and of a curve. */
export function bestWords({ better }: Pick<PrimaryMetric, "better">): {
  readonly best: string;
  readonly extreme: string;
} {
  return better === "smaller" ? { best: "lowest", extreme: "minimum" } : { best: "highest", extreme: "maximum" };
}

/** A metric's name as part of the name of a file: what is neither letter nor digit is a dash. */
export function inFileName(name: string): string {
  return name.replace(/[^\p{L}\p{N}]/gu, "-");
}

/** The words of a solution that is better by a metric. */
export function betterWords({ name, better }: PrimaryMetric): string {
  if (name === "error") return "errs less";
  return `has the ${better === "smaller" ? "lower" : "higher"} ${name}`;
}
