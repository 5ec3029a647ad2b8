import { integrateOnLadder, type LadderEstimate, type LadderOptions } from "./ladderIntegration.ts";
import { checkNeighbourhood, type LossAt } from "./localEntropyEstimate.ts";

/** Rungs crowd at σ = 0, where stiff directions change the mean fastest: σ_k = σ·(k/K)². */
const ladderPower = 2;

/**
 * Local entropy by integration over the scope, from F̃ = −f(x) at γ = ∞ down to γ = 1/(βσ²).
 *
 *   dF̃/dlog γ = n/(2β) − (γ/2)E‖x' − x‖²  is, by parts,  dF̃/dσ = −E[z·∇f(x + σz)],  z = (x' − x)/σ under P at σ
 *
 * The second form is integrated: its terms are those of the loss alone, where the first is a small difference of numbers
 * as large as n/β. Errors, validity and cost as `integrateOnLadder` says, and one gradient at x.
 *
 * @throws TypeError or RangeError for a bad option or neighbourhood
 */
export async function scopeEntropy(lossAt: LossAt, options: LadderOptions): Promise<LadderEstimate> {
  checkNeighbourhood("scopeEntropy", options);
  const { params, radius } = options;
  const { energy } = await lossAt(Float64Array.from(params));
  const path = {
    placeAt(share: number) {
      const at = radius * share ** ladderPower;
      return { at, coupling: 1, radius: at };
    },
    observe: (z: Float64Array, _: number, gradient: ArrayLike<number>): number =>
      z.reduce((sum, value, i) => sum + value * gradient[i], 0),
  };
  const estimate = await integrateOnLadder("scopeEntropy", lossAt, options, path, -energy);
  return { ...estimate, numEvaluations: estimate.numEvaluations + 1 };
}
