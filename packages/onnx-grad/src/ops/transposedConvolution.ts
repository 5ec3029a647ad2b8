import { rangeError } from "../graph/errors.ts";
import { optionRules, requireFloat, requireOptions } from "../graph/requirements.ts";
import { shapeError } from "../graph/shapeError.ts";
import type { Value } from "../graph/value.ts";
import { type ConvolutionOptions, conv2dInputGradient, convolutionRules } from "./convolution.ts";
import { extent, type Pair, pair, windowFrom } from "./window.ts";

/** Options of `convTranspose2d`. */
export interface ConvTransposeOptions extends ConvolutionOptions {
  /** Rows and columns after the last that the formula of the shape gives; less than the stride. Default 0. */
  readonly outputPadding?: Pair;
}

const rules = { ...convolutionRules, outputPadding: optionRules.countPair };

/**
 * Transposed convolution: each element of x spreads a multiple of the kernels over a window of the output, which is
 * the input gradient of `conv2d` with the same options.
 *
 * Shapes: x [b×i×h×w], w [i×o/groups×kh×kw] → [b×o×h'×w'], h' = (h − 1)·s + (kh − 1)·d + 1 − p − p' + outputPadding; with
 * `autoPad` same-upper or same-lower h' = h·s.
 *
 * @throws RangeError if the output padding is not less than the stride, or the output would be empty
 */
export function convTranspose2d(x: Value, w: Value, options: ConvTransposeOptions = {}): Value {
  const op = "convTranspose2d";
  requireOptions(op, options, rules);
  const { outputPadding = 0, ...convolution } = options;
  const { label, groups = 1, autoPad } = options;
  requireFloat(op, label, [x, w]);
  if (x.shape.length !== 4 || w.shape.length !== 4)
    throw shapeError(op, label, "images and kernels must have 4 axes each", [x.shape, w.shape]);
  const kernel = [w.shape[2]!, w.shape[3]!] as const;
  const same = autoPad === "same-upper" || autoPad === "same-lower";
  const more = pair(outputPadding);
  const window = windowFrom(op, convolution, [1, 1], kernel);
  if (same && more.some((n) => n > 0))
    throw rangeError(op, "outputPadding", `must be 0 with autoPad ${autoPad}`, outputPadding);
  if (more.some((n, axis) => n >= window.stride[axis as 0 | 1]))
    throw rangeError(op, "outputPadding", "must be less than the stride", outputPadding);
  if (x.shape[1] !== w.shape[0])
    throw shapeError(op, label, "channels must be those of the kernels' first axis", [x.shape, w.shape]);
  const size = ([0, 1] as const).map((axis) => {
    const length = x.shape[2 + axis]!;
    if (same) return length * window.stride[axis];
    const whole = (length - 1) * window.stride[axis] + extent(kernel, window, axis);
    return whole - window.padding[axis] - window.padding[axis + 2]! + more[axis];
  });
  if (size.some((n) => n < 1)) throw shapeError(op, label, "the output must not be empty", [x.shape, w.shape]);
  return conv2dInputGradient(x, w, [x.shape[0]!, w.shape[1]! * groups, ...size], convolution);
}
