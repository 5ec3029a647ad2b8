import { bodyOf, withOperands } from "../graph/bodies.ts";
import { withBodies } from "../graph/topological.ts";
import { sameShape, type Value } from "../graph/value.ts";

/** `next` if it can stand where `value` stands: of the same shape and dtype. Every rewrite passes through here. */
export function standIn(value: Value, next: Value | undefined): Value | undefined {
  return next !== undefined && next.dtype === value.dtype && sameShape(next.shape, value.shape) ? next : undefined;
}

/**
 * The graph and the bodies inside rewritten from the leaves up: each value is replaced by `replace` of itself over rewritten
 * operands, of what it was before, and of what became of the values before it. A replacement of another shape or dtype is not made.
 */
export function rebuild(
  outputs: readonly Value[],
  replace: (value: Value, original: Value, rewritten: ReadonlyMap<Value, Value>) => Value | undefined,
): Value[] {
  const rewritten = new Map<Value, Value>();
  const next = (value: Value): Value => rewritten.get(value)!;
  for (const original of withBodies(outputs)) {
    const value = withOperands(original, original.inputs.map(next), bodyOf(original).map(next));
    rewritten.set(original, standIn(value, replace(value, original, rewritten)) ?? value);
  }
  return outputs.map(next);
}
