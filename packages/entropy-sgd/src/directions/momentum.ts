/**
 * Heavy-ball and Nesterov momentum in the convention of torch.optim.SGD.
 *
 * @see Sutskever, Martens, Dahl, Hinton 2013, "On the importance of initialization and momentum in deep learning",
 *   section 2; the buffer accumulates gradients, not steps, so that a change of the learning rate acts at once.
 */
import { langevinStepInto } from "../kernels/langevinStep.ts";
import { booleanOption, checkedOptions, numberOption, type OptionTable } from "../options.ts";
import type { Vector, VectorMemory } from "../types.ts";
import type { Direction, DirectionState, StepPoints, StepTerms } from "./direction.ts";
import { forEachSegment } from "./segments.ts";

/** Options of `momentum`. */
export interface MomentumOptions {
  /** m in [0, 1); 0 keeps no buffer. Default 0. */
  readonly momentum?: number;
  /** Whether the step looks ahead, d ← d + m·v. Default false. */
  readonly nesterov?: boolean;
}

/** The rules of `momentum`, shared by every optimizer that has these options. */
export const momentumTable: OptionTable<MomentumOptions> = {
  momentum: numberOption("[0, 1)", "Momentum m; 0 keeps no buffer.", {
    source: "Sutskever, Martens, Dahl, Hinton 2013, section 2; 0 is plain gradient descent, as in torch.optim.SGD",
  }),
  nesterov: booleanOption("Whether momentum looks ahead (Nesterov).", {
    source: "Sutskever, Martens, Dahl, Hinton 2013, section 2; false as in torch.optim.SGD",
  }),
};

/**
 * The direction v ← m·v + d; d ← v, or d ← d + m·v with `nesterov`; v = 0 at first.
 *
 * Cost: one fused pass; memory n, or none when `momentum` is 0. A force and decay may act inside (they enter the
 * buffer) or outside (they act once, with gain 1).
 *
 * @throws RangeError or TypeError for a bad option
 * @example
 * ```ts
 * import { momentum } from "entropy-sgd";
 * momentum({ momentum: 0.9, nesterov: true }).name; // => "momentum"
 * ```
 */
export function momentum(options: MomentumOptions = {}): Direction {
  return uncheckedMomentum(checkedOptions("momentum", momentumTable, { momentum: 0, nesterov: false }, options));
}

/** `momentum` for factories that have checked its options under their own name. */
export function uncheckedMomentum({ momentum: gain, nesterov }: Required<MomentumOptions>): Direction {
  return {
    name: "momentum",
    options: { momentum: gain, nesterov },
    init: (like: Vector, memory: VectorMemory): DirectionState => ({
      steps: 0,
      buffers: gain > 0 ? { velocity: memory.allocate(like.length, like) } : {},
    }),
    stepInto(points: StepPoints, gradient: Vector, state: DirectionState, terms: StepTerms): DirectionState {
      const velocity = state.buffers.velocity ?? null;
      const { params, anchor, mean } = points;
      forEachSegment(terms, params.length, (local, start, end) => {
        // A point without an anchor is its own: the force is then zero.
        const pull = anchor ?? params;
        const coefficients = { ...local, momentum: gain, nesterov };
        langevinStepInto(params, mean, velocity, pull, gradient, coefficients, local.draw, start, end);
      });
      return { ...state, steps: state.steps + 1 };
    },
  };
}
