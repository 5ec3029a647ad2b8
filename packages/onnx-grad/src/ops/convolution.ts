/**
 * Two-dimensional convolution (cross-correlation, as in the field) and its two adjoints.
 *
 * The three are bilinear in each other: ⟨dy, conv2d(x, w)⟩ = ⟨x, inputGradient(dy, w)⟩ = ⟨w, weightGradient(x, dy)⟩, so
 * the set is closed under differentiation.
 */
import { shapeError } from "../graph/shapeError.ts";
import type { ConvolutionWindow, Shape, Value, Window } from "../graph/value.ts";
import { requireFloat } from "./elementwise.ts";

/** Options of `conv2d`; a number stands for both axes. */
export interface ConvolutionOptions {
  readonly stride?: number | readonly [number, number];
  /** Zeros added on each side. */
  readonly padding?: number | readonly [number, number];
  /** Images have the batch as their last axis: x [c×h×w×b] → [o×h'×w'×b]. */
  readonly batchLast?: boolean;
  readonly label?: string;
}

/** A size for rows and columns from one number or two. */
export function pair(size: number | readonly [number, number]): readonly [number, number] {
  return typeof size === "number" ? [size, size] : size;
}

/** Positions of a window along an axis: ⌊(size + 2·padding − kernel) / stride⌋ + 1. */
export function windowPositions(size: number, kernel: number, stride: number, padding: number): number {
  return Math.floor((size + 2 * padding - kernel) / stride) + 1;
}

/** Output shape of `conv2d` for x [b×c×h×w] and kernels [o×c×kh×kw]. */
export function convolutionShape(x: Shape, kernel: Shape, window: Window): Shape {
  const [b, , h, w] = x as [number, number, number, number];
  const [o, , kh, kw] = kernel as [number, number, number, number];
  return [
    b,
    o,
    windowPositions(h, kh, window.stride[0], window.padding[0]),
    windowPositions(w, kw, window.stride[1], window.padding[1]),
  ];
}

/** [c×h×w×b] → [b×c×h×w]. */
export function batchFirstShape([c, h, w, b]: Shape): Shape {
  return [b!, c!, h!, w!];
}

/** [b×c×h×w] → [c×h×w×b]. */
export function batchLastShape([b, c, h, w]: Shape): Shape {
  return [c!, h!, w!, b!];
}

/**
 * y[b,o,i,j] = Σ x[b, c, i·s + u − p, j·s + v − p] · w[o, c, u, v], zero outside x.
 *
 * Shapes: x [b×c×h×w], w [o×c×kh×kw] → [b×o×h'×w'], h' = ⌊(h + 2p − kh)/s⌋ + 1.
 */
export function conv2d(x: Value, w: Value, options: ConvolutionOptions = {}): Value {
  const { label, batchLast = false } = options;
  const window: Window = { stride: pair(options.stride ?? 1), padding: pair(options.padding ?? 0) };
  requireFloat("conv2d", label, [x, w]);
  const shapes = [x.shape, w.shape];
  if (x.shape.length !== 4 || w.shape.length !== 4)
    throw shapeError("conv2d", label, "both inputs must have 4 axes", shapes);
  const xShape = batchLast ? batchFirstShape(x.shape) : x.shape;
  if (xShape[1] !== w.shape[1]) throw shapeError("conv2d", label, "channels must be equal", shapes);
  if (
    !window.stride.every((s) => Number.isInteger(s) && s > 0) ||
    !window.padding.every((p) => Number.isInteger(p) && p >= 0)
  ) {
    throw new RangeError(
      `conv2d: stride must be positive and padding non-negative integers, got ${JSON.stringify(window)}`,
    );
  }
  const shape = convolutionShape(xShape, w.shape, window);
  if (shape.some((size) => size < 1)) throw shapeError("conv2d", label, "the kernel must fit the padded input", shapes);
  return batchLast
    ? {
        ...{ op: "conv2d", inputs: [x, w], attributes: { ...window, batchLast }, dtype: "float32" },
        shape: batchLastShape(shape),
      }
    : { op: "conv2d", inputs: [x, w], attributes: window, shape, dtype: "float32" };
}

/** The adjoint of `conv2d` in x: what the output gradient `dy` gives at an input of shape `inputShape`. */
export function conv2dInputGradient(dy: Value, w: Value, inputShape: Shape, window: ConvolutionWindow): Value {
  return { op: "conv2dInputGradient", inputs: [dy, w], attributes: window, shape: inputShape, dtype: "float32" };
}

/** The adjoint of `conv2d` in w: what the output gradient `dy` gives at kernels of shape `kernelShape`. */
export function conv2dWeightGradient(x: Value, dy: Value, kernelShape: Shape, window: ConvolutionWindow): Value {
  return { op: "conv2dWeightGradient", inputs: [x, dy], attributes: window, shape: kernelShape, dtype: "float32" };
}
