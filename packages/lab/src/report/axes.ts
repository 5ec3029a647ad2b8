/** Scales and ticks of axes, chosen by the values. */

/** Plot's option for a logarithmic axis; `drawFigure` chooses its ticks. */
export const logarithmicAxis = { type: "log" } as const;

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

/** A logarithmic axis for positive values that span more than a factor of ten; otherwise Plot's default, a linear one. */
export function axisBySpan(values: readonly number[]): Partial<typeof logarithmicAxis> {
  // As arguments of `Math.max`, the values of a long run would overflow the stack.
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) [least, most] = [Math.min(least, value), Math.max(most, value)];
  return least > 0 && most > 10 * least ? logarithmicAxis : {};
}
