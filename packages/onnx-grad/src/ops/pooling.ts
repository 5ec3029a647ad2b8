/**
 * Pooling over the last two axes.
 *
 * Max-pool is a gather by the positions of the maxima; its derivative is the scatter by the same positions, whose
 * derivative is the gather again. Windows may overlap; there is no padding.
 */
import { typeError } from "../graph/errors.ts";
import { optionRules, requireFloat, requireOptions, requireShape, requireValues } from "../graph/requirements.ts";
import { shapeError } from "../graph/shapeError.ts";
import { type PoolWindow, type Shape, sameShape, showShape, type Value } from "../graph/value.ts";
import { pair, windowPositions } from "./convolution.ts";

/** Options of the pooling functions. */
export interface PoolOptions {
  /** Window size; a number stands for both axes. */
  readonly size: number | readonly [number, number];
  /** Defaults to the window size. */
  readonly stride?: number | readonly [number, number];
  readonly label?: string;
}

const rules = {
  size: { ...optionRules.positivePair, required: true as const },
  stride: optionRules.positivePair,
  label: optionRules.text,
};

function windowOf(op: string, options: PoolOptions): PoolWindow {
  requireOptions(op, options, rules);
  return { size: pair(options.size), stride: pair(options.stride ?? options.size) };
}

/** The shape of images of shape `x` pooled by `window`. */
function pooledShape(op: string, label: string | undefined, x: Shape, { size, stride }: PoolWindow): Shape {
  if (x.length !== 4) throw shapeError(op, label, "the input must have 4 axes", [x]);
  const [b, c, h, w] = x as [number, number, number, number];
  const shape = [b, c, windowPositions(h, size[0], stride[0], 0), windowPositions(w, size[1], stride[1], 0)];
  if (shape.some((n) => n < 1)) throw shapeError(op, label, `the window ${size.join("×")} must fit`, [x]);
  return shape;
}

/** Throws unless `y` has the shape of images of shape `x` pooled by `window`. */
function requirePooled(op: string, label: string | undefined, y: Value, x: Shape, window: PoolWindow): void {
  const expected = pooledShape(op, label, x, window);
  if (!sameShape(y.shape, expected))
    throw shapeError(op, label, `the pooled values must have the shape ${showShape(expected)}`, [y.shape]);
}

/** Throws unless `indices` are positions that `maxPool` found in images of shape `x`. */
function requireIndices(op: string, label: string | undefined, indices: Value, x: Shape, window: PoolWindow): void {
  requireValues(op, label, [indices]);
  if (indices.op !== "maxPoolIndices")
    throw typeError(op, "indices", "must be those of a maxPool", indices.op, `a value of ${indices.op}`);
  const from = indices.attributes;
  const isSameWindow = sameShape(from.size, window.size) && sameShape(from.stride, window.stride);
  if (!isSameWindow || !sameShape(indices.inputs[0]!.shape, x))
    throw shapeError(op, label, "indices must come from images of the same shape and window", [
      indices.inputs[0]!.shape,
      x,
    ]);
}

/**
 * Maximum over each window: [b×c×h×w] → [b×c×h'×w'], h' = ⌊(h − size)/stride⌋ + 1. The first of equal maxima counts.
 *
 * A NaN is larger than every number to the interpreter; ONNX Runtime passes over one that is not the first of its window.
 */
export function maxPool(x: Value, options: PoolOptions): Value {
  const window = windowOf("maxPool", options);
  requireFloat("maxPool", options.label, [x]);
  const shape = pooledShape("maxPool", options.label, x.shape, window);
  const indices: Value = { op: "maxPoolIndices", inputs: [x], attributes: window, shape, dtype: "int32" };
  return poolGather(x, indices, window);
}

/** y[b,c,i,j] = x[b,c] at the position where `maxPool` of the same window found its maximum, `indices[b,c,i,j]`. */
export function poolGather(x: Value, indices: Value, options: PoolOptions): Value {
  const attributes = windowOf("poolGather", options);
  requireFloat("poolGather", options.label, [x]);
  requireIndices("poolGather", options.label, indices, x.shape, attributes);
  return { op: "poolGather", inputs: [x, indices], attributes, shape: indices.shape, dtype: "float32" };
}

/** The adjoint of `poolGather`: adds y[b,c,i,j] to a zero plane at position indices[b,c,i,j]. */
export function poolScatter(y: Value, indices: Value, inputShape: Shape, options: PoolOptions): Value {
  const attributes = windowOf("poolScatter", options);
  requireFloat("poolScatter", options.label, [y]);
  requireShape("poolScatter", options.label, inputShape);
  requireIndices("poolScatter", options.label, indices, inputShape, attributes);
  requirePooled("poolScatter", options.label, y, inputShape, attributes);
  return { op: "poolScatter", inputs: [y, indices], attributes, shape: inputShape, dtype: "float32" };
}

/** Mean over each window: [b×c×h×w] → [b×c×h'×w']. */
export function averagePool(x: Value, options: PoolOptions): Value {
  const attributes = windowOf("averagePool", options);
  requireFloat("averagePool", options.label, [x]);
  const shape = pooledShape("averagePool", options.label, x.shape, attributes);
  return { op: "averagePool", inputs: [x], attributes, shape, dtype: "float32" };
}

/** The adjoint of `averagePool`: spreads each element evenly over its window. */
export function averagePoolGradient(dy: Value, inputShape: Shape, options: PoolOptions): Value {
  const attributes = windowOf("averagePoolGradient", options);
  requireFloat("averagePoolGradient", options.label, [dy]);
  requireShape("averagePoolGradient", options.label, inputShape);
  requirePooled("averagePoolGradient", options.label, dy, inputShape, attributes);
  return { op: "averagePoolGradient", inputs: [dy], attributes, shape: inputShape, dtype: "float32" };
}
