/**
 * Elastic SGD: replicas of gradient descent that are pulled to their mean.
 *
 * @see Zhang, Choromanska, LeCun 2015, "Deep learning with elastic averaging SGD" (arXiv:1412.6651), section 2
 */
import type { ParameterGroup } from "../directions/segments.ts";
import { checkedOptions, integerOption, numberOption, type OptionTable } from "../options.ts";
import { shared } from "../optionsShared.ts";
import type { Optimizer, ScalarOrSchedule } from "../types.ts";
import { type ParleState, uncheckedParle } from "./parle.ts";
import { parleDefaults } from "./parleOptions.ts";
import { savedOptions } from "./savedOptions.ts";

/** Options of `elasticSgd`. */
export interface ElasticSgdOptions {
  /** η; a schedule counts steps of all replicas, t = 0, 1, 2, … */
  readonly learningRate: ScalarOrSchedule;
  /** n. Default 3. */
  readonly replicas?: number;
  /** The share of its distance to the mean that a replica closes in each step; a schedule counts steps. Default 0.1. */
  readonly coupling?: ScalarOrSchedule;
  /** Nesterov momentum of the whole move, the pull included. Default 0. */
  readonly momentum?: number;
  /** λ, an L2 term at x. Default 0. */
  readonly weightDecay?: number;
  readonly groups?: readonly ParameterGroup[];
}

/** Defaults of `elasticSgd`. */
export const elasticSgdDefaults: Required<Omit<ElasticSgdOptions, "learningRate">> = {
  replicas: 3,
  coupling: 0.1,
  momentum: 0,
  weightDecay: 0,
  groups: [],
};

/** The rules of `elasticSgd`. */
const elasticSgdTable: OptionTable<ElasticSgdOptions> = {
  learningRate: {
    ...shared.learningRate,
    doc: "Learning rate η, in squared weights per loss; a schedule counts steps of all replicas from 0.",
  },
  replicas: integerOption("[1, ∞)", "Replicas n, which take turns; each has vectors of its own.", {
    source: "Zhang, Choromanska, LeCun 2015, section 5: 4 to 16 workers",
  }),
  coupling: numberOption("[0, 1]", "Share of its distance to the mean that a replica closes in each step.", {
    schedule: true,
    source: "Zhang, Choromanska, LeCun 2015, section 5: α = 0.9/n at each exchange; gentler, as every step exchanges",
  }),
  momentum: numberOption("[0, 1)", "Nesterov momentum of the whole move, the pull included.", {
    source: "0 is plain gradient descent",
  }),
  weightDecay: shared.weightDecay,
  groups: shared.groups,
};

/**
 * Elastic SGD in one process: n replicas take turns, and each step pulls all of them to their mean.
 *
 *   zᵃ ← xᵃ − η∇f(xᵃ);   x ← mean of zᵃ;   xᵃ ← zᵃ − c(xᵃ − x);   X ← mean of xᵃ, the evaluation point
 *
 * It is `parle` with one inner step and without a scope. The mean takes the place of the paper's centre, which moves
 * toward it. Cost: n gradients per step; memory as `parle`. Randomness: none.
 *
 * @throws TypeError or RangeError for a bad option, naming it, its rule and the value
 * @example
 * ```ts
 * import { elasticSgd, outerStep } from "entropy-sgd";
 * const optimizer = elasticSgd({ learningRate: 0.5, replicas: 2, coupling: 0.25 });
 * const state = outerStep(optimizer, optimizer.init(new Float64Array([4])), (x) => x);
 * [optimizer.innerSteps, optimizer.evalPoint(state)[0]]; // both replicas go to 2, and a quarter further => [2, 1.5]
 * ```
 */
export function elasticSgd(options: ElasticSgdOptions): Optimizer<ParleState> {
  const checked = checkedOptions("elasticSgd", elasticSgdTable, elasticSgdDefaults, options);
  const { learningRate: innerLearningRate, momentum: outerMomentum, ...rest } = checked;
  const plain = { scope: 0, innerSteps: 1, averaging: 1, noise: 0, learningRate: 1, momentum: 0 };
  const all = { ...parleDefaults, ...plain, ...rest, innerLearningRate, outerMomentum };
  return uncheckedParle("elasticSgd", all, savedOptions(elasticSgdTable, checked));
}
