/**
 * Copies of states.
 */
import { copyIn, plainMemory } from "../memory.ts";
import type { PlainData, VectorMemory } from "../types.ts";
import { isVector, rebuilt } from "./walk.ts";

/**
 * A copy of a state that shares no vector with it, so that both can be stepped on.
 *
 * Vectors are copied one by one, never a whole buffer that they may share with an engine. Cost: the state's memory once
 * more, in `memory`.
 *
 * @throws TypeError for what is no plain data
 * @example
 * ```ts
 * import { clone, sgd } from "entropy-sgd";
 * const optimizer = sgd({ learningRate: 1 });
 * const state = optimizer.init(new Float64Array([1]));
 * const branch = optimizer.step(new Float64Array([1]), clone(state));
 * [optimizer.evalPoint(state)[0], optimizer.evalPoint(branch)[0]]; // => [1, 0]
 * ```
 */
export function clone<S extends PlainData>(state: S, memory: VectorMemory = plainMemory): S {
  const copy = rebuilt("clone", state, (leaf) => (isVector(leaf) ? copyIn(memory, leaf) : leaf));
  // Rebuilding leaf by leaf keeps the structure, which the type system cannot see.
  return copy as S;
}
