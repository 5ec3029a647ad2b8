/** Random integers and permutations for the order of data. */
import { rangeError } from "../errors.ts";
import { type Draw, halvesOf, requireDraw } from "./draw.ts";
import { philoxInto } from "./philox.ts";

const words = new Uint32Array(4);

/** Uniform k·2⁻⁵³ of element i: two words of block i >> 1. */
function fineUniform(i: number, { key, stream, step }: Draw): number {
  const [low, high] = halvesOf(step);
  philoxInto(words, 0, key, i >>> 1, low, high, stream);
  const at = 2 * (i & 1);
  return (words[at] * 2 ** 21 + (words[at + 1] >>> 11)) * 2 ** -53;
}

/**
 * Fills `out` with independent uniform integers 0 … bound − 1, drawn with replacement.
 *
 * Cost: half a Philox block per element. Each value's probability is 1/bound to within 2⁻⁵³. Randomness: element i is a
 * function of (draw, i).
 * @throws RangeError unless `bound` is an integer in [1, 2³²]
 */
export function integersInto(out: Int32Array | Uint32Array, bound: number, draw: Draw): void {
  if (!Number.isInteger(bound) || bound < 1 || bound > 2 ** 32) {
    throw rangeError("integersInto", "bound", "must be an integer in [1, 4294967296]", bound);
  }
  requireDraw("integersInto", draw);
  for (let i = 0; i < out.length; i++) out[i] = Math.floor(fineUniform(i, draw) * bound);
}

/**
 * Fills `out` with a uniform permutation of 0 … length − 1.
 *
 * Cost: half a Philox block per element. Randomness: a function of (draw, element).
 *
 * @see Durstenfeld 1964, "Algorithm 235: random permutation"
 */
export function permutationInto(out: Int32Array | Uint32Array, draw: Draw): void {
  requireDraw("permutationInto", draw);
  for (let i = 0; i < out.length; i++) out[i] = i;
  for (let last = out.length - 1; last > 0; last--) {
    const other = Math.floor(fineUniform(last, draw) * (last + 1));
    const value = out[last];
    out[last] = out[other];
    out[other] = value;
  }
}
