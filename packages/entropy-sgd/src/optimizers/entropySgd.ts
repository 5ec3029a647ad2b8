/**
 * Entropy-SGD.
 *
 * @see Chaudhari et al. 2017, "Entropy-SGD: Biasing Gradient Descent Into Wide Valleys" (arXiv:1611.01838), Algorithm 1
 */
import {
  type AdamScalingOptions,
  adamScalingDefaults,
  adamScalingTable,
  uncheckedAdamScaling,
} from "../directions/adamScaling.ts";
import { clipByGlobalNorm } from "../directions/clipByGlobalNorm.ts";
import { momentumTable, uncheckedMomentum } from "../directions/momentum.ts";
import { checkedOptions, choiceOption, numberOption, type OptionTable } from "../options.ts";
import { clipNormOption } from "../optionsShared.ts";
import type { Optimizer } from "../types.ts";
import { uncheckedLocalEntropyDescent } from "./localEntropyDescent.ts";
import { type LocalEntropyOptions, localEntropyDefaults, localEntropyTable } from "./localEntropyOptions.ts";
import type { LocalEntropyState } from "./localEntropySteps.ts";
import { savedOptions } from "./savedOptions.ts";

/** Which loops Adam drives. */
export type Adaptive = "none" | "outer" | "inner" | "both";

/** Options of `entropySgd` and `entropyAdam`. */
export interface EntropySgdOptions extends LocalEntropyOptions, AdamScalingOptions {
  /** m of the inner Nesterov momentum, zeroed at each outer step. Inner Adam takes its place. */
  readonly momentum?: number;
  /** Nesterov momentum of the outer step; its buffer persists. Outer Adam takes its place. */
  readonly outerMomentum?: number;
  /** Largest norm of the mini-batch gradient. Default null: no clipping. */
  readonly clipNorm?: number | null;
  /** Which loops Adam drives. Default `none` for `entropySgd`, `outer` for `entropyAdam`. */
  readonly adaptive?: Adaptive;
}

/** What the defaults fill in. */
export type EntropySgdDefaults = Required<Omit<EntropySgdOptions, "scope">>;

/** Defaults of `entropySgd`: the `paper` preset; see `localEntropyDefaults` for the sources of the common ones. */
export const entropySgdDefaults: EntropySgdDefaults = {
  ...localEntropyDefaults,
  momentum: 0.9, // Chaudhari et al. 2017, section 5: Nesterov momentum 0.9 in the inner loop
  outerMomentum: 0, // Chaudhari et al. 2017, Algorithm 1, line 7
  clipNorm: null, // Chaudhari et al. 2017, Algorithm 1 does not clip
  adaptive: "none", // Chaudhari et al. 2017, Algorithm 1
  ...adamScalingDefaults, // Kingma, Ba 2015, Algorithm 1
};

/** The rules of `entropySgd` and `entropyAdam`. */
export const entropySgdTable: OptionTable<EntropySgdOptions> = {
  ...localEntropyTable,
  momentum: {
    ...momentumTable.momentum,
    doc: "Nesterov momentum of the inner loop, zeroed at each outer step.",
    source: "Chaudhari et al. 2017, section 5: Nesterov momentum 0.9 in the inner loop",
  },
  outerMomentum: numberOption("[0, 1)", "Nesterov momentum of the outer step; its buffer persists.", {
    source: "Chaudhari et al. 2017, Algorithm 1, line 7: a plain step",
  }),
  clipNorm: clipNormOption,
  adaptive: choiceOption(["none", "outer", "inner", "both"], "Which loops Adam drives.", {
    source: "Chaudhari et al. 2017, Algorithm 1 (none) and section 5.4 (Entropy-Adam)",
  }),
  ...adamScalingTable,
};

/**
 * The defaults under one choice of `adaptive`.
 *
 * An outer Adam step has length η per weight, so η = 1 would be absurd: 0.01 is the paper's for Entropy-Adam (section 5,
 * char-LSTM), and its inner loop is plain. An inner Adam gets Adam's own default rate (Kingma, Ba 2015, Algorithm 1).
 */
export function adaptiveDefaults(adaptive: unknown): EntropySgdDefaults {
  const outer = adaptive === "outer" || adaptive === "both" ? { learningRate: 0.01, momentum: 0 } : {};
  const inner = adaptive === "inner" || adaptive === "both" ? { innerLearningRate: 1e-3 } : {};
  return { ...entropySgdDefaults, ...outer, ...inner };
}

/**
 * Entropy-SGD: Langevin steps x' around x estimate the gradient of local entropy, and x follows their average μ.
 *
 *   x', μ ← x
 *   L times:  d ← ∇f(x') + λx' − γ(x − x');  v ← m·v + d;  d ← d + m·v
 *             x' ← x' − η'd + √η'·ε·N(0, I);   μ ← (1 − α)μ + αx'
 *   x ← x − η(x − μ)
 *
 * This is the `paper` preset, the default; `presets.lua` and `presets.pytorch` set the switches of the authors' programs.
 *
 * Cost: exactly `innerSteps` gradients per outer step; memory 4n. Randomness: one normal per weight and gradient, a
 * function of (seed, step, element).
 *
 * @throws TypeError or RangeError for a bad option, naming it, its rule and the value
 * @remarks The outer step is η(x − μ) ("in practice", section 4.3), not line 7's ηγ(x − μ); `scaleByScope` gives that.
 *   The authors' programs spend L + 1 gradients per outer step and throw one away; this spends L.
 * @example
 * ```ts
 * import { entropySgd, geometricScope, outerStep } from "entropy-sgd";
 * const gradientAt = (x: Float64Array) => x.map((value) => 3 * (value - 2));
 * const optimizer = entropySgd({ scope: geometricScope(1e-2, 1e-3), seed: 0 });
 * let state = optimizer.init(new Float64Array([5, -4]));
 * for (let t = 0; t < 10; t++) state = outerStep(optimizer, state, gradientAt);
 * Array.from(optimizer.evalPoint(state), (value) => value.toFixed(1)); // => ["2.0", "2.0"]
 * ```
 */
export function entropySgd(options: EntropySgdOptions): Optimizer<LocalEntropyState> {
  return entropySgdForm("entropySgd", adaptiveDefaults(options?.adaptive), options);
}

/** `entropySgd` and `entropyAdam` with their names for messages and their defaults. */
export function entropySgdForm(
  where: string,
  defaults: EntropySgdDefaults,
  options: EntropySgdOptions,
): Optimizer<LocalEntropyState> {
  const checked = checkedOptions(where, entropySgdTable, defaults, options);
  const { momentum, outerMomentum, clipNorm, adaptive, beta1, beta2, epsilon, ...rest } = checked;
  const moments = { beta1, beta2, epsilon };
  const innerAdapts = adaptive === "inner" || adaptive === "both";
  const outerAdapts = adaptive === "outer" || adaptive === "both";
  const mover = innerAdapts ? uncheckedAdamScaling(moments) : uncheckedMomentum({ momentum, nesterov: true });
  const inner = clipNorm === null ? mover : clipByGlobalNorm(clipNorm, mover);
  const outer = outerAdapts
    ? uncheckedAdamScaling(moments)
    : uncheckedMomentum({ momentum: outerMomentum, nesterov: true });
  // Inner Adam acts on d = ∇f + λx' − γ(x − x'), whatever the preset says of placements.
  const placements = innerAdapts ? ({ forcePlacement: "inside", weightDecayPlacement: "inside" } as const) : {};
  const all = { ...rest, ...placements, inner, outer };
  return uncheckedLocalEntropyDescent(where, all, savedOptions(entropySgdTable, checked));
}
