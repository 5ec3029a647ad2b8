import { rangeError } from "../graph/errors.ts";
import { optionRules, requireFloat, requireLabels, requireOptions } from "../graph/requirements.ts";
import { shapeError } from "../graph/shapeError.ts";
import { type Shape, sameShape, sizeOf, type Value } from "../graph/value.ts";
import { axisOf } from "./axisOf.ts";
import { mul, sub } from "./elementwise.ts";
import { constant } from "./leaves.ts";

/** Options of the reductions. */
export interface ReduceOptions {
  /** Axes to reduce, negative from the end; all by default. */
  readonly axes?: readonly number[];
  /** Keep reduced axes with size 1; false by default. */
  readonly keepDims?: boolean;
  readonly label?: string;
}

const rules = { axes: optionRules.integers, keepDims: optionRules.flag, label: optionRules.text };

function reduce(op: "reduceSum" | "reduceMax", x: Value, options: ReduceOptions): Value {
  requireOptions(op, options, rules);
  const { keepDims = false, label } = options;
  requireFloat(op, label, [x]);
  const rank = x.shape.length;
  const axes = (options.axes ?? x.shape.map((_, axis) => axis))
    .map((axis) => (axis < 0 ? axis + rank : axis))
    .sort((a, b) => a - b);
  if (axes.some((axis, i) => !(Number.isInteger(axis) && axis >= 0 && axis < rank) || axis === axes[i - 1])) {
    throw shapeError(op, label, `axes must be distinct axes of the input (${options.axes?.join(", ")})`, [x.shape]);
  }
  if (axes.length === 0) return x;
  const shape = keepDims
    ? x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
    : x.shape.filter((_, axis) => !axes.includes(axis));
  return { op, inputs: [x], attributes: { axes, keepDims }, shape, dtype: "float32" };
}

/** Σ over the given axes. */
export function reduceSum(x: Value, options: ReduceOptions = {}): Value {
  return reduce("reduceSum", x, options);
}

/** Maximum over the given axes; ties share the derivative equally. */
export function reduceMax(x: Value, options: ReduceOptions = {}): Value {
  return reduce("reduceMax", x, options);
}

/** Mean over the given axes. */
export function reduceMean(x: Value, options: ReduceOptions = {}): Value {
  requireOptions("reduceMean", options, rules);
  const sum = reduceSum(x, options);
  return mul(sum, constant(sizeOf(sum.shape) / sizeOf(x.shape)));
}

/** Options of `cumulativeSum`. */
export interface CumulativeSumOptions {
  /** Negative from the end; the last by default. */
  readonly axis?: number;
  /** Sums from the end; false by default. */
  readonly reverse?: boolean;
  /** Each sum is without its own element; false by default. */
  readonly exclusive?: boolean;
  readonly label?: string;
}

const sumRules = {
  axis: optionRules.integer,
  reverse: optionRules.flag,
  exclusive: optionRules.flag,
  label: optionRules.text,
};

/** y[i] = Σ x[j] over j ≤ i along an axis; over j ≥ i in reverse, j < i exclusive. The adjoint is the same in reverse. */
export function cumulativeSum(x: Value, options: CumulativeSumOptions = {}): Value {
  requireOptions("cumulativeSum", options, sumRules);
  const { axis = -1, reverse = false, exclusive = false, label } = options;
  requireFloat("cumulativeSum", label, [x]);
  const attributes = { axis: axisOf("cumulativeSum", label, axis, x.shape), reverse, exclusive };
  return { op: "cumulativeSum", inputs: [x], attributes, shape: x.shape, dtype: "float32" };
}

/** Σ over the axes along which `shape` was broadcast to x's shape: the adjoint of broadcasting. */
export function sumTo(x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  const extra = x.shape.length - shape.length;
  const leading = x.shape.slice(0, extra).map((_, axis) => axis);
  const summed = reduceSum(x, { axes: leading });
  const stretched = shape.flatMap((size, axis) => (size === 1 && summed.shape[axis] !== 1 ? [axis] : []));
  return reduceSum(summed, { axes: stretched, keepDims: true });
}

/** Mean and (biased) variance over the given axes, kept with size 1: var = mean((x − mean)²). */
export function moments(x: Value, axes: readonly number[]): { mean: Value; variance: Value } {
  const mean = reduceMean(x, { axes, keepDims: true });
  const centred = sub(x, mean);
  return { mean, variance: reduceMean(mul(centred, centred), { axes, keepDims: true }) };
}

/** Rows of the identity: int32 labels [… ] → [… × depth], 1 at the label, 0 elsewhere (all 0 outside 0 … depth − 1). */
export function oneHot(labels: Value, depth: number): Value {
  requireLabels("oneHot", undefined, labels);
  if (!(Number.isSafeInteger(depth) && depth > 0))
    throw rangeError("oneHot", "depth", "must be a positive integer", depth);
  return { op: "oneHot", inputs: [labels], attributes: {}, shape: [...labels.shape, depth], dtype: "float32" };
}

/**
 * The element of each row at its label: x [… × n], int32 labels […] → [… × 1].
 *
 * A label outside 0 … n − 1 is an error when the graph runs, also one of derivatives alone.
 */
export function pick(x: Value, labels: Value, label?: string): Value {
  requireFloat("pick", label, [x]);
  requireLabels("pick", label, labels);
  if (x.shape.length === 0 || !sameShape(labels.shape, x.shape.slice(0, -1)))
    throw shapeError("pick", label, "there must be one label per row", [x.shape, labels.shape]);
  return { op: "pick", inputs: [x, labels], attributes: {}, shape: [...labels.shape, 1], dtype: "float32" };
}
