/** Random times of a simulation, functions of (seed, what, step, element). */
import { type RandomKey, randomKey, uniformInto } from "entropy-sgd/random";

/** Exponential draws with mean 1: element i of step t. */
export interface Exponentials {
  /** @returns n draws, all new */
  at(step: number, n: number): Float64Array;
}

export function exponentials(seed: number, what: string): Exponentials {
  const key: RandomKey = randomKey(seed, "simulation", what);
  return {
    at(step, n) {
      const out = new Float64Array(n);
      uniformInto(out, { key, stream: 0, step });
      // Uniforms are multiples of 2⁻²⁴ from 0 on: half of one more keeps them off 0.
      return out.map((u) => -Math.log(u + 2 ** -25));
    },
  };
}
