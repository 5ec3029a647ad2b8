import { type AnnealedEstimate, type AnnealingOptions, annealedEntropy } from "./annealedEntropy.ts";
import type { LossAt } from "./localEntropyEstimate.ts";

/**
 * Local entropy along the scope: from x itself, γ = ∞, where F̃ = −f(x), down to γ = 1/(βσ²).
 *
 *   P_s ∝ N(x, s²σ²I)·exp(−βf),  s from 0 to 1
 *
 * Starts at x and widens: the other path than `couplingEntropy`'s, with other faults. Errors, validity and cost as
 * `annealedEntropy` says, with one gradient more for each particle and rung.
 *
 * @throws TypeError or RangeError for a bad option or neighbourhood
 */
export function scopeEntropy(lossAt: LossAt, options: AnnealingOptions): Promise<AnnealedEstimate> {
  const { radius } = options;
  return annealedEntropy("scopeEntropy", lossAt, options, {
    placeAt: (share) => ({ coupling: 1, radius: radius * share }),
    slopeAt: (_, __, alongZ) => -radius * alongZ,
    movesPoints: true,
  });
}
