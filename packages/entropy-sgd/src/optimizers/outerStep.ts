/**
 * The loop over the inner steps of one outer step.
 */
import type { Optimizer, Progress, Vector } from "../types.ts";

/**
 * Steps `optimizer` with gradients at its gradient point until an outer step is done; exactly the hand-written loop.
 *
 * Cost: the gradients that are left of the outer step, one for optimizers without an inner loop. Consumes `state`.
 *
 * @param gradientAt - a new mini-batch mean gradient at the point; may return the same vector each time
 * @example
 * ```ts
 * import { outerStep, progress, sgd } from "entropy-sgd";
 * const optimizer = sgd({ learningRate: 0.5 });
 * const state = outerStep(optimizer, optimizer.init(new Float64Array([2])), (x: Float64Array) => x);
 * progress(state).outerSteps; // => 1
 * ```
 */
export function outerStep<S extends { readonly progress: Progress }>(
  optimizer: Optimizer<S>,
  state: S,
  gradientAt: (point: Vector) => Vector,
): S {
  let next = state;
  do next = optimizer.step(gradientAt(optimizer.gradientPoint(next)), next);
  while (next.progress.innerStep !== 0);
  return next;
}
