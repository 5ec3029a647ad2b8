/**
 * Random numbers of one group of 16 elements in plain code, bit by bit those of assembly/random.ts.
 *
 * Word j of block 4g + i belongs to element 16g + 4j + i: four lanes compute four blocks at once and store in order.
 *
 * Normals: Box and Muller 1958, √(−2 log u₁)·(cos, sin)(2πu₂), with u₁ = (w + 1)·2⁻²⁴ in (0, 1] and u₂ = w·2⁻²⁴ of the upper
 * 24 bits. The largest is √(48 log 2) = 5.77. log, cos and sin are polynomials fitted at Chebyshev nodes (largest errors
 * 1.2e-7, 6e-8 and 6e-8), rounded to float32 at each operation so that every machine gives the same bits.
 */
import { type Draw, halvesOf } from "./draw.ts";
import { philoxInto } from "./philox.ts";

const fround = Math.fround;
const words = new Uint32Array(16);
const block = new Uint32Array(4);
const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/** (log(1 + f) − f)/f² on √½ − 1 … √2 − 1, highest power first. */
const logarithm = [
  -0.10188586264848709, 0.15984095633029938, -0.17132386565208435, 0.19929057359695435, -0.24982450902462006,
  0.333341121673584, -0.5000008940696716,
];
/** sin(πt/2)/t in t² on 0 … ¼. */
const sineOverT = [-0.004602149128913879, 0.07968021929264069, -0.6459634900093079, 1.5707963705062866];
/** cos(πt/2) in t² on 0 … ¼. */
const cosine = [-0.020408159121870995, 0.25359857082366943, -1.2336970567703247, 1];
const log2 = 0.6931471824645996;

/** Calls `use` for every group of 16 elements that [start, end) touches, with the part of it that lies inside. */
export function forEachGroup(start: number, end: number, use: (group: number, from: number, to: number) => void): void {
  for (let from = start; from < end; ) {
    const group = Math.floor(from / 16);
    const to = Math.min(end, 16 * (group + 1));
    use(group, from, to);
    from = to;
  }
}

/** The 16 words of a group, in the order of the elements. Overwritten by the next call. */
export function groupWords(group: number, { key, stream, step }: Draw): Uint32Array {
  const [low, high] = halvesOf(step);
  for (let lane = 0; lane < 4; lane++) {
    philoxInto(block, 0, key, 4 * group + lane, low, high, stream);
    for (let j = 0; j < 4; j++) words[4 * j + lane] = block[j];
  }
  return words;
}

/** The 16 normals of a group to `out[0 … 15]`. */
export function groupNormalsInto(out: Float32Array, group: number, draw: Draw): void {
  groupWords(group, draw);
  for (let pair = 0; pair < 16; pair += 8) {
    for (let lane = 0; lane < 4; lane++) boxMullerInto(out, pair + lane, words[pair + lane], words[pair + 4 + lane]);
  }
}

/** Writes the pair of normals of two words to `out[at]` and `out[at + 4]`. */
function boxMullerInto(out: Float32Array, at: number, a: number, b: number): void {
  float[0] = ((a >>> 8) + 1) * 2 ** -24;
  const exponent = (bits[0] - 0x3f3504f3) >> 23; // so that the mantissa lies in √½ … √2
  bits[0] -= exponent << 23;
  const f = fround(float[0] - 1);
  const mantissa = fround(f + fround(fround(f * f) * polynomial(logarithm, f)));
  const log = fround(fround(exponent * log2) + mantissa);
  const radius = fround(Math.sqrt(fround(-2 * log)));

  const turn = b >>> 8;
  const quadrant = (turn + (1 << 21)) >>> 22;
  const t = fround((turn - (quadrant << 22)) * 2 ** -22); // quarter turns from the middle of the quadrant
  const square = fround(t * t);
  const s = fround(t * polynomial(sineOverT, square));
  const c = polynomial(cosine, square);
  const odd = (quadrant & 1) === 1;
  const across = odd ? s : c;
  const up = odd ? c : s;
  out[at] = fround(radius * (((quadrant + 1) & 2) === 0 ? across : -across));
  out[at + 4] = fround(radius * ((quadrant & 2) === 0 ? up : -up));
}

function polynomial(coefficients: readonly number[], x: number): number {
  let sum = coefficients[0];
  for (let k = 1; k < coefficients.length; k++) sum = fround(fround(sum * x) + coefficients[k]);
  return sum;
}
