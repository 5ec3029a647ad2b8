import { type AnnealedEstimate, type AnnealingOptions, annealedEntropy } from "./annealedEntropy.ts";
import type { LossAt } from "./localEntropyEstimate.ts";

/**
 * Local entropy along the coupling: from the Gaussian N(x, σ²I), λ = 0, to the modified Gibbs distribution, λ = 1.
 *
 *   P_λ ∝ N(x, σ²I)·exp(−λβf),   F̃ = (1/β) log of the mass at λ = 1
 *
 * Starts everywhere in the neighbourhood. Errors, validity and cost as `annealedEntropy` says. Randomness: a function of the seed.
 *
 * @throws TypeError or RangeError for a bad option or neighbourhood
 */
export function couplingEntropy(lossAt: LossAt, options: AnnealingOptions): Promise<AnnealedEstimate> {
  const { radius } = options;
  return annealedEntropy("couplingEntropy", lossAt, options, {
    placeAt: (share) => ({ coupling: share, radius }),
    slopeAt: (_, loss) => -loss,
    movesPoints: false,
  });
}
