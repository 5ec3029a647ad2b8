/**
 * Descent with one gradient per step along any direction, with optional Langevin noise: the general form of `sgd`,
 * `adam`, `adamw` and `sgld`.
 */

import {
  type Direction,
  type DirectionState,
  decayTerms,
  type Placement,
  plainTerms,
} from "../directions/direction.ts";
import { checkGroupsFit, gradientNormAt, type ParameterGroup, segmentsOf } from "../directions/segments.ts";
import { copyIn } from "../memory.ts";
import { checkedOptions, directionOption, type OptionTable } from "../options.ts";
import { shared } from "../optionsShared.ts";
import { randomKey } from "../random/randomKey.ts";
import { scheduledValue } from "../schedules/scheduledValue.ts";
import { startProgress } from "../state/progress.ts";
import type { Optimizer, Progress, ScalarOrSchedule, Vector, VectorMemory } from "../types.ts";
import { defineOptimizer } from "./defineOptimizer.ts";
import { type NoiseForm, noiseDeviation } from "./noiseDeviation.ts";
import { type SavedOptions, savedOptions } from "./savedOptions.ts";

/** Options of `gradientDescent`. */
export interface GradientDescentOptions {
  /** How a gradient becomes a move: `momentum(…)`, `adamScaling(…)`, `clipByGlobalNorm(…)` or your own. */
  readonly direction: Direction;
  /** η; a schedule counts gradients t = 0, 1, 2, … */
  readonly learningRate: ScalarOrSchedule;
  /** λ. Default 0. */
  readonly weightDecay?: number;
  /** `inside`: L2, λx enters the direction. `outside`: decoupled, x ← x − ηλx beside it. Default `inside`. */
  readonly weightDecayPlacement?: Placement;
  /** ε of Langevin noise. Default 0. */
  readonly noise?: number;
  /** Deviation of the noise: `paper` √η·ε, `code` ε·√(2η). Default `paper`. */
  readonly noiseForm?: NoiseForm;
  /** T of exp(−U/T), a constant or a schedule of t; replaces `noise`. Default null. */
  readonly temperature?: ScalarOrSchedule | null;
  readonly groups?: readonly ParameterGroup[];
  /** Seed of the noise. Default 0. */
  readonly seed?: number;
  /** Gradients between two measurements of ‖∇f‖ for `progress`. Default 1. */
  readonly gradientNormEvery?: number;
}

/** What `gradientDescent` remembers; plain data. */
export type GradientDescentState = {
  readonly kind: "gradient-descent";
  /** The options under which it goes on. */
  readonly options: SavedOptions;
  readonly progress: Progress;
  /** x, shape (n,). */
  readonly params: Vector;
  readonly direction: DirectionState;
};

/** No decay, no noise, no groups. */
export const gradientDescentDefaults: Required<Omit<GradientDescentOptions, "direction" | "learningRate">> = {
  weightDecay: 0,
  weightDecayPlacement: "inside",
  noise: 0,
  noiseForm: "paper",
  temperature: null,
  groups: [],
  seed: 0,
  gradientNormEvery: 1,
};

const table: OptionTable<GradientDescentOptions> = {
  direction: directionOption("How a gradient becomes a move."),
  learningRate: shared.learningRate,
  weightDecay: shared.weightDecay,
  weightDecayPlacement: shared.weightDecayPlacement,
  noise: shared.noise,
  noiseForm: shared.noiseForm,
  temperature: shared.temperature,
  groups: shared.groups,
  seed: shared.seed,
  gradientNormEvery: shared.gradientNormEvery,
};

/**
 * An optimizer that moves x along a direction once per gradient.
 *
 *   x ← x − η·D(∇f(x) + λx) + s·N(0, I)
 *
 * Cost: one gradient per step, one fused pass; memory n and what the direction keeps. Randomness: with noise, one normal
 * per weight and step, a function of (seed, step, element).
 *
 * @throws TypeError or RangeError for a bad option, naming it, its rule and the value
 * @example
 * ```ts
 * import { gradientDescent, momentum } from "entropy-sgd";
 * const optimizer = gradientDescent({ direction: momentum({ momentum: 0.5 }), learningRate: 0.25 });
 * let state = optimizer.init(new Float64Array([4]));
 * state = optimizer.step(new Float64Array([4]), state); // v = 4, x = 4 − 0.25·4
 * state = optimizer.step(new Float64Array([3]), state); // v = 2 + 3, x = 3 − 0.25·5
 * optimizer.evalPoint(state)[0]; // => 1.75
 * ```
 */
export function gradientDescent(options: GradientDescentOptions): Optimizer<GradientDescentState> {
  const checked = checkedOptions("gradientDescent", table, gradientDescentDefaults, options);
  return uncheckedGradientDescent("gradientDescent", checked, savedOptions(table, checked));
}

/** `gradientDescent` for factories that have checked the options under their own name, `where`, and keep them as `saved`. */
export function uncheckedGradientDescent(
  where: string,
  options: Required<GradientDescentOptions>,
  saved: SavedOptions,
): Optimizer<GradientDescentState> {
  const { direction, groups } = options;
  const decay = decayTerms(options.weightDecay, options.weightDecayPlacement);
  const segments = segmentsOf(where, groups, "learningRateFactor");
  const key = randomKey(options.seed, "langevin");
  return defineOptimizer<GradientDescentState>(where, {
    init(params: Vector, memory: VectorMemory): GradientDescentState {
      checkGroupsFit(where, groups, params.length);
      return {
        kind: "gradient-descent",
        options: saved,
        progress: startProgress(scheduledValue(options.learningRate, 0)),
        params: copyIn(memory, params),
        direction: direction.init(params, memory),
      };
    },
    gradientPoint: (state) => state.params,
    evalPoint: (state) => state.params,
    step(gradient: Vector, state: GradientDescentState): GradientDescentState {
      const { progress, params } = state;
      const step = progress.gradients;
      const learningRate = scheduledValue(options.learningRate, step);
      const measured = step % options.gradientNormEvery === 0;
      const gradientNorm = measured ? gradientNormAt(segments, gradient, params) : progress.gradientNorm;
      const moved = direction.stepInto({ params, anchor: null, mean: null }, gradient, state.direction, {
        ...plainTerms,
        ...decay,
        learningRate,
        noise: noiseDeviation(options, learningRate, step),
        draw: { key, stream: 0, step },
        segments,
      });
      const counts = { gradients: step + 1, outerSteps: step + 1 };
      return { ...state, progress: { ...progress, ...counts, learningRate, gradientNorm }, direction: moved };
    },
  });
}
