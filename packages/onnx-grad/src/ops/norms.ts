/** Reductions composed of primitives. */
import type { Value } from "../graph/value.ts";
import { sizeOf } from "../graph/value.ts";
import { abs, neg } from "./arithmetic.ts";
import { div, greater, mul, sqrt, stopGradient, where } from "./elementwise.ts";
import { concat, reshape, slice, transpose } from "./layout.ts";
import { constant } from "./leaves.ts";
import { type ReduceOptions, reduceMax, reduceSum } from "./reductions.ts";

/** Minimum over the given axes; ties share the derivative equally. */
export function reduceMin(x: Value, options: ReduceOptions = {}): Value {
  return neg(reduceMax(neg(x), options));
}

/**
 * Product over the given axes, as a tree of products: right at zeros too, to second order.
 *
 * Cost: two multiplications per element in ⌈log₂ n⌉ steps.
 */
export function reduceProduct(x: Value, options: ReduceOptions = {}): Value {
  // Shape and errors are those of any reduction.
  const { shape } = reduceSum(x, options);
  const wanted = options.axes ?? x.shape.map((_, axis) => axis);
  const axes = wanted.map((axis) => (axis < 0 ? axis + x.shape.length : axis));
  const kept = x.shape.flatMap((_, axis) => (axes.includes(axis) ? [] : [axis]));
  let factors = reshape(transpose(x, [...kept, ...axes]), [sizeOf(shape), -1]);
  for (let n = factors.shape[1]!; n > 1; n = factors.shape[1]!) {
    const half = n >> 1;
    const rows = factors.shape[0]!;
    const part = (start: number, length: number): Value => slice(factors, [0, start], [rows, length]);
    const pairs = mul(part(0, half), part(half, half));
    factors = n % 2 === 0 ? pairs : concat([pairs, part(n - 1, 1)], 1);
  }
  return reshape(factors, shape);
}

/** Σ|x| over the given axes; the derivative of |x| at 0 is 0. */
export function l1Norm(x: Value, options: ReduceOptions = {}): Value {
  return reduceSum(abs(x), options);
}

/** √Σx² over the given axes, without overflow of the squares; its derivative where all elements are 0 is 0. */
export function l2Norm(x: Value, options: ReduceOptions = {}): Value {
  const whole = { ...options, keepDims: true };
  const largest = reduceMax(abs(x), whole);
  // The norm m·|x/m| does not depend on m.
  const m = stopGradient(where(greater(largest, constant(0)), largest, constant(1)));
  const ratio = div(x, m);
  const squares = reduceSum(mul(ratio, ratio), whole);
  const norm = mul(where(greater(squares, constant(0)), sqrt(squares), constant(0)), m);
  return options.keepDims ? norm : reshape(norm, reduceSum(x, options).shape);
}
