import type { ObjectiveWith } from "../objective.ts";
import { meanOf } from "../statistics/meanEstimate.ts";
import { type BranchEnergy, judgedEstimate, type LadderEstimate, ladderEvidence } from "./ladderEstimate.ts";
import type { Branch, LadderOptions, LadderRuns } from "./temperedLadders.ts";

/** Rungs crowd at σ = 0, where stiff directions change the mean fastest: σ_k = σ·(k/K)². */
const crowding = 2;

/**
 * Local entropy by integration over the scope, from F̃ = −f(x) at γ = ∞ down to γ = 1/(βσ²).
 *
 *   dF̃/dlog γ = n/(2β) − (γ/2)E‖x' − x‖²  is, by parts,  dF̃/dσ = −E[z·∇f(x + σz)],  z = (x' − x)/σ under P at σ
 *
 * The second form is integrated, by Simpson's rule: its terms are those of the loss alone, where the first is a small
 * difference of numbers as large as n/β. Ladders, errors, validity and cost are those of `couplingEntropy`.
 *
 * @throws TypeError or RangeError for a bad option or neighbourhood
 */
export async function scopeEntropy(
  objective: ObjectiveWith<"valueAndGradientAt">,
  options: LadderOptions,
): Promise<LadderEstimate> {
  const evidence = await ladderEvidence("scopeEntropy", objective, options, scopeBranch);
  const { valued, checked, runs } = evidence;
  const { params, inverseTemperature } = checked;
  const value = await valued.valueAt(Float64Array.from(params));
  const found = judgedEstimate(evidence, () => integrated(runs, -inverseTemperature * value));
  return { ...found, numEvaluations: found.numEvaluations + 1 };
}

/** The target at σ_k instead of σ, from the first rung on. */
function scopeBranch(numRungs: number): Branch {
  return {
    lawAt: (share) => ({ coupling: 1, precision: share ** (-2 * crowding) }),
    shares: Array.from({ length: numRungs }, (_, k) => (k + 1) / numRungs),
    adaptive: false,
  };
}

/** start − ∫ E[z·∇V]/r dr for r = σ_k/σ from 0, where the integrand is 0, to 1. */
function integrated({ laws, target, ladders }: LadderRuns, start: number): BranchEnergy {
  const places = [0, ...laws.slice(0, target + 1).map(({ precision }) => precision ** -0.5)];
  const fine = trapezoidWeights(places, 1);
  const coarse = trapezoidWeights(places, 2);
  const of = (weights: readonly number[]): number[][] =>
    ladders.map((ladder) =>
      ladder[0].virials.map((_, sweep) =>
        weights.reduce(
          (sum, weight, k) => (k === 0 ? 0 : sum - (weight / places[k]) * ladder[k - 1].virials[sweep]),
          0,
        ),
      ),
    );
  const [all, half] = [of(fine).map(meanOf), of(coarse).map(meanOf)];
  const simpson = fine.map((weight, k) => weight + (weight - coarse[k]) / 3);
  const values = of(simpson).map(meanOf);
  return {
    values: values.map((value) => start + value),
    influences: of(simpson).map((series, ladder) => series.map((value) => value - values[ladder])),
    ladderError: Math.abs(meanOf(all) - meanOf(half)) / 3,
  };
}

/** Weights of the trapezoidal rule over every `stride`-th place; 0 between. */
function trapezoidWeights(places: readonly number[], stride: number): number[] {
  return places.map((place, k) => {
    if (k % stride !== 0) return 0;
    const below = k >= stride ? place - places[k - stride] : 0;
    const above = k + stride < places.length ? places[k + stride] - place : 0;
    return (below + above) / 2;
  });
}
