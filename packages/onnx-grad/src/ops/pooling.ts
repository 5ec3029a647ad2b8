/**
 * Pooling over the last two axes.
 *
 * Max-pool is a gather by the positions of the maxima; its derivative is the scatter by the same positions, whose
 * derivative is the gather again. Windows may overlap; there is no padding.
 */
import { shapeError } from "../graph/shapeError.ts";
import type { PoolWindow, Shape, Value } from "../graph/value.ts";
import { pair, windowPositions } from "./convolution.ts";
import { requireFloat } from "./elementwise.ts";

/** Options of the pooling functions. */
export interface PoolOptions {
  /** Window size; a number stands for both axes. */
  readonly size: number | readonly [number, number];
  /** Defaults to the window size. */
  readonly stride?: number | readonly [number, number];
  readonly label?: string;
}

function pooled(
  op: "maxPoolIndices" | "averagePool",
  x: Value,
  options: PoolOptions,
): { shape: Shape; window: PoolWindow } {
  requireFloat(op, options.label, [x]);
  const window: PoolWindow = { size: pair(options.size), stride: pair(options.stride ?? options.size) };
  if (x.shape.length !== 4) throw shapeError(op, options.label, "the input must have 4 axes", [x.shape]);
  if (![...window.size, ...window.stride].every((n) => Number.isInteger(n) && n > 0)) {
    throw new RangeError(`${op}: size and stride must be positive integers, got ${JSON.stringify(window)}`);
  }
  const [b, c, h, w] = x.shape as [number, number, number, number];
  const shape = [
    b,
    c,
    windowPositions(h, window.size[0], window.stride[0], 0),
    windowPositions(w, window.size[1], window.stride[1], 0),
  ];
  if (shape.some((size) => size < 1))
    throw shapeError(op, options.label, `the window ${window.size.join("×")} must fit`, [x.shape]);
  return { shape, window };
}

/** Maximum over each window: [b×c×h×w] → [b×c×h'×w'], h' = ⌊(h − size)/stride⌋ + 1. The first of equal maxima counts. */
export function maxPool(x: Value, options: PoolOptions): Value {
  const { shape, window } = pooled("maxPoolIndices", x, options);
  const indices: Value = { op: "maxPoolIndices", inputs: [x], attributes: window, shape, dtype: "int32" };
  return poolGather(x, indices, window);
}

/** y[b,c,i,j] = x[b,c] at the plane position indices[b,c,i,j] (row · width + column). */
export function poolGather(x: Value, indices: Value, window: PoolWindow): Value {
  return { op: "poolGather", inputs: [x, indices], attributes: window, shape: indices.shape, dtype: "float32" };
}

/** The adjoint of `poolGather`: adds y[b,c,i,j] to a zero plane at position indices[b,c,i,j]. */
export function poolScatter(y: Value, indices: Value, inputShape: Shape, window: PoolWindow): Value {
  return { op: "poolScatter", inputs: [y, indices], attributes: window, shape: inputShape, dtype: "float32" };
}

/** Mean over each window: [b×c×h×w] → [b×c×h'×w']. */
export function averagePool(x: Value, options: PoolOptions): Value {
  const { shape, window } = pooled("averagePool", x, options);
  return { op: "averagePool", inputs: [x], attributes: window, shape, dtype: "float32" };
}

/** The adjoint of `averagePool`: spreads each element evenly over its window. */
export function averagePoolGradient(dy: Value, inputShape: Shape, window: PoolWindow): Value {
  return { op: "averagePoolGradient", inputs: [dy], attributes: window, shape: inputShape, dtype: "float32" };
}
