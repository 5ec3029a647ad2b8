/** Losses as graphs: means over all elements of outputs y and targets t of one shape. */
import { add, constant, exp, log, mul, reduceMean, relu, stopGradient, sub, type Value } from "onnx-grad";

/** −t log σ(y) − (1 − t) log(1 − σ(y)) as max(y, 0) − y·t + log(1 + e^(−|y|)), right for logits of any finite size. */
export function binaryCrossEntropy(logits: Value, targets: Value): Value {
  // The sum of all terms does not depend on m.
  const m = stopGradient(relu(logits));
  const growth = log(add(exp(sub(constant(0), m)), exp(sub(logits, m))));
  return reduceMean(add(sub(m, mul(logits, targets)), growth));
}

/** (y − t)². */
export function meanSquaredError(outputs: Value, targets: Value): Value {
  const error = sub(outputs, targets);
  return reduceMean(mul(error, error));
}

/** |y − t|; the derivative where they are equal is 0. */
export function meanAbsoluteError(outputs: Value, targets: Value): Value {
  return reduceMean(add(relu(sub(outputs, targets)), relu(sub(targets, outputs))));
}

/** e²/2 where |e| is at most δ, and δ(|e| − δ/2) beyond, e = y − t. */
export function huberLoss(outputs: Value, targets: Value, delta: number): Value {
  const error = sub(outputs, targets);
  // e clipped to [−δ, δ].
  const clipped = sub(sub(relu(add(error, constant(delta))), relu(sub(error, constant(delta)))), constant(delta));
  return reduceMean(mul(clipped, sub(error, mul(clipped, constant(0.5)))));
}
