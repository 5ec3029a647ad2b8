/** Scales of axes, chosen by the values. */

/** Plot's option for a logarithmic axis; `drawFigure` chooses its ticks. */
export const logarithmicAxis = { type: "log" } as const;

/** A logarithmic axis for positive values that span more than a factor of ten; otherwise Plot's default, a linear one. */
export function axisBySpan(values: readonly number[]): Partial<typeof logarithmicAxis> {
  // As arguments of `Math.max`, the values of a long run would overflow the stack.
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) [least, most] = [Math.min(least, value), Math.max(most, value)];
  return least > 0 && most > 10 * least ? logarithmicAxis : {};
}
