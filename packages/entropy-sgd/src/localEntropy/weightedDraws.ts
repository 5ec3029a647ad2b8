/** Independent draws around a point, weighted so that their means are those of N(x, σ²I). */
import { type ObjectiveWith, requireObjective } from "../objective.ts";
import { checkedOptions, integerOption, type OptionTable } from "../options.ts";
import { normalInto } from "../random/fills.ts";
import { randomKey } from "../random/randomKey.ts";
import { type Neighbourhood, neighbourhoodTable, widthOf } from "./localEntropyEstimate.ts";

/** Options of the estimators by independent draws. */
export interface GaussianDrawsOptions extends Neighbourhood {
  readonly numDraws: number;
  readonly seed?: number;
}

/** Their rules. */
export const drawsTable: OptionTable<GaussianDrawsOptions> = {
  ...neighbourhoodTable,
  numDraws: integerOption("[2, ∞)", "Draws."),
  seed: integerOption("[0, 9007199254740991]", "Seed of the draws."),
};

/** A draw's loss, and its density under N(x, σ²I) over the one that it was drawn from. */
export interface WeightedDraw {
  readonly loss: number;
  /** Whether it was drawn from N(x, σ²I) itself, not from the wider Gaussian. */
  readonly isNarrow: boolean;
  readonly weight: number;
}

/** The mean of exp(−βf) over draws, as a logarithm. */
export interface LogMeanExp {
  /** log of the mean. */
  readonly value: number;
  /** Of the value, by the delta method. */
  readonly standardError: number;
  /** (Σw)²/Σw² of the terms: how many draws carry the mean. */
  readonly effectiveDraws: number;
}

/**
 * f at draws of N(x, (wσ)²I), functions of (seed, draw, element).
 *
 * w is 1, or for every second draw the width that `widthOf` gives where `mixed`: wells beyond the reach of σ are then seen
 * too, and every draw weighs its density under N(x, σ²I) over that under the mixture, 2 at most. Cost: one evaluation each.
 *
 * @throws TypeError or RangeError for a bad option or neighbourhood, with `where` in front
 */
export async function weightedDraws(
  where: string,
  objective: ObjectiveWith<"valueAt">,
  options: GaussianDrawsOptions,
  mixed: boolean,
): Promise<WeightedDraw[]> {
  const { params, radius, numDraws, seed } = checkedOptions(where, drawsTable, { seed: 0 }, options);
  requireObjective(where, objective, "valueAt");
  const n = params.length;
  const key = randomKey(seed, "local-entropy", "draws");
  const width = mixed ? widthOf(n) : 1;
  const point = new Float64Array(n);
  const draws: WeightedDraw[] = [];
  for (let draw = 0; draw < numDraws; draw++) {
    normalInto(point, { key, stream: 0, step: draw });
    const scale = draw % 2 === 1 ? width : 1;
    let square = 0;
    for (let i = 0; i < n; i++) {
      square += (scale * point[i]) ** 2;
      point[i] = params[i] + radius * scale * point[i];
    }
    const ratio = Math.exp((square / 2) * (1 - width ** -2) - n * Math.log(width));
    draws.push({ loss: await objective.valueAt(point), isNarrow: scale === 1, weight: 2 / (1 + ratio) });
  }
  return draws;
}

/** log of the weighted mean of exp(−βf). */
export function logMeanExp(draws: readonly WeightedDraw[], beta: number): LogMeanExp {
  const n = draws.length;
  const exponents = draws.map(({ loss, weight }) => Math.log(weight) - beta * loss);
  const highest = exponents.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const terms = exponents.map((value) => Math.exp(value - highest));
  const sum = terms.reduce((total, term) => total + term, 0);
  const squares = terms.reduce((total, term) => total + term * term, 0);
  return {
    value: highest + Math.log(sum / n),
    standardError: Math.sqrt(Math.max(0, (squares / n - (sum / n) ** 2) / (n - 1))) / (sum / n),
    effectiveDraws: (sum * sum) / squares,
  };
}
