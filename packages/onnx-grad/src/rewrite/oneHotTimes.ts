import { sameShape, type Value } from "../graph/value.ts";

/**
 * The labels and the factor of oneHot(labels)·factor, the derivative of a `pick`: one number per row, which is an error by itself
 * where a label is outside. Of other products the row is zero there.
 */
export function oneHotTimes(value: Value): { readonly labels: Value; readonly factor: Value } | undefined {
  if (value.op !== "mul") return undefined;
  const [hot, factor] = value.inputs as [Value, Value];
  if (hot.op !== "oneHot" || factor.op !== "add") return undefined;
  const [labels] = hot.inputs as [Value];
  const isOfLabels = factor.inputs.some(({ op, inputs }) => op === "pick" && inputs[1] === labels);
  return isOfLabels && sameShape(factor.shape, [...labels.shape, 1]) ? { labels, factor } : undefined;
}
