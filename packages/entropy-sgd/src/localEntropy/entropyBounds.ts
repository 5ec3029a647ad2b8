/** Bounds of local entropy from the losses at random draws; an estimate outside of them is invalid. */
import type { ObjectiveWith } from "../objective.ts";
import type { LocalEntropyEstimate } from "./localEntropyEstimate.ts";
import { smoothedLossOf } from "./smoothedLoss.ts";
import { type GaussianDrawsOptions, logMeanExp, type WeightedDraw, weightedDraws } from "./weightedDraws.ts";

/** Bounds of F̃, in units of the loss. */
export interface EntropyBounds {
  /** Jensen's bound −E f(x + ξ) ≤ F̃ with its standard error. */
  readonly smoothedLoss: { readonly estimate: number; readonly standardError: number };
  /** F̃ is above this with a probability of 95 % or more, whatever f is. */
  readonly lower: number;
  /** −f at the best point that was seen. F̃ ≤ −min f, but the least f may not have been seen. */
  readonly upper: number;
  readonly numEvaluations: number;
}

/** An average of exp(−βf) that is right on average exceeds the mean e³ times with a probability of e⁻³ at most (Markov). */
const markovMargin = 3;

/**
 * Bounds of F̃ from draws around x, half of them wider than σ in up to 16 dimensions.
 *
 *   −E f(x + ξ) ≤ F̃ ≤ −min f     and     F̃ ≥ (log mean exp(−βf) − 3)/β in 95 % of the draws
 *
 * An estimate within the bounds may still be wrong. Cost: numDraws + 1 evaluations. Randomness: a function of (seed, draw, element).
 * @throws TypeError or RangeError for a bad option or neighbourhood
 */
export async function entropyBounds(
  objective: ObjectiveWith<"valueAt">,
  options: GaussianDrawsOptions,
): Promise<EntropyBounds> {
  const { params, inverseTemperature } = options;
  const draws = await weightedDraws("entropyBounds", objective, options, true);
  return boundsOf(draws, await objective.valueAt(Float64Array.from(params)), inverseTemperature);
}

/** The bounds that mixed draws give, with the least loss that was seen elsewhere. */
export function boundsOf(draws: readonly WeightedDraw[], leastElsewhere: number, beta: number): EntropyBounds {
  const smoothedLoss = smoothedLossOf(draws);
  return {
    smoothedLoss,
    lower: Math.max(
      smoothedLoss.estimate - 3 * smoothedLoss.standardError,
      (logMeanExp(draws, beta).value - markovMargin) / beta,
    ),
    upper: -draws.reduce((least, { loss }) => Math.min(least, loss), leastElsewhere),
    numEvaluations: draws.length + 1,
  };
}

/** The estimate, invalid where it is outside the bounds by more than three standard errors, or says less than they do. */
export function withinBounds<Estimate extends LocalEntropyEstimate>(
  found: Estimate,
  { smoothedLoss, lower, upper, numEvaluations }: EntropyBounds,
): Estimate {
  const { estimate, standardError, valid } = found;
  const judged = { ...found, numEvaluations: found.numEvaluations + numEvaluations };
  if (!valid) return judged;
  const invalid = (reason: string): Estimate => ({ ...judged, valid: false, reason });
  const shown = (value: number): string => value.toPrecision(4);
  // Where f is nearly constant all of these are one number, up to rounding.
  const rounding = 1e-9 * Math.max(Math.abs(lower), Math.abs(upper));
  if (!(estimate + 3 * standardError >= lower - rounding)) {
    return invalid(`F̃ = ${shown(estimate)} is below ${shown(lower)}, which draws around x show that it exceeds`);
  }
  if (!(estimate - 3 * standardError <= upper + rounding)) {
    return invalid(`F̃ = ${shown(estimate)} is above ${shown(upper)}, minus the least loss that was seen`);
  }
  if (2 * standardError > upper - smoothedLoss.estimate + 2 * smoothedLoss.standardError + rounding) {
    return invalid(
      `the standard error ${standardError.toPrecision(2)} says less than Jensen's bound ${shown(smoothedLoss.estimate)} ` +
        `and the least loss seen, ${shown(-upper)}`,
    );
  }
  return judged;
}
