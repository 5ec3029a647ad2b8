/**
 * Descent on negative local entropy: the general form of Entropy-SGD and Entropy-Adam.
 *
 * @see Chaudhari et al. 2017, "Entropy-SGD: Biasing Gradient Descent Into Wide Valleys" (arXiv:1611.01838), Algorithm 1
 */

import { uncheckedMomentum } from "../directions/momentum.ts";
import { checkedOptions, directionOption, type OptionTable } from "../options.ts";
import type { Optimizer, Vector } from "../types.ts";
import { defineOptimizer } from "./defineOptimizer.ts";
import { localEntropyDefaults, localEntropyTable } from "./localEntropyOptions.ts";
import {
  innerStep,
  type LocalEntropyDescentOptions,
  type LocalEntropyState,
  localEntropyParts,
  outerStep,
  startLocalEntropy,
} from "./localEntropySteps.ts";
import { type SavedOptions, savedOptions } from "./savedOptions.ts";

const table: OptionTable<LocalEntropyDescentOptions> = {
  inner: directionOption("The inner move; its memory is zeroed at each outer step."),
  outer: directionOption("The outer move along x − μ; its memory persists."),
  ...localEntropyTable,
};

/**
 * Local-entropy descent: L Langevin steps x' around x, whose average μ gives the outer step x ← x − η(x − μ).
 *
 *   x', μ ← x
 *   L times:  x' ← x' − η'·D(∇f(x') + λx' − γ(x − x')) + s·N(0, I);   μ ← (1 − α)μ + αx'
 *   x ← x − η·D'(x − μ)
 *
 * D is `inner`, D' is `outer`; force and decay can act outside D. −∇F = γ(x − ⟨x'⟩) is the gradient of negative local
 * entropy; `scaleByScope` keeps its γ, as line 7 is printed.
 *
 * Cost: L gradients per outer step, one fused pass per gradient and six more per outer step, seven with a measured scope; memory 3n and what the
 * directions keep. Randomness: with noise, one normal per weight and gradient, a function of (seed, step, element).
 *
 * @throws TypeError or RangeError for a bad option, naming it, its rule and the value
 * @example
 * ```ts
 * import { localEntropyDescent, momentum } from "entropy-sgd";
 * const optimizer = localEntropyDescent({
 *   inner: momentum({ momentum: 0 }), innerSteps: 1, innerLearningRate: 0.25, averaging: 1, noise: 0, scope: 0,
 * });
 * const state = optimizer.step(new Float64Array([4]), optimizer.init(new Float64Array([3])));
 * optimizer.evalPoint(state)[0]; // one inner step, x = μ = 3 − 0.25·4 => 2
 * ```
 */
export function localEntropyDescent(options: LocalEntropyDescentOptions): Optimizer<LocalEntropyState> {
  const directions = {
    // Chaudhari et al. 2017, section 5: Nesterov momentum 0.9 inside; Algorithm 1, line 7: a plain outer step.
    inner: uncheckedMomentum({ momentum: 0.9, nesterov: true }),
    outer: uncheckedMomentum({ momentum: 0, nesterov: false }),
  };
  const defaults = { ...localEntropyDefaults, ...directions };
  const checked = checkedOptions("localEntropyDescent", table, defaults, options);
  return uncheckedLocalEntropyDescent("localEntropyDescent", checked, savedOptions(table, checked));
}

/**
 * `localEntropyDescent` for factories that have checked the options under their own name, `where`, and keep them as
 * `saved`.
 */
export function uncheckedLocalEntropyDescent(
  where: string,
  options: Required<LocalEntropyDescentOptions>,
  saved: SavedOptions,
): Optimizer<LocalEntropyState> {
  const { innerSteps } = options;
  const parts = localEntropyParts(where, options, saved);
  return defineOptimizer<LocalEntropyState>(where, {
    innerSteps,
    init: (params, memory) => startLocalEntropy(parts, params, memory),
    gradientPoint: (state) => state.innerParams,
    evalPoint: (state) => state.params,
    step(gradient: Vector, state: LocalEntropyState): LocalEntropyState {
      const next = innerStep(parts, gradient, state);
      return next.progress.innerStep >= innerSteps ? outerStep(parts, next) : next;
    },
  });
}
