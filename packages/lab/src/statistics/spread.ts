/** A quantity over runs: `sd` is the sample's (n − 1), null for one run; all null without a finite value. */
export interface Spread {
  readonly mean: number | null;
  readonly sd: number | null;
  readonly n: number;
}

/** Mean and sample standard deviation of the finite values. */
export function spreadOf(values: readonly (number | null)[]): Spread {
  const finite = values.filter((value): value is number => value !== null && Number.isFinite(value));
  const n = finite.length;
  if (n === 0) return { mean: null, sd: null, n };
  const mean = finite.reduce((sum, value) => sum + value, 0) / n;
  const squares = finite.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: n > 1 ? Math.sqrt(squares / (n - 1)) : null, n };
}

/** A positive quantity over runs by its logarithms: all null without a value. */
export interface GeometricSpread {
  readonly mean: number | null;
  /** The factor by which values differ from the mean: exp of the sample's standard deviation of the logarithms; null for one value. */
  readonly factor: number | null;
  readonly n: number;
}

/** Geometric mean and factor of the positive finite values. */
export function geometricSpread(values: readonly (number | null)[]): GeometricSpread {
  const { mean, sd, n } = spreadOf(values.map((value) => (value === null ? null : Math.log(value))));
  return { mean: mean === null ? null : Math.exp(mean), factor: sd === null ? null : Math.exp(sd), n };
}

/** The median; of an even number of values the mean of the two in the middle. */
export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}
