/** Axes that follow the values that are drawn. */

/** What Plot takes for a logarithmic axis. */
export const logarithmicAxis = { type: "log", tickFormat: "~g" } as const;

/** A logarithmic axis for positive values that span more than a factor of ten, else what Plot does by itself: a linear one. */
export function axisBySpan(values: readonly number[]): Partial<typeof logarithmicAxis> {
  // As arguments of `Math.max`, the values of a long run would overflow the stack.
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) [least, most] = [Math.min(least, value), Math.max(most, value)];
  return least > 0 && most > 10 * least ? logarithmicAxis : {};
}
