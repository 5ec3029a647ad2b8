import { withOperands } from "../graph/bodies.ts";
import { inOrder } from "../graph/topological.ts";
import type { Value } from "../graph/value.ts";

/**
 * What the values that `roots` depend on become where `replacements` stand in place of some of them; what these depend on is not
 * looked at. Bodies stay as they are.
 */
export function substitute(roots: readonly Value[], replacements: ReadonlyMap<Value, Value>): (value: Value) => Value {
  const rewritten = new Map<Value, Value>(replacements);
  const next = (value: Value): Value => rewritten.get(value)!;
  for (const value of inOrder(roots, (one) => (replacements.has(one) ? [] : one.inputs))) {
    if (!rewritten.has(value)) rewritten.set(value, withOperands(value, value.inputs.map(next)));
  }
  return next;
}
