/**
 * Means over each value and the `length` − 1 before it, as many of them as are there; NaN are passed over, and a mean of none is NaN.
 *
 * In one pass whatever the length, and without differences of sums, in which one huge value would hide those after it: a window is the
 * end of one block of `length` values and the beginning of the next.
 *
 * @returns the mean at an index from `begin` to below `end`
 */
export function runningMean(
  values: readonly number[],
  length: number,
  begin = 0,
  end: number = values.length,
): (at: number) => number {
  if (length <= 1) return (at) => values[at]!;
  const firstWindow = Math.max(0, begin - length + 1);
  const origin = firstWindow - (firstWindow % length);
  const sums = (direction: 1 | -1): BlockSums => blockSums(values, length, [origin, end], direction);
  const [forth, back] = [sums(1), sums(-1)];
  return (at) => {
    const [last, first] = [at - origin, at - length + 1];
    // A whole block, or the beginning of the first one.
    if (first <= 0 || first % length === 0) return forth.sums[last]! / forth.counts[last]!;
    const own = first - origin;
    return (back.sums[own]! + forth.sums[last]!) / (back.counts[own]! + forth.counts[last]!);
  };
}

/** Sums and numbers of values within blocks. */
interface BlockSums {
  readonly sums: Float64Array;
  readonly counts: Int32Array;
}

/** For `direction` 1 from the begin of a block to each index, for −1 from the end of its block. */
function blockSums(
  values: readonly number[],
  length: number,
  [origin, end]: readonly [number, number],
  direction: 1 | -1,
): BlockSums {
  const size = Math.max(0, end - origin);
  const [sums, counts] = [new Float64Array(size), new Int32Array(size)];
  const [first, blockStart] = direction === 1 ? [0, 0] : [size - 1, length - 1];
  for (let i = first, sum = 0, count = 0; i >= 0 && i < size; i += direction) {
    if (i % length === blockStart) sum = count = 0;
    const value = values[origin + i]!;
    if (!Number.isNaN(value)) {
      sum += value;
      count += 1;
    }
    sums[i] = sum;
    counts[i] = count;
  }
  return { sums, counts };
}
