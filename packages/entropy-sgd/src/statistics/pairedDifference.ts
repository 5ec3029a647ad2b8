import { studentQuantile } from "./student.ts";

/** A mean over repetitions with its doubt. */
export interface MeanEstimate {
  readonly estimate: number;
  readonly standardError: number;
}

/** The mean of aᵢ − bᵢ over repetitions i that share their randomness. */
export interface PairedDifference extends MeanEstimate {
  readonly n: number;
  /** |estimate| needed to reject "no difference" at 5 %, two-sided: t·standardError. */
  readonly critical: number;
  /** The smallest true difference that this test finds with 80 % power. */
  readonly detectable: number;
  /** Whether a difference is seen: |estimate| > critical. */
  readonly seen: boolean;
}

/**
 * Mean and standard error of numbers.
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

/**
 * Compares two solutions, or two optimizers over seeds, under the same perturbations: what both share cancels.
 *
 * @throws RangeError unless both have the same number of values, at least 2
 */
export function pairedDifference(a: readonly number[], b: readonly number[]): PairedDifference {
  if (a.length !== b.length) {
    throw new RangeError(`pairedDifference: both must have as many values, got ${a.length} and ${b.length}`);
  }
  const { estimate, standardError } = meanEstimate(a.map((value, i) => value - b[i]));
  const t = studentQuantile(0.975, a.length - 1);
  const critical = t * standardError;
  const detectable = (t + studentQuantile(0.8, a.length - 1)) * standardError;
  return { estimate, standardError, n: a.length, critical, detectable, seen: Math.abs(estimate) > critical };
}
