/** Keys of independent sequences, named by a seed and a path. */
import { rangeError, typeError } from "../errors.ts";
import { halvesOf } from "./draw.ts";
import { philoxInto, type RandomKey } from "./philox.ts";

/** Tags keep a number apart from the text of it, and a text from its parts. */
const numberTag = 1;
const textTag = 2;

/**
 * The key of (seed, …path): each part is absorbed through the generator itself, k ← Philox(part; k).
 *
 * Different seeds and paths give independent sequences. Cost: one block per number or character; keep the key.
 *
 * @param seed - an integer 0 … 2⁵³ − 1
 * @throws TypeError for a seed that is no number; RangeError if the seed or a number of the path is not such an integer
 * @example
 * ```ts
 * import { normalInto, randomKey } from "entropy-sgd/random";
 * const draw = { key: randomKey(7, "noise"), stream: 0, step: 3 };
 * const [one, two] = [new Float32Array(4), new Float32Array(4)];
 * normalInto(one, draw);
 * normalInto(two, draw);
 * two.every((value, i) => value === one[i]); // => true
 * ```
 */
export function randomKey(seed: number, ...path: readonly (string | number)[]): RandomKey {
  const words = new Uint32Array(4);
  let key: RandomKey = [0, 0];
  const absorb = (low: number, high: number, tag: number): void => {
    philoxInto(words, 0, key, low, high, tag, 0);
    key = [words[0], words[1]];
  };
  if (typeof seed !== "number") throw typeError("randomKey", "seed", "must be an integer", seed);
  for (const part of [seed, ...path]) {
    if (typeof part === "string") {
      absorb(part.length, 0, textTag);
      for (let i = 0; i < part.length; i++) absorb(part.charCodeAt(i), i, textTag);
      continue;
    }
    if (!Number.isSafeInteger(part) || part < 0) {
      throw rangeError("randomKey", "seed and numbers", "must be integers in [0, 9007199254740991]", part);
    }
    absorb(...halvesOf(part), numberTag);
  }
  return key;
}
