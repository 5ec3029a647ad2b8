/**
 * The best point of a run, kept as a copy.
 */
import { typeError } from "../errors.ts";
import type { Vector } from "../types.ts";
import { isVector } from "./walk.ts";

/** A point and what was measured there; plain data. */
export type Best<V extends Vector = Vector> = {
  readonly value: number;
  /** A copy of the point, shape (n,). */
  readonly params: V;
};

/**
 * The better of the best so far and a point with a lower value, such as a validation error; ties keep the earlier one.
 *
 * `evalPoint` gives the live vector that the next step overwrites; this keeps a copy. A value that is NaN is never best.
 *
 * Cost: none where the value is not lower, a copy of n numbers where it is.
 *
 * @param previous - what the last call gave; null at first
 * @throws TypeError for an argument of another kind
 * @returns null as long as no value was a number
 * @example
 * ```ts
 * import { type Best, bestSoFar, outerStep, sgd } from "entropy-sgd";
 * const optimizer = sgd({ learningRate: 1.5 });
 * let state = optimizer.init(new Float64Array([8]));
 * let best: Best<Float64Array> | null = null;
 * for (let t = 0; t < 3; t++) {
 *   state = outerStep(optimizer, state, (x) => x.map((value) => (t < 2 ? value : -value))); // x = −4, 2, 5
 *   const x = optimizer.evalPoint(state);
 *   best = bestSoFar(best, x[0] ** 2, x);
 * }
 * best?.params[0]; // => 2
 * ```
 */
export function bestSoFar<V extends Vector>(previous: Best<V> | null, value: number, params: V): Best<V> | null {
  if (typeof value !== "number") throw typeError("bestSoFar", "value", "must be a number", value);
  if (!isVector(params)) {
    throw typeError("bestSoFar", "params", "must be a Float32Array or a Float64Array", params);
  }
  if (previous !== null && typeof previous?.value !== "number") {
    throw typeError("bestSoFar", "previous", "must be null or a former result", previous);
  }
  if (Number.isNaN(value) || (previous !== null && value >= previous.value)) return previous;
  // A slice of a Float32Array is one, which the type system widens.
  return { value, params: params.slice() as V };
}
