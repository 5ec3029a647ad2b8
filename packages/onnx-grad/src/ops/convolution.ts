/**
 * Two-dimensional convolution (cross-correlation, as in the field) and its two adjoints.
 *
 * The three are bilinear in each other: ⟨dy, conv2d(x, w)⟩ = ⟨x, inputGradient(dy, w)⟩ = ⟨w, weightGradient(x, dy)⟩, so
 * the set is closed under differentiation.
 */
import { optionRules, requireFloat, requireOptions, requireShape } from "../graph/requirements.ts";
import { shapeError } from "../graph/shapeError.ts";
import { type ConvolutionWindow, type Shape, sameShape, showShape, type Value, type Window } from "../graph/value.ts";

/** Options of `conv2d` and its adjoints; a number stands for both axes. */
export interface ConvolutionOptions {
  readonly stride?: number | readonly [number, number];
  /** Zeros added on each side. */
  readonly padding?: number | readonly [number, number];
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
function convolutionShape(x: Shape, kernel: Shape, window: Window): Shape {
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

const rules = { stride: optionRules.positivePair, padding: optionRules.countPair, label: optionRules.text };

function windowOf(op: string, options: ConvolutionOptions): Window {
  requireOptions(op, options, rules);
  const { stride = 1, padding = 0 } = options;
  return { stride: pair(stride), padding: pair(padding) };
}

/** The shape of conv2d(x, w) in the window's layout. */
function outputShape(op: string, label: string | undefined, x: Shape, w: Shape, window: ConvolutionWindow): Shape {
  if (x.length !== 4 || w.length !== 4) throw shapeError(op, label, "images and kernels must have 4 axes each", [x, w]);
  const images = window.batchLast ? batchFirstShape(x) : x;
  if (images[1] !== w[1]) throw shapeError(op, label, "channels must be equal", [x, w]);
  const shape = convolutionShape(images, w, window);
  if (shape.some((size) => size < 1)) throw shapeError(op, label, "the kernel must fit the padded input", [x, w]);
  return window.batchLast ? batchLastShape(shape) : shape;
}

/** Throws unless the output gradient `dy` has the shape of the convolution's output. */
function requireOutput(op: string, label: string | undefined, dy: Value, expected: Shape): void {
  if (!sameShape(dy.shape, expected))
    throw shapeError(op, label, `dy must have the convolution's shape ${showShape(expected)}`, [dy.shape]);
}

/**
 * y[b,o,i,j] = Σ x[b, c, i·s + u − p, j·s + v − p] · w[o, c, u, v], zero outside x.
 *
 * Shapes: x [b×c×h×w], w [o×c×kh×kw] → [b×o×h'×w'], h' = ⌊(h + 2p − kh)/s⌋ + 1.
 */
export function conv2d(x: Value, w: Value, options: ConvolutionOptions = {}): Value {
  return convolve(x, w, windowOf("conv2d", options), options.label);
}

/** The adjoint of `conv2d` in x: what the output gradient `dy` gives at an input of shape `inputShape`. */
export function conv2dInputGradient(dy: Value, w: Value, inputShape: Shape, options: ConvolutionOptions = {}): Value {
  return inputGradient(dy, w, inputShape, windowOf("conv2dInputGradient", options), options.label);
}

/** The adjoint of `conv2d` in w: what the output gradient `dy` gives at kernels of shape `kernelShape`. */
export function conv2dWeightGradient(x: Value, dy: Value, kernelShape: Shape, options: ConvolutionOptions = {}): Value {
  return weightGradient(x, dy, kernelShape, windowOf("conv2dWeightGradient", options), options.label);
}

/** `conv2d` in the layout of `window`. */
export function convolve(x: Value, w: Value, window: ConvolutionWindow, label?: string): Value {
  requireFloat("conv2d", label, [x, w]);
  const shape = outputShape("conv2d", label, x.shape, w.shape, window);
  return { op: "conv2d", inputs: [x, w], attributes: window, shape, dtype: "float32" };
}

/** `conv2dInputGradient` in the layout of `window`. */
export function inputGradient(dy: Value, w: Value, shape: Shape, window: ConvolutionWindow, label?: string): Value {
  const op = "conv2dInputGradient";
  requireFloat(op, label, [dy, w]);
  requireShape(op, label, shape);
  requireOutput(op, label, dy, outputShape(op, label, shape, w.shape, window));
  return { op, inputs: [dy, w], attributes: window, shape, dtype: "float32" };
}

/** `conv2dWeightGradient` in the layout of `window`. */
export function weightGradient(x: Value, dy: Value, shape: Shape, window: ConvolutionWindow, label?: string): Value {
  const op = "conv2dWeightGradient";
  requireFloat(op, label, [x, dy]);
  requireShape(op, label, shape);
  requireOutput(op, label, dy, outputShape(op, label, x.shape, shape, window));
  return { op, inputs: [x, dy], attributes: window, shape, dtype: "float32" };
}
