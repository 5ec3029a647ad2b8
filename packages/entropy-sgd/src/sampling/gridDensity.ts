/** A probability density of one variable, normalised by quadrature: what samples are compared with. */

/** A density on a grid. */
export interface GridDensity {
  readonly xs: readonly number[];
  readonly values: readonly number[];
  /** Mass below a point. */
  massBelow(x: number): number;
}

/** Where the grid of `gridDensity` lies. */
export interface GridDensityOptions {
  readonly low: number;
  readonly high: number;
  /** Ends included. */
  readonly numPoints: number;
}

/** Normalises exp(logDensity) on [low, high], by the sum over the grid. Cost: one value per point. No randomness. */
export function gridDensity(
  logDensity: (x: number) => number,
  { low, high, numPoints }: GridDensityOptions,
): GridDensity {
  const width = (high - low) / (numPoints - 1);
  const xs = Array.from({ length: numPoints }, (_, i) => low + i * width);
  const logs = xs.map(logDensity);
  const top = logs.reduce((best, value) => Math.max(best, value), Number.NEGATIVE_INFINITY);
  const weights = logs.map((value) => Math.exp(value - top));
  const total = width * weights.reduce((sum, value) => sum + value, 0);
  const values = weights.map((value) => value / total);
  return {
    xs,
    values,
    massBelow: (x) => values.reduce((sum, value, i) => sum + (xs[i]! < x ? width * value : 0), 0),
  };
}
