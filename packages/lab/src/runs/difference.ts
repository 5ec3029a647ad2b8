/** The difference of two means, with what their spread allows to say. */
import type { Spread } from "./summarise.ts";

/** A difference of means over independent runs. */
export interface Difference {
  /** First minus second; null where one has no mean. */
  readonly estimate: number | null;
  /** √(s₁²/n₁ + s₂²/n₂); null where one has a single run, which says nothing about the spread. */
  readonly standardError: number | null;
  /** "parity" within two standard errors; null where they are not known. */
  readonly verdict: "parity" | "lower" | "higher" | null;
}

/** The first minus the second. */
export function differenceOf(first: Spread, second: Spread): Difference {
  const estimate = first.mean === null || second.mean === null ? null : first.mean - second.mean;
  if (estimate === null || first.sd === null || second.sd === null)
    return { estimate, standardError: null, verdict: null };
  const standardError = Math.sqrt(first.sd ** 2 / first.n + second.sd ** 2 / second.n);
  const differs = estimate < 0 ? "lower" : "higher";
  return { estimate, standardError, verdict: Math.abs(estimate) <= 2 * standardError ? "parity" : differs };
}

/** What follows the two means in a sentence, errors in points of per cent; with the full stop. */
export function verdictInWords({ estimate, standardError, verdict }: Difference): string {
  if (estimate === null) return "; without a value on both sides there is no difference.";
  if (standardError === null || verdict === null) return "; one seed says nothing about the spread.";
  const words =
    verdict === "parity"
      ? "no difference beyond two standard errors: parity"
      : `${verdict} by ${(100 * Math.abs(estimate)).toFixed(2)} points`;
  return ` (${words}; standard error of the difference ${(100 * standardError).toFixed(2)}).`;
}
