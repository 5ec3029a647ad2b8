/** Cross-entropies over many classes and their derivatives in fewer passes over all the classes. */
import { type Node, type Shape, sameShape, type Value } from "../graph/value.ts";
import { isLabelSlope, manyClasses } from "../rewrite/labelSlope.ts";
import { oneHotTimes } from "../rewrite/oneHotTimes.ts";
import { uniform } from "../rewrite/stableForms.ts";
import type { Fusion } from "./dialect.ts";
import { labelColumn } from "./lowerIndexing.ts";
import type { LoweringContext } from "./loweringContext.ts";

/** oneHot(labels)·g − p and p − oneHot(labels)·g: the term of the labels added where they are, without a matrix of the one-hots. */
export const softmaxGradient: Fusion = (value, context) => {
  if (value.op !== "sub" || value.shape.at(-1)! < manyClasses) return undefined;
  const [a, b] = value.inputs as [Value, Value];
  return atLabels(value, a, b, context, true) ?? atLabels(value, b, a, context, false);
};

/** g added to −p at the labels, or −g to p. */
function atLabels(
  { shape }: Node<"sub">,
  ones: Value,
  p: Value,
  context: LoweringContext,
  isNegative: boolean,
): string | undefined {
  const found = oneHotTimes(ones);
  if (found === undefined || !context.usedOnce(ones) || !sameShape(ones.shape, p.shape)) return undefined;
  const { graph, nameOf } = context;
  const [whole, term] = isNegative
    ? [graph.node("Neg", [nameOf(p)]), nameOf(found.factor)]
    : [nameOf(p), graph.node("Neg", [afterMaximum(nameOf(found.factor), p, context)])];
  return graph.node("ScatterElements", [whole, labelColumn(found.labels, context), term], {
    attributes: { axis: shape.length - 1, reduction: "add" },
  });
}

/**
 * `x`, which is there when the maximum of p that `labelTerm` reads has been taken: then nobody reads p any more, and ONNX Runtime adds
 * in place instead of copying p before.
 */
function afterMaximum(x: string, p: Value, context: LoweringContext): string {
  const { graph, nameOf, isReadBy } = context;
  if (p.op !== "softmax" || !isReadBy(p.inputs[0]!, "logSoftmax")) return x;
  return graph.node("Add", [x, graph.node("Mul", [largest(nameOf(p), p.shape, context), graph.floats([0], [])])]);
}

/** The largest of each row, NaN where all are. */
const largest = (x: string, { length }: Shape, { graph }: LoweringContext): string =>
  graph.node("ReduceMax", [x, graph.ints([length - 1])], { attributes: { keepdims: 1 } });

/** (D B)·c and (A D)·c with D = p − oneHot(labels) and one number c: the product's own factor. */
export const timesFactor: Fusion = (value, { graph, nameOf, usedOnce }) => {
  if (value.op !== "mul") return undefined;
  const [product, factor] = value.inputs as [Value, Value];
  const c = factor.shape.length === 0 ? uniform(factor) : undefined;
  if (c === undefined || product.op !== "matmul" || product.shape.length !== 2 || !usedOnce(product)) return undefined;
  if (!product.inputs.some(isLabelSlope)) return undefined;
  const { transposeA, transposeB } = product.attributes;
  return graph.node("Gemm", product.inputs.map(nameOf), {
    attributes: { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0, alpha: { float: c } },
  });
};

/**
 * log softmax(x) at the labels where softmax(x) is computed anyway: (x − max x) + log(max softmax(x)), whose last term is the logarithm
 * of one over the sum. Maxima take less than a third of what a second softmax does.
 *
 * Of a row with a NaN all of softmax(x) is NaN, and so is the result.
 */
export const labelTerm: Fusion = (value, context) => {
  if (value.op !== "pick" || value.inputs[0]!.op !== "logSoftmax") return undefined;
  const [logs, labels] = value.inputs as [Value, Value];
  const x = logs.inputs[0]!;
  if (x.shape.at(-1)! < manyClasses || !context.usedOnce(logs) || !context.isReadBy(x, "softmax")) return undefined;
  const { graph, nameOf } = context;
  const p = graph.node("Softmax", [nameOf(x)], { attributes: { axis: -1 } });
  const picked = graph.node("GatherElements", [nameOf(x), labelColumn(labels, context)], { attributes: { axis: -1 } });
  return graph.node("Add", [
    graph.node("Sub", [picked, largest(nameOf(x), x.shape, context)]),
    graph.node("Log", [largest(p, x.shape, context)]),
  ]);
};
