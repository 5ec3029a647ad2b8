/** U(x) = a(x² − 1)² + bx: a well near −1, the global minimum, and a higher one near 1. */
export interface DoubleWell {
  energy(x: number): number;
  slope(x: number): number;
  /** The maximum between the wells. */
  readonly barrier: number;
}

/** The double well of height a and tilt b. */
export function doubleWell(a: number, b: number): DoubleWell {
  const slope = (x: number): number => 4 * a * x * (x * x - 1) + b;
  // Newton's method from 0: the slope is steepest there.
  let barrier = 0;
  for (let k = 0; k < 20; k++) barrier -= slope(barrier) / (4 * a * (3 * barrier * barrier - 1));
  return { energy: (x) => a * (x * x - 1) ** 2 + b * x, slope, barrier };
}

/** A density on a grid, from its logarithm up to a constant, by the trapezoidal rule. */
export interface Density {
  readonly xs: readonly number[];
  readonly values: readonly number[];
  /** Mass below a point. */
  massBelow(x: number): number;
}

/** Normalises exp(logDensity) on [−3, 3]. */
export function densityOf(logDensity: (x: number) => number): Density {
  const [numPoints, low, high] = [1201, -3, 3];
  const width = (high - low) / (numPoints - 1);
  const xs = Array.from({ length: numPoints }, (_, i) => low + i * width);
  const logs = xs.map(logDensity);
  const top = Math.max(...logs);
  const weights = logs.map((value) => Math.exp(value - top));
  const total = width * weights.reduce((sum, value) => sum + value, 0);
  const values = weights.map((value) => value / total);
  return {
    xs,
    values,
    massBelow: (x) => values.reduce((sum, value, i) => sum + (xs[i]! < x ? width * value : 0), 0),
  };
}
