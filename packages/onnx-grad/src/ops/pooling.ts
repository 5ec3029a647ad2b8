/**
 * Pooling over the last two axes.
 *
 * Max-pool is a gather by the positions of the maxima; its derivative is the scatter by the same positions, whose
 * derivative is the gather again. Windows may overlap.
 */
import { typeError } from "../graph/errors.ts";
import { optionRules, requireFloat, requireOptions, requireShape, requireValues } from "../graph/requirements.ts";
import { shapeError } from "../graph/shapeError.ts";
import { type PoolWindow, type Shape, sameShape, showShape, sizeOf, type Value } from "../graph/value.ts";
import { mul } from "./elementwise.ts";
import { constant } from "./leaves.ts";
import { extent, type Pair, pair, type WindowOptions, windowFrom, windowPositions, windowRules } from "./window.ts";

/** Options of the pooling functions. */
export interface PoolOptions extends WindowOptions {
  /** Window size; a number stands for both axes. */
  readonly size: Pair;
  /** Defaults to the window size. */
  readonly stride?: Pair;
  /** Whether a last window that begins inside may reach beyond the padded input: ⌈ ⌉ in the output's shape. Default false. */
  readonly ceilMode?: boolean;
  readonly label?: string;
}

/** Options of `averagePool`. */
export interface AveragePoolOptions extends PoolOptions {
  /** Whether padding counts as zeros (PyTorch's default, true) or only elements of the input do (ONNX's and Keras's). */
  readonly countIncludePad?: boolean;
}

const rules = {
  ...windowRules,
  size: { ...optionRules.positivePair, required: true as const },
  ceilMode: optionRules.flag,
  label: optionRules.text,
};
const averageRules = { ...rules, countIncludePad: optionRules.flag };

/** The window over images of shape `x`; ceil mode makes it padding after the last element. */
function windowOf(op: string, options: PoolOptions, x: Shape): PoolWindow {
  const { label, stride = options.size, ceilMode = false } = options;
  if (x.length !== 4) throw shapeError(op, label, "the input must have 4 axes", [x]);
  const image = [x[2]!, x[3]!] as const;
  const size = pair(options.size);
  const window = { size, ...windowFrom(op, { ...options, stride }, image, size) };
  const [top, left, bottom, right] = window.padding;
  const more = ceilMode ? ([0, 1] as const).map((axis) => missingAtEnd(image[axis], window, axis)) : [0, 0];
  const padding = [top, left, bottom + more[0]!, right + more[1]!] as const;
  if (padding.some((n, side) => n >= size[side % 2]!))
    throw shapeError(op, label, `padding (${padding.join(", ")}) must be less than the window ${size.join("×")}`, [x]);
  return { ...window, padding };
}

/** What one more position needs after the padded input, if it begins inside the input or the padding before it; else 0. */
function missingAtEnd(length: number, window: PoolWindow, axis: 0 | 1): number {
  const begin = length + window.padding[axis];
  const [step, reach] = [window.stride[axis], extent(window.size, window, axis)];
  const over = begin + window.padding[axis + 2]! - reach;
  if (over < 0 || over % step === 0) return 0;
  const next = over - (over % step) + step;
  return next < begin ? next - over : 0;
}

/** The shape of images of shape `x` pooled by `window`. */
function pooledShape(op: string, label: string | undefined, x: Shape, window: PoolWindow): Shape {
  const shape = [...x.slice(0, 2), ...windowPositions(x.slice(2), window.size, window)];
  if (shape.some((n) => n < 1)) throw shapeError(op, label, `the window ${window.size.join("×")} must fit`, [x]);
  if (windowCounts(x, window).includes(0))
    throw shapeError(op, label, `each window ${window.size.join("×")} must hold an element of the input`, [x]);
  return shape;
}

/** How many elements of a length lie inside `padding` around the input, in each window along an axis. */
function countsAlong(length: number, window: PoolWindow, axis: 0 | 1, before: number, after: number): number[] {
  const { size, stride, dilation, padding } = window;
  const positions = windowPositions([length, length], size, window)[axis];
  return Array.from({ length: positions }, (_, i) => {
    const start = i * stride[axis] - padding[axis];
    const inside = (u: number): boolean =>
      start + u * dilation[axis] >= -before && start + u * dilation[axis] < length + after;
    return Array.from({ length: size[axis] }, (_, u) => u).filter(inside).length;
  });
}

/** The number of elements in each window [h'·w'], those of `padding` around the input included. */
function windowCounts(x: Shape, window: PoolWindow, padding: PoolWindow["padding"] = [0, 0, 0, 0]): number[] {
  const [top, left, bottom, right] = padding;
  const columns = countsAlong(x[3]!, window, 1, left, right);
  return countsAlong(x[2]!, window, 0, top, bottom).flatMap((rows) => columns.map((n) => rows * n));
}

/** Throws unless `y` has the shape of images of shape `x` pooled by `window`. */
function requirePooled(op: string, label: string | undefined, y: Value, x: Shape, window: PoolWindow): void {
  const expected = pooledShape(op, label, x, window);
  if (!sameShape(y.shape, expected))
    throw shapeError(op, label, `the pooled values must have the shape ${showShape(expected)}`, [y.shape]);
}

