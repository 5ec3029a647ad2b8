import { sameShape, type Value } from "../graph/value.ts";
import { oneHotTimes } from "../rewrite/oneHotTimes.ts";
import type { Fusion } from "./dialect.ts";
import { labelColumn } from "./lowerIndexing.ts";

/** From this many classes on the ones of the labels are added where they are: with few a comparison of all costs less. */
const manyClasses = 1024;

/** oneHot(labels)·g − p, the derivative of a cross-entropy: g added to −p at the labels, without a matrix of the one-hots. */
export const softmaxGradient: Fusion = (value, context) => {
  if (value.op !== "sub" || value.shape.at(-1)! < manyClasses) return undefined;
  const [ones, p] = value.inputs as [Value, Value];
  const found = oneHotTimes(ones);
  if (found === undefined || !context.usedOnce(ones) || !sameShape(ones.shape, p.shape)) return undefined;
  const { graph, nameOf } = context;
  const minus = graph.node("Neg", [nameOf(p)]);
  return graph.node("ScatterElements", [minus, labelColumn(found.labels, context), nameOf(found.factor)], {
    attributes: { axis: value.shape.length - 1, reduction: "add" },
  });
};
