import { integrateOnLadder, type LadderEstimate, type LadderOptions } from "./ladderIntegration.ts";
import type { LossAt } from "./localEntropyEstimate.ts";

/** Rungs crowd at λ = 0, where E f falls fastest: λ_k = (k/K)⁴. */
const ladderPower = 4;

/**
 * Local entropy by integration over the coupling: F̃ = −∫₀¹ E_{P_λ} f dλ, P_λ ∝ N(x, σ²I)·exp(−λβf).
 *
 * Works at network size and large β. Errors, validity and cost as `integrateOnLadder` says:
 * 2·(numRungs + 1)·numChains·(burnIn + numSamples) gradients. Randomness: a function of the seed.
 *
 * @throws TypeError or RangeError for a bad option or neighbourhood
 */
export function couplingEntropy(lossAt: LossAt, options: LadderOptions): Promise<LadderEstimate> {
  const { radius } = options;
  const path = {
    placeAt(share: number) {
      const coupling = share ** ladderPower;
      return { at: coupling, coupling, radius };
    },
    observe: (_: Float64Array, loss: number): number => loss,
  };
  return integrateOnLadder("couplingEntropy", lossAt, options, path, 0);
}
