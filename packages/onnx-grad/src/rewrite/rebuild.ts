import { topological } from "../graph/topological.ts";
import type { Value } from "../graph/value.ts";

/** `value` with other inputs of the same shapes, or itself where they are the same. */
export function withInputs(value: Value, inputs: readonly Value[]): Value {
  if (inputs.every((input, i) => input === value.inputs[i])) return value;
  // Shape, dtype and attributes stay right: every input has its original's shape.
  return { ...value, inputs } as Value;
}

/** The graph rewritten from its inputs up: each value is replaced by `replace` of itself over rewritten inputs. */
export function rebuild(outputs: readonly Value[], replace: (value: Value) => Value): Value[] {
  const rewritten = new Map<Value, Value>();
  for (const value of topological(outputs)) {
    const inputs = value.inputs.map((input) => rewritten.get(input)!);
    rewritten.set(value, replace(withInputs(value, inputs)));
  }
  return outputs.map((output) => rewritten.get(output)!);
}
