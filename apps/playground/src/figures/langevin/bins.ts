/** The bins of the histograms. */

/** Bins of equal width from `low` to `high`. */
export const bins = { low: -2.5, high: 2.5, count: 50, width: 0.1 } as const;

/** Adds one to the bin of each position; positions beyond the bins are left out. */
export function countInto(counts: Float64Array, positions: ArrayLike<number>): void {
  for (let i = 0; i < positions.length; i++) {
    const bin = Math.floor((positions[i]! - bins.low) / bins.width);
    if (bin >= 0 && bin < bins.count) counts[bin]! += 1;
  }
}
