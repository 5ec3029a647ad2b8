/** Norm, inner product and checked copies of vectors, in float64. */
import { rangeError, typeError } from "../errors.ts";
import type { Vector } from "../types.ts";

/** Below or above, a sum of squares has lost digits to underflow or is infinite. */
const [smallestSquare, largestSquare] = [2 ** -960, 2 ** 1000];

/**
 * Euclidean norm, right to rounding for vectors of any scale: elements are scaled where their squares would under- or
 * overflow.
 */
export function norm(v: Vector): number {
  const squares = dot(v, v);
  if (squares >= smallestSquare && squares <= largestSquare) return Math.sqrt(squares);
  let largest = 0;
  for (let i = 0; i < v.length; i++) largest = Math.max(largest, Math.abs(v[i]));
  if (largest === 0 || !Number.isFinite(largest)) return largest;
  let sum = 0;
  for (let i = 0; i < v.length; i++) sum += (v[i] / largest) ** 2;
  return largest * Math.sqrt(sum);
}

/** Inner product. */
export function dot(a: Vector, b: Vector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/**
 * A vector that a caller or a caller's function gave, copied in float64; its length is checked, its elements are not.
 *
 * @throws TypeError unless it is a Float32Array, a Float64Array or an array; RangeError for another length
 */
export function vectorOf(where: string, name: string, value: ArrayLike<number>, length: number): Float64Array {
  const isVector = value instanceof Float64Array || value instanceof Float32Array || Array.isArray(value);
  if (isVector && value.length === length) return Float64Array.from(value);
  throw (isVector ? rangeError : typeError)(where, name, `must be a vector of ${length} elements`, value);
}
