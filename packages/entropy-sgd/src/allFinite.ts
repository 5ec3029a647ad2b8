import type { Vector } from "./types.ts";

/**
 * Whether every element is a finite number. Cost: one pass.
 *
 * @example
 * ```ts
 * import { allFinite } from "entropy-sgd";
 * allFinite(new Float32Array([1, Number.NaN])); // => false
 * ```
 */
export function allFinite(vector: Vector): boolean {
  // 0·x is NaN for NaN and infinities, and stays it in a sum. Of four sums none waits for another.
  let [a, b, c, d] = [0, 0, 0, 0];
  const whole = vector.length & ~3;
  for (let i = 0; i < whole; i += 4) {
    a += 0 * vector[i];
    b += 0 * vector[i + 1];
    c += 0 * vector[i + 2];
    d += 0 * vector[i + 3];
  }
  for (let i = whole; i < vector.length; i++) a += 0 * vector[i];
  return a + b + c + d === 0;
}
