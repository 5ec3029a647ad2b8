/**
 * Stochastic weight averaging: SGD whose evaluation point is the mean of its iterates.
 *
 * @see Izmailov et al. 2018 (arXiv:1803.05407), Algorithm 1
 */
import { checkedOptions, type OptionTable } from "../options.ts";
import type { Optimizer } from "../types.ts";
import type { GradientDescentState } from "./gradientDescent.ts";
import { type SgdOptions, sgdDefaults, sgdTable, uncheckedSgd } from "./sgd.ts";
import {
  uncheckedWeightAveraging,
  type WeightAveragingOptions,
  type WeightAveragingState,
  weightAveragingTable,
} from "./weightAveraging.ts";

/** Options of `swa`: those of `sgd`, and when points enter the mean. */
export interface SwaOptions extends SgdOptions, WeightAveragingOptions {}

/** As `sgdDefaults`; when to average depends on the budget and has no default. */
export const swaDefaults: typeof sgdDefaults = sgdDefaults;

/** The rules of `swa`. */
export const swaTable: OptionTable<SwaOptions> = { ...sgdTable, ...weightAveragingTable };

/**
 * SGD with weight averaging: `weightAveraging(sgd(…), { averageFrom, averageEvery })`.
 *
 * Cost: one gradient per step; memory 2n, and n for momentum.
 *
 * @throws TypeError or RangeError for a bad option, naming it, its rule and the value
 * @example
 * ```ts
 * import { swa } from "entropy-sgd";
 * const optimizer = swa({ learningRate: 1, averageFrom: 2, averageEvery: 2 });
 * let state = optimizer.init(new Float64Array([0]));
 * for (let k = 0; k < 4; k++) state = optimizer.step(new Float64Array([-1]), state); // x = 1, 2, 3, 4
 * optimizer.evalPoint(state)[0]; // mean of 2 and 4 => 3
 * ```
 */
export function swa(options: SwaOptions): Optimizer<WeightAveragingState<GradientDescentState>> {
  const { averageFrom, averageEvery, ...rest } = checkedOptions("swa", swaTable, swaDefaults, options);
  return uncheckedWeightAveraging("swa", uncheckedSgd("swa", rest), { averageFrom, averageEvery });
}
