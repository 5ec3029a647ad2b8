/**
 * Numbers of 16 bits: half the bytes on the wire, each rounded to the nearest, ties to even.
 *
 *   |x̃ − x| ≤ max(2⁻¹¹·|x|, 2⁻²⁵) for |x| < 65,520; beyond it is infinite, which readers refuse
 *
 * @see IEEE 754-2019, binary16
 */

/** Rounds to the bits of float16. Cost: one pass. */
export function toFloat16(vector: Float32Array): Uint16Array {
  const bits = new Uint32Array(vector.buffer, vector.byteOffset, vector.length);
  const out = new Uint16Array(vector.length);
  for (let i = 0; i < out.length; i++) out[i] = halfBits(bits[i]!);
  return out;
}

/** The numbers of float16 bits, exactly. Cost: one pass. */
export function fromFloat16(halves: Uint16Array): Float32Array {
  const out = new Float32Array(halves.length);
  const values = table();
  for (let i = 0; i < out.length; i++) out[i] = values[halves[i]!]!;
  return out;
}

function halfBits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  // NaN stays one; 0x47800000 is 65,536.
  if (magnitude >= 0x47800000) return sign | (magnitude > 0x7f800000 ? 0x7e00 : 0x7c00);
  // Normal from 2⁻¹⁴ on: 13 bits go; a carry raises the exponent, at the top to infinity.
  if (magnitude >= 0x38800000) return sign | ((magnitude - 0x38000000 + 0x0fff + ((magnitude >>> 13) & 1)) >>> 13);
  // Subnormal: units of 2⁻²⁴; at most 2⁻²⁵ is zero.
  const shift = 126 - (magnitude >>> 23);
  if (shift > 24) return sign;
  const fraction = (magnitude & 0x7fffff) | 0x800000;
  const half = 1 << (shift - 1);
  const kept = fraction >>> shift;
  const rest = fraction & ((1 << shift) - 1);
  return sign | (kept + (rest > half || (rest === half && (kept & 1) === 1) ? 1 : 0));
}

let values: Float32Array | undefined;

/** The number of each of the 65,536 patterns. */
function table(): Float32Array {
  values ??= Float32Array.from({ length: 0x10000 }, (_, pattern) => {
    const sign = pattern & 0x8000 ? -1 : 1;
    const [exponent, fraction] = [(pattern >>> 10) & 31, pattern & 0x3ff];
    if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
  });
  return values;
}
