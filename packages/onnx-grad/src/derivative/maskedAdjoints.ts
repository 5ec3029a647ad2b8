/**
 * Adjoints that `where` has masked, kept masked through elementwise primitives.
 *
 *   where(c, p, 0)·q = where(c, p·q, 0)        where(c, p, 0)/q = where(c, p/q, 0)
 *
 * On the left a q that is infinite or NaN in the branch not taken makes 0·∞ = NaN; on the right it does not enter.
 */
import type { Value } from "../graph/value.ts";
import { add, div, mul, where } from "../ops/elementwise.ts";
import { constant } from "../ops/leaves.ts";
import { uniform } from "../rewrite/stableForms.ts";

const zero = constant(0);
const isZero = (value: Value): boolean => uniform(value) === 0;

/** `f` applied to the branch of a masked adjoint that is not zero, or undefined where `dy` is none. */
function underMask(dy: Value, f: (branch: Value) => Value): Value | undefined {
  if (dy.op !== "where") return undefined;
  const [condition, a, b] = dy.inputs as [Value, Value, Value];
  if (isZero(b)) return where(condition, f(a), zero);
  return isZero(a) ? where(condition, zero, f(b)) : undefined;
}

/** dy·factor. */
export function times(dy: Value, factor: Value): Value {
  return underMask(dy, (branch) => times(branch, factor)) ?? mul(dy, factor);
}

/** dy/divisor. */
export function over(dy: Value, divisor: Value): Value {
  return underMask(dy, (branch) => over(branch, divisor)) ?? div(dy, divisor);
}

/** a + b, masked where both are masked by one condition. */
export function plus(a: Value, b: Value): Value {
  if (a.op === "where" && b.op === "where" && a.inputs[0] === b.inputs[0]) {
    const [condition, ...branches] = a.inputs as [Value, Value, Value];
    const [first, second] = branches.map((branch, i) => [branch, b.inputs[i + 1]!] as const);
    if (second!.every(isZero)) return where(condition, plus(...first!), zero);
    if (first!.every(isZero)) return where(condition, zero, plus(...second!));
  }
  return add(a, b);
}
