import { sizeOf, type Value } from "../graph/value.ts";
import type { Fusion } from "./dialect.ts";
import { labelColumn } from "./lowerIndexing.ts";

/** From this many classes on the ones of the labels are added where they are: with few a comparison of all costs less. */
const manyClasses = 1024;

/** A one-hot of labels times one number per row. */
function oneHotTimes(value: Value): readonly [labels: Value, factor: Value] | undefined {
  if (value.op !== "mul") return undefined;
  const [hot, factor] = value.inputs as [Value, Value];
  const perRow = factor.shape.length === value.shape.length && factor.shape.at(-1) === 1;
  return hot.op === "oneHot" && perRow && sizeOf(factor.shape) === sizeOf(value.shape) / value.shape.at(-1)!
    ? [hot.inputs[0]!, factor]
    : undefined;
}

/** oneHot(labels)·g − p, the derivative of a cross-entropy: g added to −p at the labels, without a matrix of the one-hots. */
export const softmaxGradient: Fusion = (value, context) => {
  if (value.op !== "sub" || value.shape.at(-1)! < manyClasses) return undefined;
  const [ones, p] = value.inputs as [Value, Value];
  const found = oneHotTimes(ones);
  if (found === undefined || !context.usedOnce(ones) || p.shape.length !== value.shape.length) return undefined;
  const { graph, nameOf } = context;
  const [labels, factor] = found;
  const minus = graph.node("Neg", [nameOf(p)]);
  return graph.node("ScatterElements", [minus, labelColumn(labels, context), nameOf(factor)], {
    attributes: { axis: value.shape.length - 1, reduction: "add" },
  });
};
