/**
 * Adam, and AdamW with decoupled weight decay.
 *
 * @see Kingma, Ba 2015 (arXiv:1412.6980), Algorithm 1; Loshchilov, Hutter 2019 (arXiv:1711.05101), Algorithm 2
 */
import { adamScalingDefaults, adamScalingTable, uncheckedAdamScaling } from "../directions/adamScaling.ts";
import { clipByGlobalNorm } from "../directions/clipByGlobalNorm.ts";
import type { Placement } from "../directions/direction.ts";
import type { ParameterGroup } from "../directions/segments.ts";
import { checkedOptions, type OptionTable } from "../options.ts";
import { clipNormOption, shared } from "../optionsShared.ts";
import type { Optimizer, ScalarOrSchedule } from "../types.ts";
import { type GradientDescentState, gradientDescentDefaults, uncheckedGradientDescent } from "./gradientDescent.ts";
import { savedOptions } from "./savedOptions.ts";

/** Options of `adam` and `adamw`. */
export interface AdamOptions {
  /** η; a schedule counts gradients t = 0, 1, 2, … Default 1e-3. */
  readonly learningRate?: ScalarOrSchedule;
  /** β₁. Default 0.9. */
  readonly beta1?: number;
  /** β₂. Default 0.999. */
  readonly beta2?: number;
  /** Default 1e-8. */
  readonly epsilon?: number;
  /** λ: for `adam` an L2 term in the gradient, default 0; for `adamw` decoupled, default 0.01. */
  readonly weightDecay?: number;
  /** Largest norm of the gradient. Default null: no clipping. */
  readonly clipNorm?: number | null;
  readonly groups?: readonly ParameterGroup[];
  /** Gradients between two measurements of ‖∇f‖ for `progress`. Default 1. */
  readonly gradientNormEvery?: number;
}

/** Rate and decays of Kingma and Ba 2015, Algorithm 1. */
export const adamDefaults: Required<AdamOptions> = {
  learningRate: 1e-3,
  ...adamScalingDefaults,
  weightDecay: 0,
  clipNorm: null,
  groups: [],
  gradientNormEvery: 1,
};

/** As `adamDefaults`, with the weight decay of torch.optim.AdamW. */
export const adamwDefaults: Required<AdamOptions> = { ...adamDefaults, weightDecay: 0.01 };

/** The rules of `adam` and `adamw`. */
export const adamTable: OptionTable<AdamOptions> = {
  learningRate: {
    ...shared.learningRate,
    doc: "Learning rate η, the length of a step in weights; a schedule counts gradients from 0.",
    source: "Kingma, Ba 2015, Algorithm 1",
  },
  ...adamScalingTable,
  weightDecay: {
    ...shared.weightDecay,
    doc: "Weight decay λ: for adam in loss per squared weight, added to the gradient; for adamw x ← x − ηλx beside it.",
    source: "adam: 0, Kingma, Ba 2015; adamw: 0.01 as torch.optim.AdamW, Loshchilov, Hutter 2019, Algorithm 2",
  },
  clipNorm: clipNormOption,
  groups: shared.groups,
  gradientNormEvery: shared.gradientNormEvery,
};

/**
 * Adam; weight decay is an L2 term in the gradient.
 *
 *   d ← ∇f(x) + λx      m ← β₁m + (1 − β₁)d      v ← β₂v + (1 − β₂)d²      x ← x − η·m̂ / (√v̂ + ε)
 *
 * Cost: one gradient per step, one pass; memory 3n.
 *
 * @throws TypeError or RangeError for a bad option, naming it, its rule and the value
 * @example
 * ```ts
 * import { adam } from "entropy-sgd";
 * const optimizer = adam({ learningRate: 0.5 });
 * const state = optimizer.step(new Float64Array([8]), optimizer.init(new Float64Array([2])));
 * optimizer.evalPoint(state)[0].toFixed(6); // the first step has length η => "1.500000"
 * ```
 */
export function adam(options: AdamOptions = {}): Optimizer<GradientDescentState> {
  return adamForm("adam", checkedOptions("adam", adamTable, adamDefaults, options), "inside");
}

/**
 * AdamW: Adam with decoupled weight decay, x ← x − ηλx − η·m̂ / (√v̂ + ε).
 *
 * Cost: one gradient per step, one pass; memory 3n.
 *
 * @throws TypeError or RangeError for a bad option, naming it, its rule and the value
 * @see Loshchilov, Hutter 2019 (arXiv:1711.05101), Algorithm 2, with the decay multiplied by η as in torch.optim.AdamW
 */
export function adamw(options: AdamOptions = {}): Optimizer<GradientDescentState> {
  return adamForm("adamw", checkedOptions("adamw", adamTable, adamwDefaults, options), "outside");
}

function adamForm(
  where: string,
  checked: Required<AdamOptions>,
  weightDecayPlacement: Placement,
): Optimizer<GradientDescentState> {
  const { beta1, beta2, epsilon, clipNorm, ...rest } = checked;
  const plain = uncheckedAdamScaling({ beta1, beta2, epsilon });
  const direction = clipNorm === null ? plain : clipByGlobalNorm(clipNorm, plain);
  const options = { ...gradientDescentDefaults, ...rest, direction, weightDecayPlacement };
  // adam and adamw have equal options and differ in the placement of decay.
  return uncheckedGradientDescent(where, options, { ...savedOptions(adamTable, checked), weightDecayPlacement });
}
