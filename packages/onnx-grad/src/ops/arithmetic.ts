/** Elementwise functions composed of primitives. */
import { rangeError } from "../graph/errors.ts";
import { optionRules, requireFloat, requireOptions } from "../graph/requirements.ts";
import type { Value } from "../graph/value.ts";
import { add, div, exp, greater, maximum, mul, relu, sub, tanh, where } from "./elementwise.ts";
import { constant } from "./leaves.ts";

const zero = constant(0);
const one = constant(1);
const minusOne = constant(-1);

/** −x. */
export function neg(x: Value): Value {
  requireFloat("neg", undefined, [x]);
  return mul(x, minusOne);
}

/** |x|; its derivative at 0 is 0. */
export function abs(x: Value): Value {
  requireFloat("abs", undefined, [x]);
  return add(relu(x), relu(neg(x)));
}

/** 1, 0 or −1 for x above, at and below 0 (0 for NaN); its derivative is zero. */
export function sign(x: Value): Value {
  requireFloat("sign", undefined, [x]);
  return sub(greater(x, zero), greater(zero, x));
}

/** 1/x. */
export function reciprocal(x: Value): Value {
  requireFloat("reciprocal", undefined, [x]);
  return div(one, x);
}

/** The smaller of a and b, NaN where either is NaN; where they are equal each has half of the derivative. */
export function minimum(a: Value, b: Value): Value {
  requireFloat("minimum", undefined, [a, b]);
  return neg(maximum(neg(a), neg(b)));
}

/** Bounds of `clip`; an absent one does not bound. */
export interface ClipOptions {
  readonly low?: number;
  readonly high?: number;
}

const clipRules = { low: optionRules.number, high: optionRules.number };

/** x moved into [low, high]; its derivative is 1 within, the bounds included, and 0 outside. NaN stays. */
export function clip(x: Value, options: ClipOptions): Value {
  requireOptions("clip", options, clipRules);
  requireFloat("clip", undefined, [x]);
  const { low, high } = options;
  if (low !== undefined && high !== undefined && low > high)
    throw rangeError("clip", "low", "must not be above high", [low, high], `${low} and ${high}`);
  const below = high === undefined ? x : where(greater(x, constant(high)), constant(high), x);
  return low === undefined ? below : where(greater(constant(low), x), constant(low), below);
}

/** eˣ − 1 = tanh(x/2)·(eˣ + 1), which does not cancel near 0. */
export function expm1(x: Value): Value {
  requireFloat("expm1", undefined, [x]);
  return mul(tanh(mul(x, constant(0.5))), add(exp(x), one));
}
