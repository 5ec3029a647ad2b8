import { rangeError } from "./errors.ts";
import { topological } from "./topological.ts";
import { type Node, sameShape, showShape, type Value } from "./value.ts";

/**
 * The inputs that `values` depend on, by name: an input is its name, however often `input` was called for it.
 *
 * @throws RangeError if one name is declared with two shapes or dtypes
 */
export function inputsByName(caller: string, values: readonly Value[]): ReadonlyMap<string, Node<"input">> {
  const inputs = new Map<string, Node<"input">>();
  for (const value of topological(values)) {
    if (value.op !== "input") continue;
    const { name } = value.attributes;
    const known = inputs.get(name);
    if (known === undefined) {
      inputs.set(name, value);
    } else if (known.dtype !== value.dtype || !sameShape(known.shape, value.shape)) {
      const declared = [known, value].map(({ dtype, shape }) => `${dtype} ${showShape(shape)}`);
      throw rangeError(caller, `input "${name}"`, `is declared as ${declared.join(" and as ")}`);
    }
  }
  return inputs;
}
