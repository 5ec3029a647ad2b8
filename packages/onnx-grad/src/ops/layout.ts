/** Primitives that move elements without computing. */
import { rangeError, typeError } from "../graph/errors.ts";
import { requireShape, requireValues } from "../graph/requirements.ts";
import { placeOf, shapeError } from "../graph/shapeError.ts";
import { type Shape, sameShape, sizeOf, type Value } from "../graph/value.ts";
import { axisOf } from "./axisOf.ts";
import { broadcastShape } from "./elementwise.ts";

/** Stretches axes of size 1 (and adds leading axes) to `shape`. */
export function broadcastTo(x: Value, shape: Shape, label?: string): Value {
  requireValues("broadcastTo", label, [x]);
  requireShape("broadcastTo", label, shape);
  if (sameShape(x.shape, shape)) return x;
  const common = broadcastShape(x.shape, shape);
  if (common === undefined || !sameShape(common, shape))
    throw shapeError("broadcastTo", label, "the first shape must stretch to the second", [x.shape, shape]);
  return { op: "broadcastTo", inputs: [x], attributes: {}, shape, dtype: x.dtype };
}

/** The same elements in row-major order under another shape; one size may be −1 and is worked out. */
export function reshape(x: Value, shape: Shape, label?: string): Value {
  requireValues("reshape", label, [x]);
  const known = sizeOf(shape.filter((size) => size !== -1));
  const resolved = shape.map((size) => (size === -1 ? sizeOf(x.shape) / known : size));
  if (
    shape.filter((size) => size === -1).length > 1 ||
    !resolved.every((size) => Number.isSafeInteger(size) && size > 0) ||
    sizeOf(resolved) !== sizeOf(x.shape)
  ) {
    throw shapeError("reshape", label, "both shapes must hold the same number of elements", [x.shape, shape]);
  }
  if (sameShape(x.shape, resolved)) return x;
  return { op: "reshape", inputs: [x], attributes: {}, shape: resolved, dtype: x.dtype };
}

/** Axis i of the result is axis permutation[i] of x; by default the axes in reverse. */
export function transpose(
  x: Value,
  permutation: readonly number[] = x.shape.map((_, axis) => x.shape.length - 1 - axis),
  label?: string,
): Value {
  requireValues("transpose", label, [x]);
  if (
    !sameShape(
      [...permutation].sort((a, b) => a - b),
      x.shape.map((_, axis) => axis),
    )
  ) {
    throw shapeError("transpose", label, `(${permutation.join(", ")}) must permute the axes`, [x.shape]);
  }
  if (permutation.every((axis, i) => axis === i)) return x;
  return {
    op: "transpose",
    inputs: [x],
    attributes: { permutation },
    shape: permutation.map((axis) => x.shape[axis]!),
    dtype: x.dtype,
  };
}

/** The block of `shape` that begins at `starts`. */
export function slice(x: Value, starts: readonly number[], shape: Shape, label?: string): Value {
  requireValues("slice", label, [x]);
  requireShape("slice", label, shape);
  const fits =
    starts.length === x.shape.length &&
    shape.length === x.shape.length &&
    starts.every((start, axis) => Number.isInteger(start) && start >= 0 && start + shape[axis]! <= x.shape[axis]!);
  if (!fits) throw shapeError("slice", label, `a block at (${starts.join(", ")}) must lie inside`, [x.shape, shape]);
  if (sameShape(x.shape, shape)) return x;
  return { op: "slice", inputs: [x], attributes: { starts }, shape, dtype: x.dtype };
}

/** x inside zeros: `before[i]` of them before axis i, `after[i]` after. */
export function pad(x: Value, before: readonly number[], after: readonly number[], label?: string): Value {
  requireValues("pad", label, [x]);
  const valid =
    before.length === x.shape.length &&
    after.length === x.shape.length &&
    [...before, ...after].every((n) => Number.isInteger(n) && n >= 0);
  if (!valid)
    throw shapeError("pad", label, `(${before.join(", ")}) and (${after.join(", ")}) must be counts, one per axis`, [
      x.shape,
    ]);
  const shape = x.shape.map((size, axis) => before[axis]! + size + after[axis]!);
  if (sameShape(x.shape, shape)) return x;
  return { op: "pad", inputs: [x], attributes: { before }, shape, dtype: x.dtype };
}

/** Values one after another along an axis (negative: from the end); their other sizes must be equal. */
export function concat(inputs: readonly Value[], axis: number, label?: string): Value {
  requireValues("concat", label, inputs);
  const shapes = inputs.map(({ shape }) => shape);
  const [first] = inputs;
  if (first === undefined)
    throw rangeError(placeOf("concat", label), "", "there must be at least one input", inputs, "none");
  const at = axisOf("concat", label, axis, first.shape);
  const rest = (shape: Shape): Shape => shape.map((size, i) => (i === at ? 0 : size));
  if (!shapes.every((shape) => sameShape(rest(shape), rest(first.shape)))) {
    throw shapeError("concat", label, `sizes other than that of axis ${at} must be equal`, shapes);
  }
  const mixed = inputs.find(({ dtype }) => dtype !== first.dtype);
  if (mixed)
    throw typeError(
      placeOf("concat", label),
      "inputs",
      "must have one dtype",
      mixed.dtype,
      `${first.dtype} and ${mixed.dtype}`,
    );
  if (inputs.length === 1) return first;
  const total = shapes.reduce((sum, shape) => sum + shape[at]!, 0);
  const shape = first.shape.map((size, i) => (i === at ? total : size));
  return { op: "concat", inputs, attributes: { axis: at }, shape, dtype: first.dtype };
}
