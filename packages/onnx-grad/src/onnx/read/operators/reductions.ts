/** Sums, extrema and products over axes. */
import type { Value } from "../../../graph/value.ts";
import { neg } from "../../../ops/arithmetic.ts";
import { log, mul, sub } from "../../../ops/elementwise.ts";
import { argMax, gather } from "../../../ops/indexing.ts";
import { constant } from "../../../ops/leaves.ts";
import { l1Norm, l2Norm, reduceMin, reduceProduct } from "../../../ops/norms.ts";
import { cumulativeSum, type ReduceOptions, reduceMax, reduceMean, reduceSum } from "../../../ops/reductions.ts";
import { logSumExp } from "../../../ops/softmax.ts";
import type { NodeReader } from "../nodeReader.ts";
import { int64, type Operator, type Operators } from "../operator.ts";
import { floatOf, known } from "../tensor.ts";

/** A reduction whose axes are an input since version `axesInput`, an attribute before. */
const reduction = (axesInput: number, of: (x: Value, options: ReduceOptions) => Value): Operator => ({
  attributes: ["axes", "keepdims", "noop_with_empty_axes"],
  read(node) {
    const x = node.float(0);
    const stated = node.opset < axesInput ? node.integers("axes") : node.has(1) ? node.known(1) : undefined;
    const keepDims = node.integer("keepdims", 1) !== 0;
    if ((stated === undefined || stated.length === 0) && node.integer("noop_with_empty_axes", 0) !== 0) {
      return of(x, { axes: [], keepDims });
    }
    const axes = stated?.length ? stated.map((axis) => node.axis(axis, x.shape.length)) : x.shape.map((_, i) => i);
    return of(x, { axes, keepDims });
  },
});

const squares = (x: Value): Value => mul(x, x);

/** Of equal ones the first, or with `select_last_index` the last. */
function extremum(node: NodeReader, of: (x: Value) => Value): Value {
  const x = of(node.float(0));
  const axis = node.axis(node.integer("axis", 0), x.shape.length);
  const keepDims = node.integer("keepdims", 1) !== 0;
  if (node.integer("select_last_index", 0) === 0) return argMax(x, { axis, keepDims });
  const last = x.shape[axis]! - 1;
  const backwards = constant(
    Array.from({ length: last + 1 }, (_, i) => last - i),
    [last + 1],
    "int32",
  );
  const at = argMax(gather(x, backwards, axis), { axis, keepDims });
  return sub(known([last], []), floatOf(at));
}

const arg = (of: (x: Value) => Value): Operator => ({
  withoutGradient: true,
  attributes: ["axis", "keepdims", "select_last_index"],
  read: (node) => int64(extremum(node, of)),
});

export const reductions: Operators = {
  ArgMax: arg((x) => x),
  ArgMin: arg(neg),
  CumSum: {
    opsets: [11, 21],
    attributes: ["exclusive", "reverse"],
    read: (node) =>
      cumulativeSum(node.float(0), {
        axis: node.axis(node.known(1)[0]!, node.shape(0).length),
        exclusive: node.integer("exclusive", 0) !== 0,
        reverse: node.integer("reverse", 0) !== 0,
      }),
  },
  ReduceL1: reduction(18, l1Norm),
  ReduceL2: reduction(18, l2Norm),
  ReduceLogSum: reduction(18, (x, options) => log(reduceSum(x, options))),
  ReduceLogSumExp: reduction(18, logSumExp),
  ReduceMax: reduction(18, reduceMax),
  ReduceMean: reduction(18, reduceMean),
  ReduceMin: reduction(18, reduceMin),
  ReduceProd: reduction(18, reduceProduct),
  ReduceSum: reduction(13, reduceSum),
  ReduceSumSquare: reduction(18, (x, options) => reduceSum(squares(x), options)),
};
