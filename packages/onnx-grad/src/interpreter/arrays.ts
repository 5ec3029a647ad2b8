import { type Shape, sizeOf } from "../graph/value.ts";

/** A float array of either precision; integers are held in it exactly. */
export type FloatArray = Float64Array | Float32Array;

/** Arithmetic precision of the interpreter: results of each primitive are rounded to it. */
export type Precision = "float64" | "float32";

/** A zeroed array. */
export function zeros(precision: Precision, length: number): FloatArray {
  return precision === "float64" ? new Float64Array(length) : new Float32Array(length);
}

/** Elements between neighbours along each axis, row-major. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

/** Strides that read an array of `shape` as if broadcast to `target`: 0 along stretched axes. */
export function broadcastStrides(shape: Shape, target: Shape): number[] {
  const strides = stridesOf(shape);
  const extra = target.length - shape.length;
  return target.map((_, axis) => (axis < extra || shape[axis - extra] === 1 ? 0 : strides[axis - extra]!));
}

/**
 * For each element of `shape` in row-major order, its offset in an array of the given strides, plus `start`.
 *
 * Broadcasting, transposing, slicing, padding and reducing are all this walk with different strides.
 */
export function offsets(shape: Shape, strides: readonly number[], start = 0): Int32Array {
  const result = new Int32Array(sizeOf(shape));
  result[0] = start;
  let filled = 1;
  // Grow from the innermost axis: the block so far repeats along the next axis, shifted by its stride.
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis]!;
    const stride = strides[axis]!;
    for (let i = 1; i < size; i++) {
      const shift = i * stride;
      for (let j = 0; j < filled; j++) result[i * filled + j] = result[j]! + shift;
    }
    filled *= size;
  }
  return result;
}
