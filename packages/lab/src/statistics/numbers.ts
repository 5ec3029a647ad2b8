/**
 * Numbers as people read them, in the terminal and on pages: the only place that chooses digits, the sign of mathematics (which
 * zero does not have), and the dash where there is no finite number.
 */
import type { Spread } from "./spread.ts";

const missing = "–";

/** The value times `scale`, with so many digits behind the point. */
export function fixed(value: unknown, digits: number, scale = 1): string {
  return isNumber(value) ? withMinus((scale * value).toFixed(digits)) : missing;
}

/** A fraction in per cent, without the sign. Two digits: one image of 10,000 is 0.01. */
export function inPercent(fraction: unknown, digits = 2): string {
  return fixed(fraction, digits, 100);
}

/** A fraction in per cent, with the sign. */
export function withPercentSign(fraction: unknown, digits = 2): string {
  return isNumber(fraction) ? `${inPercent(fraction, digits)} %` : missing;
}

/** Always with an exponent. */
export function exponential(value: unknown, digits: number): string {
  return isNumber(value) ? withMinus(value.toExponential(digits)) : missing;
}

/** Three digits that matter: fixed between 0.001 and 100,000, with an exponent elsewhere. */
export function short(value: number): string {
  return significant(value, 3);
}

/** `short` with another number of digits. */
export function significant(value: unknown, digits: number): string {
  if (!isNumber(value)) return missing;
  const size = Math.abs(rounded(value, digits));
  if (size === 0) return "0";
  if (size < 1e-3 || size >= 1e5) return exponential(value, digits - 1);
  return size >= 10 ** digits ? fixed(value, 0) : withMinus(value.toPrecision(digits));
}

/** As many of six digits as are needed, with an exponent as `short`: `0.002`, `30`, `1e-6`. */
export function tickLabel(value: number): string {
  const size = Math.abs(value);
  if (size === 0 || (size >= 1e-3 && size < 1e5)) return String(rounded(value));
  const [digits, exponent] = value.toExponential(5).split("e");
  return `${Number(digits)}e${Number(exponent)}`;
}

/** A tick of an axis whose ticks are `step` apart: with commas, and as many digits behind the point as the step has. */
export function tickAmong(value: number, step: number): string {
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  if (digits > 5 || Math.abs(value) >= 1e9) return tickLabel(value);
  return withMinus(value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits }));
}

/** A number that a figure shows: whole ones with commas, others to four digits. */
export function valueText(value: number): string {
  return isCount(value) ? withMinus(grouped(value)) : significant(value, 4);
}

/** Where a number of a figure lies on an axis: as `valueText`, with no zeros at the end. */
export function placeText(value: number): string {
  return isCount(value) ? valueText(value) : withMinus(tickLabel(rounded(value, 4)));
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) < 1e9;
}

/** A value of any kind: numbers to six digits where they are no integers. */
export function plain(value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined) return missing;
  return String(typeof value === "number" && !Number.isInteger(value) ? rounded(value) : value);
}

/** With commas between thousands. */
export function grouped(value: number): string {
  return value.toLocaleString("en");
}

/** The nearest number with so few digits. */
export function rounded(value: number, digits = 6): number {
  return Number(value.toPrecision(digits));
}

/** `value ± error`, to two digits of the error. */
export function withError(value: number, error: number): string {
  if (!Number.isFinite(value)) return missing;
  if (!(error > 0) || !Number.isFinite(error)) return short(value);
  const digits = Math.max(0, Math.min(12, 1 - Math.floor(Math.log10(error))));
  if (Math.abs(value) < 1e5 && digits <= 7) return plusMinus(value, error, digits);
  return `${short(value)} ± ${exponential(error, 1)}`;
}

/** `value ± error` with so many digits behind the point. */
export function plusMinus(value: number, error: number, digits: number, scale = 1): string {
  return `${fixed(value, digits, scale)} ± ${fixed(error, digits, scale)}`;
}

/** `mean ± standard deviation`, the mean alone for one run. */
export function withDeviation({ mean, sd }: Spread, digits: number, scale = 1): string {
  return mean === null || sd === null ? fixed(mean, digits, scale) : plusMinus(mean, sd, digits, scale);
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function withMinus(text: string): string {
  return /[1-9]/.test(text) ? text.replace(/^-/, "−") : text.replace(/^-/, "");
}

/** An eigenvalue or residual with four digits behind the point, or three significant ones if it is very small or large. */
export function curvatureText(value: number): string {
  return Math.abs(value) >= 0.01 && Math.abs(value) < 1e4 ? fixed(value, 4) : short(value);
}
