import { topological } from "../graph/topological.ts";
import { sameShape, type Value } from "../graph/value.ts";

/** `value` with other inputs that give it the same shape, or itself where they are the same. */
export function withInputs(value: Value, inputs: readonly Value[]): Value {
  if (inputs.every((input, i) => input === value.inputs[i])) return value;
  return { ...value, inputs } as Value;
}

/** `next` if it can stand where `value` stands: of the same shape and dtype. Every rewrite passes through here. */
export function standIn(value: Value, next: Value | undefined): Value | undefined {
  return next !== undefined && next.dtype === value.dtype && sameShape(next.shape, value.shape) ? next : undefined;
}

/**
 * The graph rewritten from its inputs up: each value is replaced by `replace` of itself over rewritten inputs, of what it
 * was before, and of what became of the values before it. A replacement of another shape or dtype is not made.
 */
export function rebuild(
  outputs: readonly Value[],
  replace: (value: Value, original: Value, rewritten: ReadonlyMap<Value, Value>) => Value | undefined,
): Value[] {
  const rewritten = new Map<Value, Value>();
  for (const original of topological(outputs)) {
    const inputs = original.inputs.map((input) => rewritten.get(input)!);
    const value = withInputs(original, inputs);
    rewritten.set(original, standIn(value, replace(value, original, rewritten)) ?? value);
  }
  return outputs.map((output) => rewritten.get(output)!);
}
