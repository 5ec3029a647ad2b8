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
  const [forth, back] = [sumsForth(values, length, origin, end), sumsBack(values, length, origin, end)];
  return (at) => {
    const [last, first] = [at - origin, at - length + 1];
    // A whole block, or the beginning of the first one.
    if (first <= 0 || first % length === 0) return forth.sums[last]! / forth.counts[last]!;
    const own = first - origin;
    return (back.sums[own]! + forth.sums[last]!) / (back.counts[own]! + forth.counts[last]!);
  };
}

/** Sums and numbers of values, from the begin of a block to each index or from each index to the end of its block. */
interface BlockSums {
  readonly sums: Float64Array;
  readonly counts: Int32Array;
}

function sumsForth(values: readonly number[], length: number, origin: number, end: number): BlockSums {
  const size = Math.max(0, end - origin);
  const [sums, counts] = [new Float64Array(size), new Int32Array(size)];
  for (let i = 0, sum = 0, count = 0; i < size; i++) {
    if (i % length === 0) sum = count = 0;
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

function sumsBack(values: readonly number[], length: number, origin: number, end: number): BlockSums {
  const size = Math.max(0, end - origin);
  const [sums, counts] = [new Float64Array(size), new Int32Array(size)];
  for (let i = size - 1, sum = 0, count = 0; i >= 0; i--) {
    if (i % length === length - 1) sum = count = 0;
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
