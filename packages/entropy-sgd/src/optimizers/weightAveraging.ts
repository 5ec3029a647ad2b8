/**
 * The running mean of an optimizer's points.
 *
 * @see Izmailov, Podoprikhin, Garipov, Vetrov, Wilson 2018, "Averaging weights leads to wider optima and better
 *   generalization" (arXiv:1803.05407), Algorithm 1
 */
import { copyIn } from "../memory.ts";
import { checkedOptions, integerOption, type OptionTable } from "../options.ts";
import type { Optimizer, PlainData, Progress, Vector, VectorMemory } from "../types.ts";
import { defineOptimizer, requireParts } from "./defineOptimizer.ts";
import type { SavedOptions } from "./savedOptions.ts";

/** When points enter the mean. */
export interface WeightAveragingOptions {
  /** Gradients before the first point enters. */
  readonly averageFrom: number;
  /** Gradients between two points. */
  readonly averageEvery: number;
}

/** What averaging remembers; plain data. */
export type WeightAveragingState<S extends PlainData & { readonly progress: Progress }> = {
  readonly kind: "weight-averaging";
  /** When points enter; the optimizer's own options are in `base`. */
  readonly options: SavedOptions;
  readonly progress: S["progress"];
  readonly base: S;
  /** Mean of the points so far, shape (n,). */
  readonly mean: Vector;
  /** Points in the mean. */
  readonly count: number;
};

/** The rules of averaging. */
export const weightAveragingTable: OptionTable<WeightAveragingOptions> = {
  averageFrom: integerOption("[0, ∞)", "Gradients before the first point enters the mean.", {
    source: "Izmailov et al. 2018, section 5: the last quarter of the budget; depends on it: no default",
  }),
  averageEvery: integerOption("[1, ∞)", "Gradients between two points of the mean.", {
    source: "Izmailov et al. 2018, Algorithm 1; depends on the budget: no default",
  }),
};

/**
 * `optimizer` with the mean of its points as evaluation point, from `averageFrom` gradients on, every `averageEvery`.
 *
 *   μ ← (k·μ + x)/(k + 1)
 *
 * Before the first point the evaluation point is the optimizer's own. Batch-norm statistics must be recalibrated for μ.
 * Cost: none in gradients, one pass per point of the mean; memory n.
 *
 * @throws TypeError or RangeError for a bad option, or what is no optimizer
 * @example
 * ```ts
 * import { sgd, weightAveraging } from "entropy-sgd";
 * const optimizer = weightAveraging(sgd({ learningRate: 1 }), { averageFrom: 1, averageEvery: 1 });
 * let state = optimizer.init(new Float64Array([3]));
 * for (const gradient of [1, -2]) state = optimizer.step(new Float64Array([gradient]), state); // x = 2, then 4
 * optimizer.evalPoint(state)[0]; // => 3
 * ```
 */
export function weightAveraging<S extends PlainData & { readonly progress: Progress }>(
  optimizer: Optimizer<S>,
  options: WeightAveragingOptions,
): Optimizer<WeightAveragingState<S>> {
  const checked = checkedOptions("weightAveraging", weightAveragingTable, {}, options);
  requireParts("weightAveraging", "optimizer", optimizer);
  return uncheckedWeightAveraging("weightAveraging", optimizer, checked);
}

/** `weightAveraging` for factories that have checked the options under their own name, `where`. */
export function uncheckedWeightAveraging<S extends PlainData & { readonly progress: Progress }>(
  where: string,
  optimizer: Optimizer<S>,
  { averageFrom, averageEvery }: WeightAveragingOptions,
): Optimizer<WeightAveragingState<S>> {
  return defineOptimizer<WeightAveragingState<S>>(where, {
    innerSteps: optimizer.innerSteps,
    init(params: Vector, memory: VectorMemory) {
      const base = optimizer.init(params, memory);
      const options = { averageFrom, averageEvery };
      return {
        kind: "weight-averaging",
        options,
        progress: base.progress,
        base,
        mean: copyIn(memory, params),
        count: 0,
      };
    },
    gradientPoint: ({ base }) => optimizer.gradientPoint(base),
    evalPoint: ({ base, mean, count }) => (count > 0 ? mean : optimizer.evalPoint(base)),
    needsNewBatch: ({ base }) => optimizer.needsNewBatch?.(base) ?? true,
    step(gradient, state) {
      const base = optimizer.step(gradient, state.base);
      const { progress } = base;
      const since = progress.gradients - averageFrom;
      if (since < 0 || since % averageEvery !== 0) return { ...state, base, progress };
      const { mean } = state;
      const point = optimizer.evalPoint(base);
      const weight = 1 / (state.count + 1);
      for (let i = 0; i < mean.length; i++) mean[i] += weight * (point[i] - mean[i]);
      return { ...state, base, progress, count: state.count + 1 };
    },
  });
}
