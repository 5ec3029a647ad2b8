/**
 * Sharpness-aware minimisation.
 *
 * @see Foret, Kleiner, Mobahi, Neyshabur 2021, "Sharpness-aware minimization for efficiently improving generalization"
 *   (arXiv:2010.01412), Algorithm 1
 */

import { type Direction, type DirectionState, plainTerms, type Segment } from "../directions/direction.ts";
import { momentumTable, uncheckedMomentum } from "../directions/momentum.ts";
import { checkGroupsFit, gradientNormAt, type ParameterGroup, segmentsOf } from "../directions/segments.ts";
import { copyIn } from "../memory.ts";
import { checkedOptions, directionOption, numberOption, type OptionTable } from "../options.ts";
import { shared } from "../optionsShared.ts";
import { randomKey } from "../random/randomKey.ts";
import { scheduledValue } from "../schedules/scheduledValue.ts";
import { startProgress } from "../state/progress.ts";
import type { Optimizer, Progress, ScalarOrSchedule, Vector, VectorMemory } from "../types.ts";
import { defineOptimizer } from "./defineOptimizer.ts";
import { type SavedOptions, savedOptions } from "./savedOptions.ts";

/** Options of `sam`. */
export interface SamOptions {
  /** η; a schedule counts steps t = 0, 1, 2, … of two gradients each. */
  readonly learningRate: ScalarOrSchedule;
  /** ρ, the radius of the ascent. Default 0.05. */
  readonly radius?: number;
  /** m. Default 0. */
  readonly momentum?: number;
  /** Nesterov's look-ahead. Default false. */
  readonly nesterov?: boolean;
  /** D, such as `adamScaling(…)`; replaces `momentum` and `nesterov`. Default null. */
  readonly direction?: Direction | null;
  /** λ, an L2 term at x. Default 0. */
  readonly weightDecay?: number;
  readonly groups?: readonly ParameterGroup[];
}

/** What `sam` remembers; plain data, vectors of shape (n,). */
export type SamState = {
  readonly kind: "sam";
  /** The options under which it goes on. */
  readonly options: SavedOptions;
  readonly progress: Progress;
  /** x. */
  readonly params: Vector;
  /** x + ρ∇f/‖∇f‖, where the second gradient is taken. */
  readonly ascended: Vector;
  readonly direction: DirectionState;
};

/** The radius is the paper's for ImageNet and CIFAR-10 (section 3.1); the rest is plain gradient descent. */
export const samDefaults: Required<Omit<SamOptions, "learningRate">> = {
  radius: 0.05,
  momentum: 0,
  nesterov: false,
  direction: null,
  weightDecay: 0,
  groups: [],
};

/** The rules of `sam`. */
export const samTable: OptionTable<SamOptions> = {
  learningRate: {
    ...shared.learningRate,
    doc: "Learning rate η, in squared weights per loss; a schedule counts steps of two gradients from 0.",
  },
  radius: numberOption("(0, ∞)", "Radius ρ of the ascent step, in weights.", {
    source: "Foret, Kleiner, Mobahi, Neyshabur 2021, section 3.1: 0.05 for ImageNet and CIFAR-10",
  }),
  ...momentumTable,
  direction: directionOption("How the second gradient becomes a move D; replaces momentum and nesterov.", {
    nullable: true,
    source: "Foret et al. 2021, section 2: SGD is the base optimizer, others may take its place",
  }),
  weightDecay: shared.weightDecay,
  groups: shared.groups,
};

/**
 * SAM: descends with the gradient at the worst point nearby.
 *
 *   e = ρ∇f(x)/‖∇f(x)‖      x ← x − η·D(∇f(x + e) + λx)
 *
 * Cost: two gradients per step, both on the same mini-batch (`needsNewBatch` is false before the second); memory 2n and
 * what the direction keeps. Frozen ranges take no part in the ascent.
 *
 * @throws TypeError or RangeError for a bad option, naming it, its rule and the value
 * @example
 * ```ts
 * import { outerStep, sam } from "entropy-sgd";
 * const optimizer = sam({ learningRate: 0.5, radius: 0.5 });
 * const state = outerStep(optimizer, optimizer.init(new Float64Array([2])), (x: Float64Array) => x);
 * optimizer.evalPoint(state)[0]; // 2 − 0.5·(2 + 0.5) => 0.75
 * ```
 */
export function sam(options: SamOptions): Optimizer<SamState> {
  const checked = checkedOptions("sam", samTable, samDefaults, options);
  const { radius, momentum, nesterov, weightDecay, groups } = checked;
  const segments: readonly Segment[] = segmentsOf("sam", groups, "learningRateFactor");
  const direction = checked.direction ?? uncheckedMomentum({ momentum, nesterov });
  // Required by the terms of a move; without noise nothing is drawn.
  const draw = { key: randomKey(0, "sam"), stream: 0, step: 0 };
  const uphill = uncheckedMomentum({ momentum: 0, nesterov: false });
  // The rate factors of groups scale the descent, not the ascent to the neighbourhood of radius ρ.
  const even = segments.map((segment) => ({ ...segment, rateFactor: 1 }));

  /** x + e into `ascended`: a plain move uphill. */
  function ascend(gradient: Vector, { ascended, params }: SamState, norm: number): void {
    ascended.set(params);
    // Where the gradient vanishes there is no direction of ascent.
    const gradientScale = norm > 0 ? -radius / norm : 0;
    const terms = { ...plainTerms, learningRate: 1, gradientScale, draw, segments: even };
    uphill.stepInto({ params: ascended, anchor: null, mean: null }, gradient, { steps: 0, buffers: {} }, terms);
  }

  const saved = savedOptions(samTable, checked);
  return defineOptimizer<SamState>("sam", {
    init(params: Vector, memory: VectorMemory): SamState {
      checkGroupsFit("sam", groups, params.length);
      return {
        kind: "sam",
        options: saved,
        progress: startProgress(scheduledValue(checked.learningRate, 0)),
        params: copyIn(memory, params),
        ascended: copyIn(memory, params),
        direction: direction.init(params, memory),
      };
    },
    gradientPoint: (state) => (state.progress.innerStep === 0 ? state.params : state.ascended),
    evalPoint: (state) => state.params,
    needsNewBatch: (state) => state.progress.innerStep === 0,
    step(gradient: Vector, state: SamState): SamState {
      const { progress, params } = state;
      const gradients = progress.gradients + 1;
      const learningRate = scheduledValue(checked.learningRate, progress.outerSteps);
      if (progress.innerStep === 0) {
        const gradientNorm = gradientNormAt(segments, gradient, params);
        ascend(gradient, state, gradientNorm);
        return { ...state, progress: { ...progress, gradients, learningRate, gradientNorm, innerStep: 1 } };
      }
      const terms = { ...plainTerms, learningRate, insideDecay: weightDecay, draw, segments };
      const moved = direction.stepInto({ params, anchor: null, mean: null }, gradient, state.direction, terms);
      const outerSteps = progress.outerSteps + 1;
      return {
        ...state,
        progress: { ...progress, gradients, learningRate, outerSteps, innerStep: 0 },
        direction: moved,
      };
    },
  });
}
