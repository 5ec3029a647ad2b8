/**
 * Where a run stands.
 */
import type { Progress } from "../types.ts";

/**
 * The counters and norms of a state, as a copy that outlives it.
 *
 * ‖x' − x‖ against the scale of the weights and ‖γ(x − μ)‖ against ‖∇f‖ are what the paper advises to watch when choosing
 * γ (section 4.3).
 *
 * Cost: none; an optimizer computes the norms at its outer steps, three passes each time (one for optimizers without an
 * inner loop, see `gradientNormEvery`).
 *
 * @example
 * ```ts
 * import { progress, sgd } from "entropy-sgd";
 * const optimizer = sgd({ learningRate: 0.5 });
 * const state = optimizer.step(new Float64Array([3, 4]), optimizer.init(new Float64Array(2)));
 * progress(state).gradientNorm; // => 5
 * ```
 */
export function progress(state: { readonly progress: Progress }): Progress {
  return { ...state.progress };
}
