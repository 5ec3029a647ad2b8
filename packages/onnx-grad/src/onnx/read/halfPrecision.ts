/** Numbers of 16 bits, widened. */

/** The number whose IEEE 754 half-precision bits are given: 1 sign, 5 exponent, 10 fraction. */
export function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  // Below 2⁻¹⁴ there is no leading 1.
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (fraction + 0x400) * 2 ** (exponent - 25));
}

const word = new DataView(new ArrayBuffer(4));

/** The number whose bfloat16 bits are given: the upper half of a float32. */
export function bfloat16(bits: number): number {
  word.setUint16(0, bits & 0xffff);
  return word.getFloat32(0);
}
