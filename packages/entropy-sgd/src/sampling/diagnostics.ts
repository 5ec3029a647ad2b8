/**
 * Errors of averages over Markov chains, and whether chains agree.
 *
 * @see Geyer 1992, "Practical Markov chain Monte Carlo", section 3.3; Gelman et al. 2013, "Bayesian data analysis", 11.4
 */
import { rangeError } from "../errors.ts";
import { meanOf } from "../statistics/meanEstimate.ts";

/** A mean over a chain with its Monte Carlo error. */
export interface ChainMean {
  readonly mean: number;
  /** Standard deviation over √(effective sample size − 1). */
  readonly standardError: number;
  /** Of Student's t for an interval around the mean: the standard error is itself estimated, from few independent parts. */
  readonly degreesOfFreedom: number;
  /** Number of independent samples with the same error of the mean. */
  readonly effectiveSampleSize: number;
}

/**
 * Mean, standard error and effective sample size of one chain.
 *
 *   ESS = n / (1 + 2 Σ ρₖ), the sum over Geyer's initial monotone sequence of positive pairs ρ₂ₖ + ρ₂ₖ₊₁
 *
 * Correlations about the chain's own mean are too small by about 1/ESS, for which the standard error makes up. The sum over
 * lags errs by about √(6/ESS) of itself: degreesOfFreedom = ESS/3 − 1, and at least 1. A 95 % interval by Student's quantile holds
 * the mean in 93 % or more of the chains with an ESS above 5 (docs/results/coverage); with less nothing can be said.
 *
 * Cost: O(n·k) for the k lags until correlations have died. A constant chain has ESS n and error 0. A chain with a value that
 * is not finite has mean NaN, ESS 0 and an infinite error.
 * @throws RangeError for fewer than 4 values
 */
export function chainMean(values: ArrayLike<number>): ChainMean {
  const n = values.length;
  if (n < 4) throw rangeError("chainMean", "", "there must be at least 4 values", n);
  let mean = 0;
  for (let i = 0; i < n; i++) mean += values[i] / n;
  const covariance = (lag: number): number => {
    let sum = 0;
    for (let i = lag; i < n; i++) sum += (values[i] - mean) * (values[i - lag] - mean);
    return sum / n;
  };
  const variance = covariance(0);
  if (!Number.isFinite(variance)) {
    const standardError = Number.POSITIVE_INFINITY;
    return { mean: Number.NaN, standardError, degreesOfFreedom: 1, effectiveSampleSize: 0 };
  }
  if (variance === 0) return { mean, standardError: 0, degreesOfFreedom: n - 1, effectiveSampleSize: n };
  let time = -1;
  let previous = Number.POSITIVE_INFINITY;
  for (let lag = 0; lag + 1 < n; lag += 2) {
    const pair = Math.min(previous, (covariance(lag) + covariance(lag + 1)) / variance);
    if (pair <= 0) break;
    time += 2 * pair;
    previous = pair;
  }
  // Antithetic chains can have more than n effective samples; a factor above 10 would be noise of the estimate.
  const effectiveSampleSize = n / Math.max(time, 0.1);
  // Less than one effective sample cannot be: the chain is too short for its correlations to be seen.
  const independent = Math.max(effectiveSampleSize - 1, 0.1);
  return {
    mean,
    standardError: Math.sqrt(variance / independent),
    degreesOfFreedom: Math.max(1, effectiveSampleSize / 3 - 1),
    effectiveSampleSize,
  };
}

/**
 * Split-R̂: √(total variance / variance within half chains); 1 where all halves of all chains agree.
 *
 * Above 1.05 the chains have not mixed and their averages mean nothing; ∞ where a value is not finite. Chains of equal length,
 * at least 4 values each.
 * @throws RangeError for chains that are too short or unequal
 */
export function splitRHat(chains: readonly ArrayLike<number>[]): number {
  const length = chains[0]?.length ?? 0;
  if (length < 4 || chains.some((chain) => chain.length !== length)) {
    const lengths = chains.map((chain) => chain.length);
    throw rangeError("splitRHat", "chains", "must have one length of at least 4", lengths, lengths.join(", "));
  }
  const half = Math.floor(length / 2);
  const halves = chains.flatMap((chain) => {
    const values = Array.from(chain);
    return [values.slice(0, half), values.slice(length - half)];
  });
  const varianceOf = (values: readonly number[]): number => {
    const mean = meanOf(values);
    return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  };
  const within = meanOf(halves.map(varianceOf));
  const between = half * varianceOf(halves.map(meanOf));
  if (!Number.isFinite(within + between)) return Number.POSITIVE_INFINITY;
  if (within === 0) return between === 0 ? 1 : Number.POSITIVE_INFINITY;
  return Math.sqrt((half - 1) / half + between / (half * within));
}

/** A mean over several chains of one law, with what says whether to believe it. */
export interface ChainsMean {
  readonly mean: number;
  /** √(Σ of the chains' squared errors) over their number: the chains are independent. */
  readonly standardError: number;
  /** The sum of the chains'. */
  readonly effectiveSampleSize: number;
  /** Split-R̂: above 1.05 the chains have not mixed, and neither mean nor error says anything. */
  readonly rHat: number;
}

/**
 * Mean, standard error, effective sample size and split-R̂ of independent chains of equal length.
 *
 * Cost: that of `chainMean` for each chain.
 *
 * @throws RangeError for chains that are too short or unequal
 */
export function chainsMean(chains: readonly ArrayLike<number>[]): ChainsMean {
  const rHat = splitRHat(chains);
  const means = chains.map((values) => chainMean(values));
  const sum = (part: (own: ChainMean) => number): number => means.reduce((total, own) => total + part(own), 0);
  return {
    mean: sum(({ mean }) => mean) / chains.length,
    standardError: Math.sqrt(sum(({ standardError }) => standardError ** 2)) / chains.length,
    effectiveSampleSize: sum(({ effectiveSampleSize }) => effectiveSampleSize),
    rHat,
  };
}
