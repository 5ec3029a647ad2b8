/**
 * Random numbers of one tile of 16 elements in plain code, bit by bit those of assembly/random.ts.
 *
 * Word j of block 4g + i belongs to element 16g + 4j + i: four lanes compute four blocks at once and store in order.
 *
 * Normals: Box and Muller 1958, √(−2 log u)·(cos θ, sin θ), a pair from one word: lane i of word j of the blocks 4g + i gives
 * elements 32g + 8j + i and 32g + 8j + 4 + i. Its upper 20 bits k are u = (k + ½)·2⁻²⁰; the largest radius is √(42 log 2) =
 * 5.40. The lower 12 are one of 4,096 directions (k + ½)·2π/4096, with which every moment below the 4,096th is that of the
 * circle: ten bits within an eighth of the circle on either side of the first axis, one for the sign of the cosine and one
 * to exchange the two. log, cos and sin are polynomials fitted at Chebyshev nodes (largest errors 1.2e-7, 3e-8 and 3e-9 before
 * rounding), rounded to float32 at each operation so that every machine gives the same bits.
 */
import { type Draw, halvesOf } from "./draw.ts";
import { philoxInto } from "./philox.ts";

const fround = Math.fround;
const words = new Uint32Array(16);
const block = new Uint32Array(4);
const float = new Float32Array(2);
const bits = new Int32Array(float.buffer);

/** −2·log(1 + f)/f on √½ − 1 … √2 − 1, highest power first. */
const logarithm = [
  0.20377172529697418, -0.31968191266059875, 0.3426477313041687, -0.3985811471939087, 0.4996490180492401,
  -0.666682243347168, 1.0000017881393433, -2,
] as const;
/** sin(πt/4)/t in t² on 0 … 1. */
const sine = [-0.000035954399209003896, 0.0024900068528950214, -0.08074543625116348, 0.7853981852531433];
/** cos(πt/4) in t² on 0 … 1. */
const cosine = [-0.00031887899967841804, 0.01584991253912449, -0.3084242641925812, 1];
const minusTwoLog2 = -1.3862943649291992;

/** Calls `use` for every tile of 16 elements that [start, end) touches, with the part of it that lies inside. */
export function forEachTile(start: number, end: number, use: (tile: number, from: number, to: number) => void): void {
  for (let from = start; from < end; ) {
    const tile = Math.floor(from / 16);
    const to = Math.min(end, 16 * (tile + 1));
    use(tile, from, to);
    from = to;
  }
}

/** The 16 words of a tile, in the order of the elements. Overwritten by the next call. */
export function tileWords(tile: number, { key, stream, step }: Draw): Uint32Array {
  const [low, high] = halvesOf(step);
  for (let lane = 0; lane < 4; lane++) {
    philoxInto(block, 0, key, 4 * tile + lane, low, high, stream);
    for (let j = 0; j < 4; j++) words[4 * j + lane] = block[j];
  }
  return words;
}

/** The 16 normals of a tile to `out[0 … 15]`. */
export function tileNormalsInto(out: Float32Array, tile: number, draw: Draw): void {
  tileWords(tile >>> 1, draw);
  const first = 8 * (tile & 1);
  for (let k = 0; k < 8; k++) boxMullerInto(out, k < 4 ? k : k + 4, words[first + k]);
}

/** Writes the pair of normals of a word to `out[at]` and `out[at + 4]`. */
function boxMullerInto(out: Float32Array, at: number, word: number): void {
  float[0] = linear(word >>> 12, 2 ** -20, 2 ** -21);
  const exponent = (bits[0] - 0x3f3504f3) >> 23; // so that the mantissa lies in √½ … √2
  bits[0] -= exponent << 23;
  const f = fround(float[0] - 1);
  const f2 = fround(f * f);
  const [l0, l1, l2, l3, l4, l5, l6, l7] = logarithm;
  const upper = linear(linear(l0, f, l1), f2, linear(l2, f, l3));
  const lower = linear(linear(l4, f, l5), f2, linear(l6, f, l7));
  const q = fround(linear(upper, fround(f2 * f2), lower) * f);
  const radius = fround(Math.sqrt(linear(exponent, minusTwoLog2, q)));

  const t = linear(word << 22, 2 ** -31, 2 ** -10);
  const square = fround(t * t);
  const s = fround(polynomial(sine, square) * t);
  const c = ((word >>> 11) & 1) === 0 ? polynomial(cosine, square) : -polynomial(cosine, square);
  const exchanged = ((word >>> 10) & 1) === 1;
  out[at] = fround(radius * (exchanged ? s : c));
  out[at + 4] = fround(radius * (exchanged ? c : s));
}

/** a·x + b, rounded after each operation. */
function linear(a: number, x: number, b: number): number {
  return fround(fround(a * x) + b);
}

function polynomial(coefficients: readonly number[], x: number): number {
  let sum = coefficients[0];
  for (let k = 1; k < coefficients.length; k++) sum = linear(sum, x, coefficients[k]);
  return sum;
}
