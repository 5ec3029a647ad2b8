/**
 * Stochastic gradient Langevin dynamics.
 *
 * @see Welling, Teh 2011, "Bayesian learning via stochastic gradient Langevin dynamics", equation 4
 */
import { clipByGlobalNorm } from "../directions/clipByGlobalNorm.ts";
import { uncheckedMomentum } from "../directions/momentum.ts";
import type { ParameterGroup } from "../directions/segments.ts";
import { checkedOptions, numberOption, type OptionTable } from "../options.ts";
import { clipNormOption, shared } from "../optionsShared.ts";
import { annealedSchedule } from "../schedules/schedules.ts";
import type { Optimizer, ScalarOrSchedule } from "../types.ts";
import { type GradientDescentState, gradientDescentDefaults, uncheckedGradientDescent } from "./gradientDescent.ts";
import type { NoiseForm } from "./noiseDeviation.ts";
import { savedOptions } from "./savedOptions.ts";

/** Options of `sgld`. */
export interface SgldOptions {
  /** Step size h₀ before annealing; a schedule counts gradients t = 0, 1, 2, … and is annealed on top. */
  readonly learningRate: ScalarOrSchedule;
  /** Exponent b of hₜ = h₀·(1 + t/annealingPeriod)^−b. Default 0.25. */
  readonly annealing?: number;
  /** Gradients per unit of annealing time; an epoch's gradients count t in epochs. Default 1. */
  readonly annealingPeriod?: number;
  /** ε. Default 1e-4. */
  readonly noise?: number;
  /** Deviation of the noise: `paper` √h·ε, `code` ε·√(2h). Default `code`. */
  readonly noiseForm?: NoiseForm;
  /** T of exp(−U/T), a constant or a schedule of t; replaces `noise`. Default null. */
  readonly temperature?: ScalarOrSchedule | null;
  /** λ, an L2 term in the gradient. Default 0. */
  readonly weightDecay?: number;
  /** Largest norm of the gradient. Default null: no clipping. */
  readonly clipNorm?: number | null;
  readonly groups?: readonly ParameterGroup[];
  /** Seed of the noise. Default 0. */
  readonly seed?: number;
  /** Gradients between two measurements of ‖∇f‖ for `progress`. Default 1. */
  readonly gradientNormEvery?: number;
}

/** The SGLD baseline of Chaudhari et al. 2017, section 5: exponent and noise as the authors' released code has them. */
export const sgldDefaults: Required<Omit<SgldOptions, "learningRate">> = {
  annealing: 0.25,
  annealingPeriod: 1,
  noise: 1e-4,
  noiseForm: "code",
  temperature: null,
  weightDecay: 0,
  clipNorm: null,
  groups: [],
  seed: 0,
  gradientNormEvery: 1,
};

/** The rules of `sgld`. */
export const sgldTable: OptionTable<SgldOptions> = {
  learningRate: {
    ...shared.learningRate,
    doc: "Step size h₀ before annealing, in squared weights per loss; a schedule counts gradients and is annealed on top.",
  },
  annealing: numberOption("[0, ∞)", "Exponent b of the step size h₀·(1 + t/annealingPeriod)^−b.", {
    source: "Welling, Teh 2011, section 4; 0.25 as the authors of Chaudhari et al. 2017 released it",
  }),
  annealingPeriod: numberOption("(0, ∞)", "Gradients per unit of annealing time t.", {
    source: "t counts gradients; the command counts epochs",
  }),
  noise: shared.noise,
  noiseForm: { ...shared.noiseForm, source: "as the authors of Chaudhari et al. 2017 released their SGLD: code" },
  temperature: shared.temperature,
  weightDecay: shared.weightDecay,
  clipNorm: clipNormOption,
  groups: shared.groups,
  seed: shared.seed,
  gradientNormEvery: shared.gradientNormEvery,
};

/**
 * Stochastic gradient Langevin dynamics with an annealed step size.
 *
 *   x ← x − hₜ(∇f(x) + λx) + √(2hₜT)·N(0, I),   hₜ = h₀·(1 + t/annealingPeriod)^−b
 *
 * Two things can be annealed and mean different ends: the step size (`annealing`) to sample exp(−U/T) without bias, and
 * the temperature (`temperature` as a schedule) to search the global minimum.
 *
 * Cost: one gradient per step, one pass; memory n. Randomness: one normal per weight and step, a function of
 * (seed, step, element).
 *
 * @throws TypeError or RangeError for a bad option, naming it, its rule and the value
 * @remarks The paper's baseline has b = 0.25, for which Σhₜ² diverges: it is an optimizer, not a consistent sampler;
 *   Welling and Teh need 0.5 < b ≤ 1. Drift h and noise √(2hT) here; theirs are ½ε and √ε with ε = 2h, T = 1.
 * @example
 * ```ts
 * import { sgld } from "entropy-sgd";
 * const optimizer = sgld({ learningRate: 0.5, annealing: 1, temperature: 0 });
 * let state = optimizer.init(new Float64Array([4]));
 * state = optimizer.step(new Float64Array([4]), state); // h = 0.5
 * state = optimizer.step(new Float64Array([2]), state); // h = 0.25
 * optimizer.evalPoint(state)[0]; // => 1.5
 * ```
 */
export function sgld(options: SgldOptions): Optimizer<GradientDescentState> {
  const checked = checkedOptions("sgld", sgldTable, sgldDefaults, options);
  const { clipNorm, annealing, annealingPeriod, learningRate: initial, ...rest } = checked;
  const plain = uncheckedMomentum({ momentum: 0, nesterov: false });
  const direction = clipNorm === null ? plain : clipByGlobalNorm(clipNorm, plain);
  const learningRate = annealedSchedule({ initial, exponent: annealing, period: annealingPeriod });
  const all = { ...gradientDescentDefaults, ...rest, direction, learningRate };
  return uncheckedGradientDescent("sgld", all, savedOptions(sgldTable, checked));
}
