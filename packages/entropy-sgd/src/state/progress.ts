/**
 * Where a run stands.
 */
import type { Progress } from "../types.ts";

/** Progress, and whether training is still among finite numbers. */
export type ProgressReport<P extends Progress = Progress> = P & {
  /**
   * Whether the norms that were measured last are finite: ‖∇f‖, ‖x' − x‖ and ‖γ(x − μ)‖, and with them the weights, frozen ones too.
   *
   * A gradient or a weight that is not finite makes it false at the outer step (without an inner loop at the next measurement, see
   * `gradientNormEvery`), and it stays so: the state is lost, go back to a saved one with smaller rates.
   */
  readonly finite: boolean;
};

/** Progress before the first gradient, at the learning rate of the first step. */
export function startProgress(learningRate: number): Progress {
  return { gradients: 0, outerSteps: 0, innerStep: 0, learningRate, gradientNorm: 0 };
}

/**
 * The counters and norms of a state, as a copy that outlives it, and whether they are finite.
 *
 * ‖x' − x‖ against the scale of the weights and ‖γ(x − μ)‖ against ‖∇f‖ are what the paper advises to watch when choosing
 * γ (section 4.3).
 *
 * Cost: none; an optimizer computes the norms at its outer steps, three passes each time (two for optimizers without an
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
export function progress<P extends Progress>(state: { readonly progress: P }): ProgressReport<P> {
  const finite = Object.values(state.progress).every((value) => typeof value !== "number" || Number.isFinite(value));
  return { ...state.progress, finite };
}
