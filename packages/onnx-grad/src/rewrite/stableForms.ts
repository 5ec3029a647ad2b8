/**
 * Compositions whose values or derivatives are 0·∞ or lose all digits in float32, by forms that are right on the whole line.
 *
 * The rules are applied before a function is differentiated: the derivative of log σ(x) as written is (1/σ)·σ(1 − σ), which is NaN
 * where σ(x) is flushed to 0.
 */
import type { OpName, Value } from "../graph/value.ts";
import { softplus } from "../ops/activations.ts";
import { abs, neg } from "../ops/arithmetic.ts";
import { sigmoid } from "../ops/elementwise.ts";
import { pick } from "../ops/reductions.ts";
import { logSoftmax } from "../ops/softmax.ts";

/** The number that a constant holds everywhere, if it is one. */
export function uniform(value: Value): number | undefined {
  if (value.op !== "constant") return undefined;
  const { data } = value.attributes;
  return data.every((element) => element === data[0]) ? data[0] : undefined;
}

/** log σ(x) = −log(1 + e⁻ˣ); log softmax x and its picked elements; log eˣ = x; log(1 + eˣ). */
function stableLog(x: Value): Value | undefined {
  const [a, b] = x.inputs as [Value, Value];
  if (x.op === "sigmoid") return neg(softplus(neg(a)));
  if (x.op === "softmax") return logSoftmax(a);
  if (x.op === "pick" && a.op === "softmax") return pick(logSoftmax(a.inputs[0]!), b);
  if (x.op === "exp") return a;
  if (x.op !== "add") return undefined;
  const [one, growth] = uniform(a) === 1 ? [a, b] : [b, a];
  return uniform(one) === 1 && growth.op === "exp" ? softplus(growth.inputs[0]!) : undefined;
}

/** The stable forms by the primitive at the root; each equation is read from left to right. */
const forms: Partial<Record<OpName, (value: Value) => Value | undefined>> = {
  log: ({ inputs: [x] }) => stableLog(x!),
  // 1 − σ(x) = σ(−x), which does not cancel.
  sub: ({ inputs: [a, b] }) => (uniform(a!) === 1 && b!.op === "sigmoid" ? sigmoid(neg(b!.inputs[0]!)) : undefined),
  // √(x·x) = |x|, where the square is flushed to 0 or overflows; its derivative at 0 is 0.
  sqrt: ({ inputs: [square] }) => {
    const [x, same] = square!.inputs as [Value, Value];
    return square!.op === "mul" && x === same ? abs(x) : undefined;
  },
};

/** The stable form of the composition at `value`, if it has one. */
export function stableForm(value: Value): Value | undefined {
  return forms[value.op]?.(value);
}
