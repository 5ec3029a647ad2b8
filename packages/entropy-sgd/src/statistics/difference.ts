/**
 * Differences of two means, and what may be said of them: that they differ, that they are equivalent, or neither.
 *
 * A difference is *seen* where a two-sided t-test at 5 % rejects that it is 0. It is *equivalent* where two one-sided
 * tests at 5 % each reject that it is as large as a margin that was fixed before; not to see a difference is not
 * equivalence. Both may hold (a small difference, well measured) and both may fail (too few repetitions).
 * @see Schuirmann 1987, "A comparison of the two one-sided tests procedure and the power approach for assessing the
 *   equivalence of average bioavailability", J. Pharmacokinetics and Biopharmaceutics 15
 */
import { rangeError } from "../errors.ts";
import { checkedOptions, numberOption, type OptionTable } from "../options.ts";
import { type MeanEstimate, meanEstimate, requireNumbers } from "./meanEstimate.ts";
import { studentQuantile } from "./student.ts";

/** Options of the comparisons. */
export interface DifferenceOptions {
  /**
   * The difference that would not matter, in the unit of the values, fixed before; null (default): no equivalence is
   * tested.
   */
  readonly margin?: number | null;
  /** The smallest difference that the instrument itself can tell, such as one image of the test set. Default 0. */
  readonly resolution?: number;
}

const table: OptionTable<DifferenceOptions> = {
  margin: numberOption("(0, ∞)", "The difference that would not matter.", { nullable: true }),
  resolution: numberOption("[0, ∞)", "The smallest difference that the instrument can tell."),
};
const defaults: Required<DifferenceOptions> = { margin: null, resolution: 0 };

/** The mean of the first minus that of the second, in the unit of the values. */
export interface Difference extends MeanEstimate {
  /** Of Student's t. */
  readonly degreesOfFreedom: number;
  /** |estimate| from which a difference is seen: t₀.₉₇₅·standardError, and at least the resolution. */
  readonly critical: number;
  /** The smallest true difference, of either sign, that the test sees with 80 % power; at least the resolution. */
  readonly detectable: number;
  /**
   * |estimate| > critical. Never where the standard error is 0, as one is that a few roundings of the values explain: equal differences
   * say nothing about the spread.
   */
  readonly seen: boolean;
  /** The margin of equivalence; null without one. */
  readonly margin: number | null;
  /** |estimate| + t₀.₉₅·standardError < margin; false where the standard error is 0, null without a margin. */
  readonly equivalent: boolean | null;
}

/** A difference of repetitions that share their randomness, pair by pair. */
export interface PairedDifference extends Difference {
  /** The number of pairs. */
  readonly n: number;
}

/**
 * Judges a difference whose standard error is known.
 *
 *   critical = t₀.₉₇₅·s,  detectable = (t₀.₉₇₅ + t₀.₈)·s,  equivalent where |d| + t₀.₉₅·s < margin
 *
 * A standard error of a few units of rounding of the estimate counts as 0.
 * @throws TypeError or RangeError for a bad option; RangeError for degrees of freedom not above 0 or a negative
 *   standard error
 */
export function judgedDifference(
  difference: MeanEstimate & { readonly degreesOfFreedom: number },
  options: DifferenceOptions = {},
): Difference {
  const { estimate, standardError } = difference;
  if (standardError < 0) {
    throw rangeError("judgedDifference", "standardError", "must be in [0, ∞)", standardError);
  }
  return judged("judgedDifference", difference, [estimate], options);
}

/** Units of rounding of the values below which a standard error is theirs: each value may have been rounded a few times. */
const unitsOfRounding = 4;

