/**
 * The loop over the inner steps of one outer step.
 */
import { typeError } from "../errors.ts";
import type { Optimizer, Progress, Vector, VectorOf } from "../types.ts";

/**
 * Steps `optimizer` with gradients at its gradient point until an outer step is done; exactly the hand-written loop.
 *
 * With a gradient function that gives promises it gives a promise of the state, with the same bits.
 *
 * Cost: the gradients that are left of the outer step, one for optimizers without an inner loop. Consumes `state`.
 *
 * @param gradientAt - a new mini-batch mean gradient at the point, or a promise of it; may give the same vector each time
 * @throws TypeError or RangeError for a gradient of another type or length
 * @example
 * ```ts
 * import { outerStep, progress, sgd } from "entropy-sgd";
 * const optimizer = sgd({ learningRate: 0.5 });
 * let state = outerStep(optimizer, optimizer.init(new Float64Array([2])), (x) => x);
 * state = await outerStep(optimizer, state, async (x) => x);
 * progress(state).outerSteps; // => 2
 * ```
 */
export function outerStep<S extends { readonly progress: Progress }, T extends S>(
  optimizer: Optimizer<S>,
  state: T,
  gradientAt: (point: VectorOf<T>) => Vector,
): T;
export function outerStep<S extends { readonly progress: Progress }, T extends S>(
  optimizer: Optimizer<S>,
  state: T,
  gradientAt: (point: VectorOf<T>) => PromiseLike<Vector>,
): Promise<T>;
export function outerStep<S extends { readonly progress: Progress }, T extends S>(
  optimizer: Optimizer<S>,
  state: T,
  gradientAt: (point: VectorOf<T>) => Vector | PromiseLike<Vector>,
): T | Promise<T> {
  if (typeof gradientAt !== "function") {
    throw typeError("outerStep", "gradientAt", "must be a function", gradientAt);
  }
  let next = state;
  do {
    const gradient = gradientAt(optimizer.gradientPoint(next));
    if (isPromise(gradient)) return finish(optimizer, next, gradient, gradientAt);
    next = optimizer.step(gradient, next);
  } while (next.progress.innerStep !== 0);
  return next;
}

/** The same loop with `await`, from the first promise on. */
async function finish<S extends { readonly progress: Progress }, T extends S>(
  optimizer: Optimizer<S>,
  state: T,
  first: PromiseLike<Vector>,
  gradientAt: (point: VectorOf<T>) => Vector | PromiseLike<Vector>,
): Promise<T> {
  let next = optimizer.step(await first, state);
  while (next.progress.innerStep !== 0) {
    next = optimizer.step(await gradientAt(optimizer.gradientPoint(next)), next);
  }
  return next;
}

function isPromise(gradient: Vector | PromiseLike<Vector>): gradient is PromiseLike<Vector> {
  return typeof gradient === "object" && gradient !== null && "then" in gradient;
}
