/** What an instrument of the coverage page is: something that states a number with its doubt, where the truth is known. */

/** A number with its doubt, as an instrument states it. */
export interface Statement {
  readonly estimate: number;
  /** Where the truth is said to lie. */
  readonly interval: readonly [low: number, high: number];
  /** Of the estimate, for the mean of |z|; absent where the instrument states an interval only. */
  readonly standardError?: number;
  /** What it cost, in the instrument's unit. */
  readonly cost?: number;
}

/** A problem of known truth. */
export interface CoverageCase {
  readonly name: string;
  readonly truth: number;
  /** One measurement, a function of the seed; null where the instrument says of itself that it does not apply. */
  run(seed: number): Promise<Statement | null> | Statement | null;
}

/** A kind of measurement and the problems that it is tried on. */
export interface Instrument {
  readonly name: string;
  /** What is estimated, in a sentence. */
  readonly title: string;
  /** Share of intervals that should hold the truth; "at least" where the interval is a bound and may be wider. */
  readonly level: number;
  readonly claim: "about" | "at least";
  /** What `cost` counts. */
  readonly unit: string;
  readonly cases: readonly CoverageCase[];
  /** Seeds per case of the page; default 400. */
  readonly numSeeds?: number;
  /** Seeds per case in the test suite, where a measurement is costly; 0 for the page alone. Default 20. */
  readonly numSuiteSeeds?: number;
}

/** estimate ± quantile·standardError. */
export function symmetricInterval(estimate: number, standardError: number, quantile: number): Statement["interval"] {
  return [estimate - quantile * standardError, estimate + quantile * standardError];
}
