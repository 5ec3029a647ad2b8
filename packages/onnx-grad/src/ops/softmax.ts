/** Softmax and its logarithm over any axis, and the sum inside them. */
import { optionRules, requireFloat, requireOptions } from "../graph/requirements.ts";
import { shapeError } from "../graph/shapeError.ts";
import type { Value } from "../graph/value.ts";
import { abs } from "./arithmetic.ts";
import { axisOf } from "./axisOf.ts";
import { add, equal, exp, log, stopGradient, sub, where } from "./elementwise.ts";
import { reshape, transpose } from "./layout.ts";
import { constant } from "./leaves.ts";
import { type ReduceOptions, reduceMax, reduceSum } from "./reductions.ts";

/** Options of `softmax` and `logSoftmax`. */
export interface SoftmaxOptions {
  /** Negative from the end; the last by default. */
  readonly axis?: number;
  readonly label?: string;
}

const rules = { axis: optionRules.integer, label: optionRules.text };

/** eˣ / Σ eˣ over an axis: a distribution. */
export function softmax(x: Value, options: SoftmaxOptions = {}): Value {
  return overAxis("softmax", x, options);
}

/** log softmax(x) over an axis, without overflow. */
export function logSoftmax(x: Value, options: SoftmaxOptions = {}): Value {
  return overAxis("logSoftmax", x, options);
}

function overAxis(op: "softmax" | "logSoftmax", x: Value, options: SoftmaxOptions): Value {
  requireOptions(op, options, rules);
  const { axis = -1, label } = options;
  requireFloat(op, label, [x]);
  if (x.shape.length === 0) throw shapeError(op, label, "the input must have an axis", [x.shape]);
  const at = axisOf(op, label, axis, x.shape);
  const last = x.shape.length - 1;
  if (at === last) return { op, inputs: [x], attributes: {}, shape: x.shape, dtype: "float32" };
  const exchanged = x.shape.map((_, i) => (i === at ? last : i === last ? at : i));
  return transpose(overAxis(op, transpose(x, exchanged), { axis: -1 }), exchanged);
}

/** log Σ eˣ over axes, without overflow; −∞ where all elements are −∞. */
export function logSumExp(x: Value, options: ReduceOptions = {}): Value {
  const whole = { ...options, keepDims: true };
  const largest = stopGradient(reduceMax(x, whole));
  // The sum does not depend on m, which is the largest element where that is a number.
  const m = where(equal(abs(largest), constant(Infinity)), constant(0), largest);
  const sum = add(log(reduceSum(exp(sub(x, m)), whole)), m);
  return options.keepDims ? sum : reshape(sum, reduceSum(x, options).shape);
}
