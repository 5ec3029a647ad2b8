/**
 * Elements chosen by integer indices.
 *
 * `gather` and `scatterAdd` are linear in their first input and adjoint to each other, so each is the other's derivative.
 */
import { rangeError, typeError } from "../graph/errors.ts";
import { optionRules, requireFloat, requireOptions, requireValues } from "../graph/requirements.ts";
import { placeOf, shapeError } from "../graph/shapeError.ts";
import { type Shape, sameShape, type Value } from "../graph/value.ts";
import { axisOf } from "./axisOf.ts";

/** Throws unless `indices` are int32 and, where they are constants, in 0 … size − 1. */
function requireIndices(op: string, label: string | undefined, indices: Value, size: number): void {
  requireValues(op, label, [indices]);
  if (indices.dtype !== "int32") throw typeError(placeOf(op, label), "indices", "must be int32", indices.dtype);
  if (indices.op !== "constant") return;
  const outside = indices.attributes.data.find((index) => index < 0 || index >= size);
  if (outside !== undefined) throw rangeError(placeOf(op, label), "indices", `must be in 0 … ${size - 1}`, outside);
}

/** `shape` with the axis at `axis` replaced by the axes `by`. */
const spliced = (shape: Shape, axis: number, count: number, by: Shape): Shape => [
  ...shape.slice(0, axis),
  ...by,
  ...shape.slice(axis + count),
];

/**
 * The slices of x along `axis` that int32 indices name: [A… × n × B…], indices [I…] → [A… × I… × B…].
 *
 * y[a, i, b] = x[a, indices[i], b], of the dtype of x. An embedding is a gather of rows. An index outside 0 … n − 1 is an error, of constants at
 * once, of others when the graph runs, also of derivatives alone.
 */
export function gather(x: Value, indices: Value, axis = 0, label?: string): Value {
  requireValues("gather", label, [x]);
  const at = axisOf("gather", label, axis, x.shape);
  requireIndices("gather", label, indices, x.shape[at]!);
  const shape = spliced(x.shape, at, 1, indices.shape);
  return { op: "gather", inputs: [x, indices], attributes: { axis: at }, shape, dtype: x.dtype };
}

/**
 * The adjoint of `gather`: zeros of `size` along `axis`, with the slices of y added where indices say.
 *
 * y [A… × I… × B…], indices [I…] → x [A… × size × B…], x[a, j, b] = Σ y[a, i, b] over the i with indices[i] = j.
 */
export function scatterAdd(y: Value, indices: Value, axis: number, size: number, label?: string): Value {
  requireFloat("scatterAdd", label, [y]);
  requireValues("scatterAdd", label, [indices]);
  if (!(Number.isSafeInteger(size) && size > 0))
    throw rangeError(placeOf("scatterAdd", label), "size", "must be a positive integer", size);
  const rank = y.shape.length - indices.shape.length + 1;
  const at = axis < 0 ? axis + rank : axis;
  if (!(Number.isInteger(at) && at >= 0 && sameShape(y.shape.slice(at, at + indices.shape.length), indices.shape))) {
    throw shapeError("scatterAdd", label, `the axes from ${axis} on must be those of the indices`, [
      y.shape,
      indices.shape,
    ]);
  }
  requireIndices("scatterAdd", label, indices, size);
  const shape = spliced(y.shape, at, indices.shape.length, [size]);
  return { op: "scatterAdd", inputs: [y, indices], attributes: { axis: at }, shape, dtype: "float32" };
}

/** Options of `argMax`. */
export interface ArgMaxOptions {
  /** Negative from the end; the last by default. */
  readonly axis?: number;
  /** Keep the axis with size 1; false by default. */
  readonly keepDims?: boolean;
  readonly label?: string;
}

const argMaxRules = { axis: optionRules.integer, keepDims: optionRules.flag, label: optionRules.text };

/**
 * The int32 index of the largest element along an axis, of equal ones the first; it has no derivative.
 *
 * A NaN is larger than every number to the interpreter; ONNX Runtime passes over one that is not the first.
 */
export function argMax(x: Value, options: ArgMaxOptions = {}): Value {
  requireOptions("argMax", options, argMaxRules);
  const { axis = -1, keepDims = false, label } = options;
  requireFloat("argMax", label, [x]);
  const at = axisOf("argMax", label, axis, x.shape);
  const shape = spliced(x.shape, at, 1, keepDims ? [1] : []);
  return { op: "argMax", inputs: [x], attributes: { axis: at, keepDims }, shape, dtype: "int32" };
}
