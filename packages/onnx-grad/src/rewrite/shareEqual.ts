import { attributesKey } from "../graph/bodies.ts";
import type { Value } from "../graph/value.ts";
import { rebuild } from "./rebuild.ts";

/** Constants longer than this are equal only if they are one object: comparing them would cost more than it saves. */
const maxComparedConstant = 64;

/** Common-subexpression removal: values with the same primitive, attributes, shape and inputs become one. */
export function shareEqual(outputs: readonly Value[]): Value[] {
  const numbers = new Map<Value, number>();
  const known = new Map<string, Value>();
  return rebuild(outputs, (value) => {
    if (numbers.has(value)) return value;
    const long = value.op === "constant" && value.attributes.data.length > maxComparedConstant;
    const attributes = long ? `constant ${numbers.size}` : attributesKey(value, (one) => numbers.get(one));
    const inputs = value.inputs.map((input) => numbers.get(input)!);
    const key = `${value.op} ${value.dtype} ${value.shape.join()} ${attributes} ${inputs.join()}`;
    const found = known.get(key) ?? value;
    if (found === value) {
      known.set(key, value);
      numbers.set(value, numbers.size);
    }
    return found;
  });
}
