/**
 * Means over each value and the `length` − 1 before it, as many of them as are there; NaN are passed over, and a mean of none is NaN.
 *
 * In one pass whatever the length, and without differences of sums, in which one huge value would hide those after it: a window is the
 * end of one block of `length` values and the beginning of the next.
 */
export function runningMean(values: readonly number[], length: number): readonly number[] {
  if (length <= 1) return values;
  const sums = blockSums(values, length, (value) => (Number.isNaN(value) ? 0 : value));
  const counts = blockSums(values, length, (value) => (Number.isNaN(value) ? 0 : 1));
  return values.map((_, at) => {
    const count = counts(at);
    return count === 0 ? Number.NaN : sums(at) / count;
  });
}

/** Sums over the window that ends at an index. */
function blockSums(
  values: readonly number[],
  length: number,
  termOf: (value: number) => number,
): (at: number) => number {
  const [toHere, fromHere] = [new Float64Array(values.length), new Float64Array(values.length)];
  for (let at = 0; at < values.length; at++) {
    toHere[at] = termOf(values[at]!) + (at % length === 0 ? 0 : toHere[at - 1]!);
  }
  for (let at = values.length - 1; at >= 0; at--) {
    const isLast = at % length === length - 1 || at === values.length - 1;
    fromHere[at] = termOf(values[at]!) + (isLast ? 0 : fromHere[at + 1]!);
  }
  return (at) => {
    const first = at - length + 1;
    // A whole block, or the beginning of the first one.
    return first <= 0 || first % length === 0 ? toHere[at]! : fromHere[first]! + toHere[at]!;
  };
}
