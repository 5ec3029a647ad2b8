/**
 * The three variants of Entropy-SGD in circulation, as complete sets of switches.
 *
 * Keys of the citations: [P] Chaudhari et al. 2017, "Entropy-SGD: Biasing Gradient Descent Into Wide Valleys", ICLR,
 * arXiv:1611.01838; [C] the behaviour of the authors' released programs, reproduced here from equations.
 *
 *   paper    d = ∇f(x') + λx' − γ(x − x');  N(d; v);                     x' ← x' − η'd + √η'·ε·N(0, I)
 *   lua      d = ∇f(x');  N(d; v);  d ← d + λx' − γ(x − x');             x' ← x' − η'd + √(2η')·ε·N(0, I)
 *   pytorch  d = ∇f(x') + λx';  N(d; v);  d ← d − γ(x − x');             x' ← x' − η'd + √(2η')·ε·N(0, I)
 *
 * with Nesterov's N(d; v): v ← m·v + d; d ← d + m·v. The outer step is x ← x − η(x − μ), for `pytorch`
 * d = (x − μ) + λx; N(d; V); x ← x − ηd.
 */
import type { EntropySgdOptions } from "./optimizers/entropySgd.ts";

/** The options that a preset fixes: switches of the algorithm, not rates. */
export type PresetOptions = Required<
  Pick<
    EntropySgdOptions,
    | "noiseForm"
    | "averaging"
    | "scopeStart"
    | "scoping"
    | "momentum"
    | "outerMomentum"
    | "forcePlacement"
    | "weightDecayPlacement"
    | "outerWeightDecay"
    | "scaleByScope"
  >
>;

/** Names of the presets. */
export type PresetName = "paper" | "lua" | "pytorch";

/**
 * Option objects to spread into `entropySgd` or `entropyAdam`.
 *
 * @example
 * ```ts
 * import { entropySgd, geometricScope, presets } from "entropy-sgd";
 * const optimizer = entropySgd({ ...presets.lua, scope: geometricScope(1e-4, 1e-3), seed: 1 });
 * presets.lua.averaging; // => 0.25
 * ```
 */
export const presets: Readonly<Record<PresetName, PresetOptions>> = {
  paper: {
    noiseForm: "paper", // [P] Algorithm 1, line 5: √η'·ε·N(0, I)
    averaging: 0.75, // [P] Algorithm 1, line 6 and section 5: α = 0.75, the weight of the new sample
    scopeStart: 0, // [P] section 4.3: γ(t) = γ₀(1 + γ₁)^t, t = 0 at first
    scoping: true, // [P] section 4.3
    momentum: 0.9, // [P] section 5: Nesterov momentum 0.9 in the inner loop
    outerMomentum: 0, // [P] Algorithm 1, line 7: a plain step
    forcePlacement: "inside", // [P] Algorithm 1, line 4: the force is part of dx', which the momentum then smooths
    weightDecayPlacement: "inside", // [P] f is the regularised loss, so λx' is part of ∇f
    outerWeightDecay: false, // [P] Algorithm 1, line 7
    scaleByScope: false, // [P] section 4.3: η(x − μ) in practice, not line 7's ηγ(x − μ)
  },
  lua: {
    noiseForm: "code", // [C] ε·√(2η')·N(0, I)
    averaging: 0.25, // [C] weight 0.75 stays with the old average
    scopeStart: 1, // [C] the counter is raised before its first use
    scoping: true, // [C]
    momentum: 0.9, // [C] as [P] section 5
    outerMomentum: 0, // [C]
    forcePlacement: "outside", // [C] force and noise are added after the momentum
    weightDecayPlacement: "outside", // [C] with the force
    outerWeightDecay: false, // [C]
    scaleByScope: false, // [C]
  },
  pytorch: {
    noiseForm: "code", // [C] as lua
    averaging: 0.25, // [C] as lua
    scopeStart: 0, // [C] the counter stays 0
    scoping: false, // [C] the counter never advances: γ = γ₀
    momentum: 0.9, // [C] as [P] section 5
    outerMomentum: 0.9, // [C] Nesterov on (x − μ)
    forcePlacement: "outside", // [C] as lua
    weightDecayPlacement: "inside", // [C] decay is added to the gradient before the momentum
    outerWeightDecay: true, // [C] and once more to (x − μ)
    scaleByScope: false, // [C]
  },
};