/** @param values - what was subtracted; their rounding is no spread */
function judged(
  where: string,
  difference: MeanEstimate & { readonly degreesOfFreedom: number },
  values: readonly number[],
  options: DifferenceOptions,
): Difference {
  const { margin, resolution } = checkedOptions(where, table, defaults, options);
  const { estimate, degreesOfFreedom } = difference;
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const rounding = unitsOfRounding * Number.EPSILON * largest;
  const standardError = difference.standardError <= rounding ? 0 : difference.standardError;
  const t = studentQuantile(0.975, degreesOfFreedom);
  const critical = Math.max(t * standardError, resolution);
  const detectable = Math.max((t + studentQuantile(0.8, degreesOfFreedom)) * standardError, resolution);
  const hasSpread = standardError > 0;
  const bound = Math.abs(estimate) + studentQuantile(0.95, degreesOfFreedom) * standardError;
  return {
    estimate,
    standardError,
    degreesOfFreedom,
    critical,
    detectable,
    seen: hasSpread && Math.abs(estimate) > critical,
    margin,
    equivalent: margin === null ? null : hasSpread && bound < margin,
  };
}

/**
 * Compares two solutions, or two optimizers over seeds, under the same perturbations: what both share cancels.
 *
 * The mean of aᵢ − bᵢ over the pairs, with n − 1 degrees of freedom.
 * @throws TypeError or RangeError for a bad option or value; RangeError unless both have the same number of values, at
 *   least 2
 */
export function pairedDifference(
  a: readonly number[],
  b: readonly number[],
  options: DifferenceOptions = {},
): PairedDifference {
  for (const values of [a, b]) requireNumbers("pairedDifference", values);
  if (a.length !== b.length) {
    throw rangeError("pairedDifference", "both", "must have as many values", b, `${a.length} and ${b.length}`);
  }
  const mean = meanEstimate(a.map((value, i) => value - b[i]));
  const difference = { ...mean, degreesOfFreedom: a.length - 1 };
  return { ...judged("pairedDifference", difference, [...a, ...b], options), n: a.length };
}

/**
 * Compares the means of independent repetitions, whose variances may differ.
 *
 *   s² = s₁² + s₂² with sₖ the standard errors of the means, ν = s⁴ / (s₁⁴/(n₁ − 1) + s₂⁴/(n₂ − 1))
 *
 * @throws TypeError or RangeError for a bad option or value; RangeError unless each has at least 2 values
 * @see Welch 1947, "The generalization of 'Student's' problem when several different population variances are involved"
 */
export function unpairedDifference(
  a: readonly number[],
  b: readonly number[],
  options: DifferenceOptions = {},
): Difference {
  const [one, other] = [a, b].map((values) => ({ ...meanEstimate(values), n: values.length })) as [Sampled, Sampled];
  return judged("unpairedDifference", ofMeans(one, other), [...a, ...b], options);
}

/** A mean of `n` independent repetitions that are not at hand themselves, such as a published one. */
export interface Sampled extends MeanEstimate {
  readonly n: number;
}

/**
 * `unpairedDifference` of means whose repetitions are not at hand: their standard errors s/√n and numbers are all that it needs.
 *
 * @throws TypeError or RangeError for a bad option; RangeError for a negative standard error, or unless each is of at least 2
 *   repetitions
 */
export function differenceOfMeans(a: Sampled, b: Sampled, options: DifferenceOptions = {}): Difference {
  for (const { standardError, n } of [a, b]) {
    if (!(standardError >= 0))
      throw rangeError("differenceOfMeans", "standardError", "must be in [0, ∞)", standardError);
    if (!(n >= 2)) throw rangeError("differenceOfMeans", "n", "must be at least 2", n);
  }
  return judged("differenceOfMeans", ofMeans(a, b), [a.estimate, b.estimate], options);
}

function ofMeans(a: Sampled, b: Sampled): MeanEstimate & { readonly degreesOfFreedom: number } {
  const [u, v] = [a.standardError ** 2, b.standardError ** 2];
  const spread = u ** 2 / (a.n - 1) + v ** 2 / (b.n - 1);
  // Without any spread the degrees do not matter: nothing is seen.
  const degreesOfFreedom = spread > 0 ? (u + v) ** 2 / spread : a.n + b.n - 2;
  return { estimate: a.estimate - b.estimate, standardError: Math.sqrt(u + v), degreesOfFreedom };
}
