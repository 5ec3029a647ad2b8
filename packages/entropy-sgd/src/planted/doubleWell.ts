/** A function of one variable with two minima of known height. */

/** U(x) = a(x² − 1)² + bx: for b > 0 a well near −1, the global minimum, and a higher one near 1. */
export interface DoubleWell {
  energy(x: number): number;
  slope(x: number): number;
  /** The maximum between the wells. */
  readonly barrier: number;
}

/** The double well of height a and tilt b; it has two wells while |b| < 8a/√27. */
export function doubleWell(a: number, b: number): DoubleWell {
  const slope = (x: number): number => 4 * a * x * (x * x - 1) + b;
  // Newton's method from 0: the slope is steepest there.
  let barrier = 0;
  for (let k = 0; k < 20; k++) barrier -= slope(barrier) / (4 * a * (3 * barrier * barrier - 1));
  return { energy: (x) => a * (x * x - 1) ** 2 + b * x, slope, barrier };
}
