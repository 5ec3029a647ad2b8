/** Local entropy from independent Gaussian draws. */
import type { ObjectiveWith } from "../objective.ts";
import { type MeanEstimate, meanEstimate, meanOf } from "../statistics/meanEstimate.ts";
import type { LocalEntropyEstimate } from "./localEntropyEstimate.ts";
import { type GaussianDrawsOptions, logMeanExp, type WeightedDraw, weightedDraws } from "./weightedDraws.ts";

/** Draws that must carry the mean of the exponentials, of the effective number (Σw)²/Σw². */
export const minEffectiveDraws = 50;

/**
 * F̃ by the mean of exp(−βf) over Gaussian draws: for small n or small β only.
 *
 * In up to 16 dimensions half of the draws are from a Gaussian 1 + 3/√n times as wide, and all are weighted for it, so that wells
 * beyond σ are seen. Biased low where few draws carry the mean; the estimate is then invalid. Cost: one evaluation per draw.
 * Randomness: a function of (seed, draw, element).
 *
 * @throws TypeError or RangeError for a bad option or neighbourhood
 */
export async function logMeanExpEntropy(
  objective: ObjectiveWith<"valueAt">,
  options: GaussianDrawsOptions,
): Promise<LocalEntropyEstimate> {
  const draws = await weightedDraws("logMeanExpEntropy", objective, options, true);
  const beta = options.inverseTemperature;
  const { value, standardError, effectiveDraws } = logMeanExp(draws, beta);
  const n = draws.length;
  const valid = effectiveDraws >= minEffectiveDraws;
  return {
    estimate: value / beta,
    standardError: standardError / beta,
    kind: "estimate",
    valid,
    reason: valid
      ? null
      : `only ${effectiveDraws.toFixed(1)} of ${n} draws carry the mean of exp(−βf), ${minEffectiveDraws} are needed`,
    numEvaluations: n,
  };
}

/**
 * Jensen's bound: F̃ ≥ −E f(x + ξ), the Gaussian-smoothed loss. Holds at any β; tight for small βVar f.
 *
 * Cost: one evaluation per draw. Randomness: a function of (seed, draw, element).
 *
 * @throws TypeError or RangeError for a bad option or neighbourhood
 */
export async function smoothedLossBound(
  objective: ObjectiveWith<"valueAt">,
  options: GaussianDrawsOptions,
): Promise<LocalEntropyEstimate> {
  const draws = await weightedDraws("smoothedLossBound", objective, options, false);
  const found = smoothedLossOf(draws);
  const valid = Number.isFinite(found.estimate);
  return {
    ...found,
    kind: "lower bound",
    valid,
    reason: valid ? null : "the loss is not finite at some draw",
    numEvaluations: draws.length,
  };
}

/** Minus the mean loss of the draws from N(x, σ²I) itself, with its standard error; infinite for a single one. */
export function smoothedLossOf(draws: readonly WeightedDraw[]): MeanEstimate {
  const losses = draws.filter(({ isNarrow }) => isNarrow).map(({ loss }) => -loss);
  return losses.length < 2
    ? { estimate: meanOf(losses), standardError: Number.POSITIVE_INFINITY }
    : meanEstimate(losses);
}
