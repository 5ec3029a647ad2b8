/**
 * Philox 4×32-7, a counter-based random generator: four 32-bit words are a function of a counter and a key.
 *
 * @see Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3", section 3.3; seven rounds are
 *   the fewest that pass BigCrush (table 2).
 */

/** Two 32-bit words that select one of 2⁶⁴ independent sequences. */
export type RandomKey = readonly [number, number];

/** Number of rounds; part of the version of every saved state, since another number gives other bits. */
export const philoxRounds = 7;

// Multipliers and key increments of the reference (section 3.3; the increments are the golden ratio and √3 − 1).
const multiplier0 = 0xd2511f53;
const multiplier1 = 0xcd9e8d57;
const weyl0 = 0x9e3779b9;
const weyl1 = 0xbb67ae85;

/** The upper 32 bits of the product of two unsigned 32-bit integers. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const cross = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(cross / 0x10000)) >>> 0;
}

/**
 * Writes the four words of counter (c0, c1, c2, c3) under `key` to `out[offset … offset + 3]`.
 *
 * Cost: seven rounds of two 32×32-bit products; nothing is remembered between calls.
 */
export function philoxInto(
  out: Uint32Array,
  offset: number,
  key: RandomKey,
  c0: number,
  c1: number,
  c2: number,
  c3: number,
): void {
  let [k0, k1] = key;
  let x0 = c0 >>> 0;
  let x1 = c1 >>> 0;
  let x2 = c2 >>> 0;
  let x3 = c3 >>> 0;
  for (let round = 0; round < philoxRounds; round++) {
    const high0 = multiplyHigh(multiplier0, x0);
    const low0 = Math.imul(multiplier0, x0) >>> 0;
    const high1 = multiplyHigh(multiplier1, x2);
    const low1 = Math.imul(multiplier1, x2) >>> 0;
    x0 = (high1 ^ x1 ^ k0) >>> 0;
    x1 = low1;
    x2 = (high0 ^ x3 ^ k1) >>> 0;
    x3 = low0;
    k0 = (k0 + weyl0) >>> 0;
    k1 = (k1 + weyl1) >>> 0;
  }
  out[offset] = x0;
  out[offset + 1] = x1;
  out[offset + 2] = x2;
  out[offset + 3] = x3;
}
