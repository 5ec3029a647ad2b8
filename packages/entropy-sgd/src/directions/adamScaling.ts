/**
 * Adam's scaling of a gradient by its moments.
 *
 * @see Kingma, Ba 2015, "Adam: a method for stochastic optimization" (arXiv:1412.6980), Algorithm 1
 */
import { adamStepInto } from "../kernels/adamStep.ts";
import { checkedOptions, numberOption, type OptionTable } from "../options.ts";
import type { Vector, VectorMemory } from "../types.ts";
import type { Direction, DirectionState, StepPoints, StepTerms } from "./direction.ts";
import { forEachSegment } from "./segments.ts";

/** Options of `adamScaling`. */
export interface AdamScalingOptions {
  /** Decay β₁ of the first moment, in [0, 1). Default 0.9. */
  readonly beta1?: number;
  /** Decay β₂ of the second moment, in [0, 1). Default 0.999. */
  readonly beta2?: number;
  /** Added to the root of the second moment. Default 1e-8. */
  readonly epsilon?: number;
}

/** Defaults of Kingma and Ba 2015, Algorithm 1. */
export const adamScalingDefaults: Required<AdamScalingOptions> = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

const source = "Kingma, Ba 2015, Algorithm 1";

/** The rules of `adamScaling`, shared by every optimizer that has these options. */
export const adamScalingTable: OptionTable<AdamScalingOptions> = {
  beta1: numberOption("[0, 1)", "Decay β₁ of Adam's first moment.", { source }),
  beta2: numberOption("[0, 1)", "Decay β₂ of Adam's second moment.", { source }),
  epsilon: numberOption("(0, ∞)", "Added to the root of Adam's second moment, in loss per weight.", { source }),
};

/**
 * The direction d ← m̂ / (√v̂ + ε) with bias-corrected moments.
 *
 *   m ← β₁·m + (1 − β₁)·d      v ← β₂·v + (1 − β₂)·d²      m̂ = m / (1 − β₁ᵗ)      v̂ = v / (1 − β₂ᵗ)
 *
 * Cost: one fused pass; memory 2n. The force always enters d, whatever its placement; decay outside is the decoupled
 * decay of Loshchilov and Hutter 2019 (arXiv:1711.05101).
 *
 * @throws RangeError or TypeError for a bad option
 * @example
 * ```ts
 * import { adamScaling } from "entropy-sgd";
 * adamScaling({ beta1: 0.5 }).name; // => "adam"
 * ```
 */
export function adamScaling(options: AdamScalingOptions = {}): Direction {
  return uncheckedAdamScaling(checkedOptions("adamScaling", adamScalingTable, adamScalingDefaults, options));
}

/** `adamScaling` for factories that have checked its options under their own name. */
export function uncheckedAdamScaling({ beta1, beta2, epsilon }: Required<AdamScalingOptions>): Direction {
  return {
    name: "adam",
    options: { beta1, beta2, epsilon },
    init: (like: Vector, memory: VectorMemory): DirectionState => ({
      steps: 0,
      buffers: {
        firstMoment: memory.allocate(like.length, like),
        secondMoment: memory.allocate(like.length, like),
      },
    }),
    stepInto(points: StepPoints, gradient: Vector, state: DirectionState, terms: StepTerms): DirectionState {
      const steps = state.steps + 1;
      const correction1 = 1 / (1 - beta1 ** steps);
      const correction2 = 1 / (1 - beta2 ** steps);
      const { firstMoment, secondMoment } = state.buffers;
      const { params, anchor, mean } = points;
      forEachSegment(terms, params.length, (local, start, end) => {
        const { gradientScale, learningRate, noise, averaging, draw } = local;
        const decays = { decay: local.insideDecay, decoupledDecay: local.outsideDecay };
        const force = anchor === null ? 0 : local.insideForce + local.outsideForce;
        const moments = { beta1, beta2, correction1, correction2, epsilon };
        const all = { gradientScale, learningRate, noise, averaging, force, ...decays, ...moments };
        adamStepInto(params, mean, firstMoment, secondMoment, anchor, gradient, all, draw, start, end);
      });
      return { ...state, steps };
    },
  };
}
