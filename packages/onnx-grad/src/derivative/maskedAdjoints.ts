/**
 * Adjoints that `where` has masked, kept masked through primitives that are elementwise or move elements.
 *
 *   where(c, p, 0)·q = where(c, p·q, 0)        where(c, p, 0)/q = where(c, p/q, 0)        where(c, p, 0)ᵀ = where(cᵀ, pᵀ, 0)
 *
 * On the left a q that is infinite or NaN in the branch not taken makes 0·∞ = NaN; on the right it does not enter.
 */
import { exactKey } from "../graph/exactKey.ts";
import { type Shape, sameShape, type Value } from "../graph/value.ts";
import { add, commonShape, div, mul, where } from "../ops/elementwise.ts";
import { broadcastTo } from "../ops/layout.ts";
import { constant } from "../ops/leaves.ts";
import { sumTo } from "../ops/reductions.ts";
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
  if (a.op === "where" && b.op === "where" && isSame(a.inputs[0]!, b.inputs[0]!)) {
    const [condition, ...branches] = a.inputs as [Value, Value, Value];
    const [first, second] = branches.map((branch, i) => [branch, b.inputs[i + 1]!] as const);
    if (second!.every(isZero)) return where(condition, plus(...first!), zero);
    if (first!.every(isZero)) return where(condition, zero, plus(...second!));
  }
  return add(a, b);
}

/** `sumTo`: masked still where the condition is one number along the axes of the sum. */
export function summedTo(dy: Value, shape: Shape): Value {
  const condition = dy.op === "where" ? commonShape([dy.inputs[0]!.shape, shape]) : undefined;
  const masked =
    condition !== undefined && sameShape(condition, shape)
      ? underMask(dy, (branch) => summedTo(broadcastTo(branch, dy.shape), shape))
      : undefined;
  return masked ?? sumTo(dy, shape);
}

/** `move` of dy, which must only move or repeat elements, or put zeros beside them: masked by the condition moved alike. */
export function moved(dy: Value, move: (x: Value) => Value): Value {
  const [condition, ...branches] = dy.inputs as [Value, Value, Value];
  if (dy.op !== "where" || branches.filter(isZero).length !== 1) return move(dy);
  const part = (x: Value): Value => move(broadcastTo(x, dy.shape));
  const [a, b] = branches.map((branch) => (isZero(branch) ? zero : part(branch)));
  return where(unstretched(part(condition)), a!, b!);
}

/** What a condition was before it was stretched; `where` stretches it by itself. */
const unstretched = (condition: Value): Value =>
  condition.op === "broadcastTo" ? unstretched(condition.inputs[0]!) : condition;

/** Whether two conditions are one, moved in the same way. */
function isSame(a: Value, b: Value): boolean {
  if (a === b) return true;
  const isMoved =
    a.op === "reshape" || a.op === "transpose" || a.op === "slice" || a.op === "pad" || a.op === "broadcastTo";
  if (!isMoved || a.op !== b.op || !sameShape(a.shape, b.shape)) return false;
  return exactKey(a.attributes) === exactKey(b.attributes) && isSame(a.inputs[0]!, b.inputs[0]!);
}
