/** Losses that are operators of their own. */
import type { Value } from "../../../graph/value.ts";
import { neg } from "../../../ops/arithmetic.ts";
import { notEqual } from "../../../ops/comparisons.ts";
import { div, mul } from "../../../ops/elementwise.ts";
import { reshape, transpose } from "../../../ops/layout.ts";
import { oneHot, reduceMean, reduceSum } from "../../../ops/reductions.ts";
import { logSoftmax } from "../../../ops/softmax.ts";
import type { NodeReader } from "../nodeReader.ts";
import type { Operators, Result } from "../operator.ts";
import { floatOf, integerOf, known } from "../tensor.ts";

/** −log p at the labels, each times the weight of its class, as one number, or one per place with the reduction `none`. */
function likelihood(node: NodeReader, logs: Value): Value {
  const rank = logs.shape.length;
  const labels = node.value(1);
  const rows = oneHot(integerOf(labels), logs.shape[1]!);
  const order = [0, rank - 1, ...Array.from({ length: rank - 2 }, (_, i) => i + 1)];
  const perClass = [logs.shape[1]!, ...logs.shape.slice(2).map(() => 1)];
  const weights = node.has(2) ? node.float(2) : known(new Array<number>(logs.shape[1]!).fill(1));
  const ignored = node.hasAttribute("ignore_index") ? node.integer("ignore_index", 0) : undefined;
  const hot = mul(transpose(rows, order), reshape(weights, perClass));
  const weighted =
    ignored === undefined
      ? hot
      : mul(hot, reshape(notEqual(floatOf(labels), known([ignored], [])), [logs.shape[0]!, 1, ...logs.shape.slice(2)]));
  const losses = neg(reduceSum(mul(logs, weighted), { axes: [1] }));
  const reduction = node.text("reduction", "mean");
  if (reduction === "none") return losses;
  if (reduction === "sum") return reduceSum(losses);
  if (!node.has(2) && ignored === undefined) return reduceMean(losses);
  return div(reduceSum(losses), reduceSum(weighted));
}

function crossEntropy(node: NodeReader): Result[] {
  const logs = logSoftmax(node.float(0), { axis: 1 });
  return [likelihood(node, logs), logs];
}

export const losses: Operators = {
  NegativeLogLikelihoodLoss: {
    opsets: [12, 21],
    attributes: ["ignore_index", "reduction"],
    read: (node) => likelihood(node, node.float(0)),
  },
  SoftmaxCrossEntropyLoss: { opsets: [12, 21], attributes: ["ignore_index", "reduction"], read: crossEntropy },
};
