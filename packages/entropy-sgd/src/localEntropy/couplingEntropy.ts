import type { ObjectiveWith } from "../objective.ts";
import { judgedEstimate, type LadderEstimate, ladderEvidence, temperedEnergy } from "./ladderEstimate.ts";
import { type Branch, type LadderOptions, temperedBranch } from "./temperedLadders.ts";

/**
 * Local entropy by integration over the coupling: F̃ = −∫₀¹ E_{P_λ} f dλ, P_λ ∝ N(x, σ²I)·exp(−λβf).
 *
 * P_λ is sampled by independent ladders of replicas over λ, which move by Hamiltonian Monte Carlo with adapted steps and are
 * exchanged between rungs; half of them climb from Gaussian draws, half start at x or the best place that descents find. In up to 16 dimensions a second branch
 * reaches the target from a Gaussian 1 + 3/√n times as wide. The standard error adds Monte Carlo and ladder errors in squares.
 *
 * Invalid where split-R̂ of a rung exceeds 1.05, the chains are worth fewer than 60 independent samples, the branches disagree, or
 * the estimate is outside `entropyBounds`. Wells that no start and no rung reaches cannot be told.
 *
 * Cost: at most `ladderEvaluations`. Memory: 2 vectors per rung. Randomness: a function of the seed.
 * To stop early, let the objective throw.
 * @throws TypeError or RangeError for a bad option or neighbourhood
 */
export async function couplingEntropy(
  objective: ObjectiveWith<"valueAndGradientAt">,
  options: LadderOptions,
): Promise<LadderEstimate> {
  const branchOf = (numRungs: number): Branch => temperedBranch(1, numRungs);
  const evidence = await ladderEvidence("couplingEntropy", objective, options, branchOf);
  const { laws, ladders, target } = evidence.runs;
  return judgedEstimate(evidence, () =>
    temperedEnergy({ laws: laws.slice(0, target + 1), ladders }, evidence.checked.params.length),
  );
}
