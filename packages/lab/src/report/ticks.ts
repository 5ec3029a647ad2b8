/** Ticks at round numbers. */
import type { PositionScale } from "./scales.ts";

/** Ticks, and their distance where it is the same everywhere; null where they belong to decades. */
export interface Ticks {
  readonly values: readonly number[];
  readonly step: number | null;
}

/**
 * Ticks of a logarithmic axis up to its ends: every digit within a short span, fewer of each decade within two and a half,
 * then whole decades, or as few of them as ten ticks allow.
 */
export function logarithmicTicks(low: number, high: number): number[] {
  const decades = Math.log10(high / low);
  const digits =
    decades < 0.7 ? [1, 2, 3, 4, 5, 6, 7, 8, 9] : decades < 1.5 ? [1, 2, 3, 5, 7] : decades < 2.5 ? [1, 2, 5] : [1];
  const step = Math.ceil(decades / 10);
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const exponents = Array.from({ length: last - first + 1 }, (_, i) => first + i).filter((at) => at % step === 0);
  return exponents
    .flatMap((exponent) => digits.map((digit) => Number(`${digit}e${exponent}`)))
    .filter((tick) => tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9));
}

/** Multiples of 1, 2 or 5 times a power of ten, about so many. */
export function linearTicks(low: number, high: number, count: number): Ticks & { readonly step: number } {
  const least = (high - low) / Math.max(1, count);
  const power = Math.floor(Math.log10(least));
  // As a decimal text, so that multiples are the numbers nearest to round ones.
  const digit = [1, 2, 5, 10].find((candidate) => candidate >= (least / 10 ** power) * (1 - 1e-9)) ?? 10;
  const step = Number(`${digit}e${power}`);
  const inverse = Number(`1e${-power}`) / digit;
  const [first, last] = [Math.ceil(low / step - 1e-9), Math.floor(high / step + 1e-9)];
  // Powers below one are divided by: 3 * 0.1 is not 0.3, but 3 / 10 is.
  const values = Array.from({ length: last - first + 1 }, (_, i) =>
    power < 0 ? (first + i) / inverse : (first + i) * step,
  );
  return { values, step };
}

/** Ticks of a scale between two values; within less than half a decade those of a logarithmic one are evenly spaced too. */
export function ticksBetween(type: PositionScale["type"], low: number, high: number, count: number): Ticks {
  if (type === "log") {
    const values = logarithmicTicks(low, high);
    if (values.length > 2) return { values, step: null };
  }
  return linearTicks(low, high, count);
}
