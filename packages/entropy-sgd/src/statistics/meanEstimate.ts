/** A mean over repetitions with its standard error. */
export interface MeanEstimate {
  readonly estimate: number;
  readonly standardError: number;
}

/**
 * Mean and standard error of numbers: s/√n, with s the sample's standard deviation (n − 1).
 *
 * @throws RangeError for fewer than 2
 */
export function meanEstimate(values: readonly number[]): MeanEstimate {
  const n = values.length;
  if (n < 2) throw new RangeError(`meanEstimate: there must be at least 2 values, got ${n}`);
  const estimate = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - estimate) ** 2, 0);
  return { estimate, standardError: Math.sqrt(squares / (n - 1) / n) };
}
