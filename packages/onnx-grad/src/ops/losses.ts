/** Losses: means over all predictions, scalars. */

import { requireFloat, requireLabels, requirePositive } from "../graph/requirements.ts";
import { shapeError } from "../graph/shapeError.ts";
import { sameShape, sizeOf, type Value } from "../graph/value.ts";
import { abs, clip, neg } from "./arithmetic.ts";
import { add, div, exp, log, mul, relu, stopGradient, sub } from "./elementwise.ts";
import { constant } from "./leaves.ts";
import { pick, reduceMean, reduceSum } from "./reductions.ts";
import { logSoftmax } from "./softmax.ts";

/**
 * Mean over all predictions of −log softmax(logits)[label]; logits [… × classes], labels int32 […] → scalar.
 *
 * Logits of −∞ and of any finite size are right: only the labels' own terms are added. Labels outside 0 … classes − 1 are
 * an error when the graph runs, also one of the gradient alone.
 */
export function softmaxCrossEntropy(logits: Value, labels: Value, label = "softmaxCrossEntropy"): Value {
  requireFloat("softmaxCrossEntropy", undefined, [logits]);
  requireLabels("softmaxCrossEntropy", undefined, labels);
  if (logits.shape.length === 0 || !sameShape(logits.shape.slice(0, -1), labels.shape)) {
    throw shapeError("softmaxCrossEntropy", label, "logits must be [… × classes] and labels […]", [
      logits.shape,
      labels.shape,
    ]);
  }
  return div(reduceSum(pick(logSoftmax(logits), labels)), constant(-sizeOf(labels.shape)));
}

/**
 * Mean over all elements of −t log σ(x) − (1 − t) log(1 − σ(x)) for logits x and targets t in [0, 1], of one shape.
 *
 * As max(x, 0) − x·t + log(1 + e^(−|x|)): right for logits of any finite size, with the derivative σ(x) − t at 0 too.
 */
export function binaryCrossEntropyWithLogits(logits: Value, targets: Value): Value {
  requireSameShape("binaryCrossEntropyWithLogits", logits, targets);
  // The sum of all terms does not depend on m.
  const m = stopGradient(relu(logits));
  const growth = log(add(exp(neg(m)), exp(sub(logits, m))));
  return reduceMean(add(sub(m, mul(logits, targets)), growth));
}

/** Mean of (y − t)² over all elements. */
export function meanSquaredError(predictions: Value, targets: Value): Value {
  requireSameShape("meanSquaredError", predictions, targets);
  const error = sub(predictions, targets);
  return reduceMean(mul(error, error));
}

/** Mean of |y − t| over all elements; the derivative where they are equal is 0. */
export function meanAbsoluteError(predictions: Value, targets: Value): Value {
  requireSameShape("meanAbsoluteError", predictions, targets);
  return reduceMean(abs(sub(predictions, targets)));
}

/** Mean over all elements of e²/2 where the error e = y − t is at most `delta`, and delta·(|e| − delta/2) beyond. */
export function huberLoss(predictions: Value, targets: Value, delta = 1): Value {
  requireSameShape("huberLoss", predictions, targets);
  requirePositive("huberLoss", "delta", delta);
  const error = sub(predictions, targets);
  const clipped = clip(error, { low: -delta, high: delta });
  return reduceMean(mul(clipped, sub(error, mul(clipped, constant(0.5)))));
}

function requireSameShape(op: string, predictions: Value, targets: Value): void {
  requireFloat(op, undefined, [predictions, targets]);
  if (!sameShape(predictions.shape, targets.shape))
    throw shapeError(op, undefined, "predictions and targets must have one shape", [predictions.shape, targets.shape]);
}
