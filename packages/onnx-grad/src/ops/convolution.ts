/**
 * Two-dimensional convolution (cross-correlation, as in the field) and its two adjoints.
 *
 * The three are bilinear in each other: ⟨dy, conv2d(x, w)⟩ = ⟨x, inputGradient(dy, w)⟩ = ⟨w, weightGradient(x, dy)⟩, so
 * the set is closed under differentiation.
 */
import { type OptionRule, optionRules, requireFloat, requireOptions, requireShape } from "../graph/requirements.ts";
import { shapeError } from "../graph/shapeError.ts";
import { type ConvolutionWindow, type Shape, sameShape, showShape, type Value } from "../graph/value.ts";
import { type WindowOptions, windowFrom, windowPositions, windowRules } from "./window.ts";

/** Options of `conv2d` and its adjoints. */
export interface ConvolutionOptions extends WindowOptions {
  /** Channels and filters in as many equal parts, each filter over the channels of its part. Default 1. */
  readonly groups?: number;
  readonly label?: string;
}

/** The rules of `ConvolutionOptions`. */
export const convolutionRules: Readonly<Record<keyof ConvolutionOptions, OptionRule>> = {
  ...windowRules,
  groups: optionRules.positiveInteger,
  label: optionRules.text,
};

/** [c×h×w×b] → [b×c×h×w]. */
export function batchFirstShape([c, h, w, b]: Shape): Shape {
  return [b!, c!, h!, w!];
}

/** [b×c×h×w] → [c×h×w×b]. */
export function batchLastShape([b, c, h, w]: Shape): Shape {
  return [c!, h!, w!, b!];
}

/** The window of `options` for images and kernels of these shapes. */
function windowOf(op: string, options: ConvolutionOptions, image: Shape, kernel: Shape): ConvolutionWindow {
  const [[, , height, width], [, , rows, columns]] = [image, kernel];
  return {
    ...windowFrom(op, options, [height!, width!], [rows!, columns!]),
    groups: options.groups ?? 1,
  };
}

/** The shape of conv2d(x, w) in the window's layout. */
function outputShape(op: string, label: string | undefined, x: Shape, w: Shape, window: ConvolutionWindow): Shape {
  if (x.length !== 4 || w.length !== 4) throw shapeError(op, label, "images and kernels must have 4 axes each", [x, w]);
  const [batch, channels, ...image] = (window.batchLast ? batchFirstShape(x) : x) as [number, number, number, number];
  const [filters, perFilter, ...kernel] = w as [number, number, number, number];
  const { groups, batchLast } = window;
  if (groups > 1 && batchLast) throw shapeError(op, label, "groups must have the batch first", [x, w]);
  if (channels !== perFilter * groups) {
    const rule = groups === 1 ? "channels must be equal" : `channels must be ${groups} groups of those of the kernels`;
    throw shapeError(op, label, rule, [x, w]);
  }
  if (filters % groups !== 0) throw shapeError(op, label, `filters must divide into ${groups} groups`, [x, w]);
  const shape = [batch, filters, ...windowPositions(image, kernel, window)];
  if (shape.some((size) => size < 1)) throw shapeError(op, label, "the kernel must fit the padded input", [x, w]);
  return window.batchLast ? batchLastShape(shape) : shape;
}

/** Throws unless the output gradient `dy` has the shape of the convolution's output. */
function requireOutput(op: string, label: string | undefined, dy: Value, expected: Shape): void {
  if (!sameShape(dy.shape, expected))
    throw shapeError(op, label, `dy must have the convolution's shape ${showShape(expected)}`, [dy.shape]);
}

/**
 * y[b,o,i,j] = Σ x[b, c, i·s + u·d − p, j·s + v·d − p] · w[o, c, u, v], zero outside x; with groups c runs over those of o's part.
 *
 * Shapes: x [b×c×h×w], w [o×c/groups×kh×kw] → [b×o×h'×w'], h' = ⌊(h + p + p' − (kh − 1)·d − 1)/s⌋ + 1 for p rows added above
 * and p' below.
 *
 * @throws RangeError if channels or filters do not divide into the groups, or the kernel does not fit the padded input
 */
export function conv2d(x: Value, w: Value, options: ConvolutionOptions = {}): Value {
  requireOptions("conv2d", options, convolutionRules);
  requireFloat("conv2d", options.label, [x, w]);
  return convolve(x, w, windowOf("conv2d", options, x.shape, w.shape), options.label);
}

/** The adjoint of `conv2d` in x: what the output gradient `dy` gives at an input of shape `inputShape`. */
export function conv2dInputGradient(dy: Value, w: Value, inputShape: Shape, options: ConvolutionOptions = {}): Value {
  const op = "conv2dInputGradient";
  requireOptions(op, options, convolutionRules);
  requireFloat(op, options.label, [dy, w]);
  requireShape(op, options.label, inputShape);
  return inputGradient(dy, w, inputShape, windowOf(op, options, inputShape, w.shape), options.label);
}

/** The adjoint of `conv2d` in w: what the output gradient `dy` gives at kernels of shape `kernelShape`. */
export function conv2dWeightGradient(x: Value, dy: Value, kernelShape: Shape, options: ConvolutionOptions = {}): Value {
  const op = "conv2dWeightGradient";
  requireOptions(op, options, convolutionRules);
  requireFloat(op, options.label, [x, dy]);
  requireShape(op, options.label, kernelShape);
  return weightGradient(x, dy, kernelShape, windowOf(op, options, x.shape, kernelShape), options.label);
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