const fields = ["size", "stride", "padding", "dilation"] as const;

/** Throws unless `indices` are positions that `maxPool` found in images of shape `x`. */
function requireIndices(op: string, label: string | undefined, indices: Value, x: Shape, window: PoolWindow): void {
  requireValues(op, label, [indices]);
  if (indices.op !== "maxPoolIndices")
    throw typeError(op, "indices", "must be those of a maxPool", indices.op, `a value of ${indices.op}`);
  const from = indices.attributes;
  const isSameWindow = fields.every((field) => sameShape(from[field], window[field]));
  if (!isSameWindow || !sameShape(indices.inputs[0]!.shape, x))
    throw shapeError(op, label, "indices must come from images of the same shape and window", [
      indices.inputs[0]!.shape,
      x,
    ]);
}

/**
 * Maximum over each window: [b×c×h×w] → [b×c×h'×w'], h' = ⌊(h + padding − (size − 1)·dilation − 1)/stride⌋ + 1; padding is −∞.
 * The first of equal maxima counts.
 *
 * A NaN is larger than every number to the interpreter; ONNX Runtime passes over one or not, by its place in the window.
 *
 * @throws RangeError if padding is not less than the window or a window holds no element of the input
 */
export function maxPool(x: Value, options: PoolOptions): Value {
  requireOptions("maxPool", options, rules);
  requireFloat("maxPool", options.label, [x]);
  const window = windowOf("maxPool", options, x.shape);
  const shape = pooledShape("maxPool", options.label, x.shape, window);
  const indices: Value = { op: "maxPoolIndices", inputs: [x], attributes: window, shape, dtype: "int32" };
  return poolGather(x, indices, window);
}

/** y[b,c,i,j] = x[b,c] at the position where `maxPool` of the same window found its maximum, `indices[b,c,i,j]`. */
export function poolGather(x: Value, indices: Value, options: PoolOptions): Value {
  requireOptions("poolGather", options, rules);
  requireFloat("poolGather", options.label, [x]);
  const attributes = windowOf("poolGather", options, x.shape);
  requireIndices("poolGather", options.label, indices, x.shape, attributes);
  return { op: "poolGather", inputs: [x, indices], attributes, shape: indices.shape, dtype: "float32" };
}

/** The adjoint of `poolGather`: adds y[b,c,i,j] to a zero plane at position indices[b,c,i,j]. */
export function poolScatter(y: Value, indices: Value, inputShape: Shape, options: PoolOptions): Value {
  requireOptions("poolScatter", options, rules);
  requireFloat("poolScatter", options.label, [y]);
  requireShape("poolScatter", options.label, inputShape);
  const attributes = windowOf("poolScatter", options, inputShape);
  requireIndices("poolScatter", options.label, indices, inputShape, attributes);
  requirePooled("poolScatter", options.label, y, inputShape, attributes);
  return { op: "poolScatter", inputs: [y, indices], attributes, shape: inputShape, dtype: "float32" };
}

/**
 * Mean over each window: [b×c×h×w] → [b×c×h'×w'], shapes as of `maxPool`. What ceil mode adds beyond the padding never counts.
 *
 * @throws RangeError if padding is not less than the window or a window holds no element of the input
 */
export function averagePool(x: Value, options: AveragePoolOptions): Value {
  requireOptions("averagePool", options, averageRules);
  requireFloat("averagePool", options.label, [x]);
  const attributes = windowOf("averagePool", options, x.shape);
  const shape = pooledShape("averagePool", options.label, x.shape, attributes);
  const mean: Value = { op: "averagePool", inputs: [x], attributes, shape, dtype: "float32" };
  return rescaled(mean, x.shape, attributes, options);
}

/** The adjoint of `averagePool`: spreads each element evenly over its window. */
export function averagePoolGradient(dy: Value, inputShape: Shape, options: AveragePoolOptions): Value {
  const op = "averagePoolGradient";
  requireOptions(op, options, averageRules);
  requireFloat(op, options.label, [dy]);
  requireShape(op, options.label, inputShape);
  const attributes = windowOf(op, options, inputShape);
  requirePooled(op, options.label, dy, inputShape, attributes);
  const scaled = rescaled(dy, inputShape, attributes, options);
  return { op, inputs: [scaled], attributes, shape: inputShape, dtype: "float32" };
}

/** y, sums over the window divided by its size, times that size and divided by the number of elements that count. */
function rescaled(y: Value, x: Shape, window: PoolWindow, options: AveragePoolOptions): Value {
  const counted =
    options.countIncludePad === false ? undefined : windowOf("averagePool", { ...options, ceilMode: false }, x).padding;
  const size = sizeOf(window.size);
  const scale = windowCounts(x, window, counted).map((count) => size / count);
  return scale.every((factor) => factor === 1) ? y : mul(y, constant(scale, y.shape.slice(2)));
}
