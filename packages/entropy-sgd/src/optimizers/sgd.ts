/**
 * Stochastic gradient descent with momentum.
 *
 * @see Robbins, Monro 1951, "A stochastic approximation method"; momentum in the convention of torch.optim.SGD
 */
import { clipByGlobalNorm } from "../directions/clipByGlobalNorm.ts";
import { momentumTable, uncheckedMomentum } from "../directions/momentum.ts";
import type { ParameterGroup } from "../directions/segments.ts";
import { checkedOptions, type OptionTable } from "../options.ts";
import { clipNormOption, shared } from "../optionsShared.ts";
import type { Optimizer, ScalarOrSchedule } from "../types.ts";
import { type GradientDescentState, gradientDescentDefaults, uncheckedGradientDescent } from "./gradientDescent.ts";
import { savedOptions } from "./savedOptions.ts";

/** Options of `sgd`. */
export interface SgdOptions {
  /** η; a schedule counts gradients t = 0, 1, 2, … */
  readonly learningRate: ScalarOrSchedule;
  /** m. Default 0. */
  readonly momentum?: number;
  /** Nesterov's look-ahead. Default false. */
  readonly nesterov?: boolean;
  /** λ, an L2 term in the gradient. Default 0. */
  readonly weightDecay?: number;
  /** Largest norm of the gradient. Default null: no clipping. */
  readonly clipNorm?: number | null;
  readonly groups?: readonly ParameterGroup[];
  /** Gradients between two measurements of ‖∇f‖ for `progress`. Default 1. */
  readonly gradientNormEvery?: number;
}

/** Plain gradient descent: every extra is off, as in torch.optim.SGD. */
export const sgdDefaults: Required<Omit<SgdOptions, "learningRate">> = {
  momentum: 0,
  nesterov: false,
  weightDecay: 0,
  clipNorm: null,
  groups: [],
  gradientNormEvery: 1,
};

/** The rules of `sgd`. */
export const sgdTable: OptionTable<SgdOptions> = {
  learningRate: shared.learningRate,
  ...momentumTable,
  weightDecay: shared.weightDecay,
  clipNorm: clipNormOption,
  groups: shared.groups,
  gradientNormEvery: shared.gradientNormEvery,
};

/**
 * Stochastic gradient descent.
 *
 *   d ← ∇f(x) + λx      v ← m·v + d      x ← x − η·v,  with `nesterov` x ← x − η(d + m·v)
 *
 * Cost: one gradient per step, one pass; memory n, and n for the buffer when `momentum` > 0.
 *
 * @throws TypeError or RangeError for a bad option, naming it, its rule and the value
 * @example
 * ```ts
 * import { sgd } from "entropy-sgd";
 * const optimizer = sgd({ learningRate: 0.5, weightDecay: 0.5 });
 * const state = optimizer.step(new Float64Array([1]), optimizer.init(new Float64Array([2])));
 * optimizer.evalPoint(state)[0]; // 2 − 0.5·(1 + 0.5·2) => 1
 * ```
 */
export function sgd(options: SgdOptions): Optimizer<GradientDescentState> {
  return uncheckedSgd("sgd", checkedOptions("sgd", sgdTable, sgdDefaults, options));
}

/** `sgd` for factories that have checked its options under their own name, `where`. */
export function uncheckedSgd(where: string, checked: Required<SgdOptions>): Optimizer<GradientDescentState> {
  const { clipNorm, momentum, nesterov, ...rest } = checked;
  const plain = uncheckedMomentum({ momentum, nesterov });
  const direction = clipNorm === null ? plain : clipByGlobalNorm(clipNorm, plain);
  const options = { ...gradientDescentDefaults, ...rest, direction };
  return uncheckedGradientDescent(where, options, savedOptions(sgdTable, checked));
}
