/** Comparisons and logic on values of 0 and 1, composed of primitives. Their derivatives are zero but for those of the logic. */
import { requireFloat } from "../graph/requirements.ts";
import type { Value } from "../graph/value.ts";
import { add, equal, greater, maximum, mul, sub } from "./elementwise.ts";
import { constant } from "./leaves.ts";

/** 1 where a < b, else 0; its derivative is zero. */
export function less(a: Value, b: Value): Value {
  requireFloat("less", undefined, [a, b]);
  return greater(b, a);
}

/** 1 where a ≥ b, else 0 (also where either is NaN). */
export function greaterOrEqual(a: Value, b: Value): Value {
  requireFloat("greaterOrEqual", undefined, [a, b]);
  return add(greater(a, b), equal(a, b));
}

/** 1 where a ≤ b, else 0 (also where either is NaN). */
export function lessOrEqual(a: Value, b: Value): Value {
  requireFloat("lessOrEqual", undefined, [a, b]);
  return greaterOrEqual(b, a);
}

/** 1 where a ≠ b, NaN differing from everything, else 0. */
export function notEqual(a: Value, b: Value): Value {
  requireFloat("notEqual", undefined, [a, b]);
  return logicalNot(equal(a, b));
}

/** 1 where both of two values of 0 and 1 are 1. */
export function logicalAnd(a: Value, b: Value): Value {
  requireFloat("logicalAnd", undefined, [a, b]);
  return mul(a, b);
}

/** 1 where either of two values of 0 and 1 is 1. */
export function logicalOr(a: Value, b: Value): Value {
  requireFloat("logicalOr", undefined, [a, b]);
  return maximum(a, b);
}

/** 1 where a value of 0 and 1 is 0. */
export function logicalNot(a: Value): Value {
  requireFloat("logicalNot", undefined, [a]);
  return sub(constant(1), a);
}
