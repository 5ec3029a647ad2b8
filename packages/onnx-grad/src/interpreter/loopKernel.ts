/** The meaning of a loop: its body, one step after another. */
import { argumentIndex, stepOf } from "../graph/bodies.ts";
import { type Node, sizeOf, type Value } from "../graph/value.ts";
import { type FloatArray, type Precision, zeros } from "./arrays.ts";

/** Computes values of a graph from the arrays of its inputs. */
export type Runner = (arrayOf: (input: Node<"input">) => FloatArray) => FloatArray[];

/** What gives the values of one loop from its inputs. */
export function loopKernel(
  members: readonly Node<"scan">[],
  runner: (outputs: readonly Value[], precision: Precision) => Runner,
  precision: Precision,
): (inputs: readonly FloatArray[]) => ReadonlyMap<Value, FloatArray> {
  const first = members[0]!;
  const steps = first.shape[0]!;
  const { numSequences, reverse } = first.attributes;
  const { next, outputs } = stepOf(members);
  const step = runner([...next, ...outputs], precision);
  return (inputs) => {
    const results = members.map(({ shape, dtype }) => zeros(dtype === "int32" ? "float64" : precision, sizeOf(shape)));
    const given = [...inputs];
    for (let i = 0; i < steps; i++) {
      const at = reverse ? steps - 1 - i : i;
      for (const [k, sequence] of inputs.slice(0, numSequences).entries()) {
        const size = sequence.length / steps;
        given[k] = sequence.subarray(at * size, (at + 1) * size);
      }
      const values = step((leaf) => given[argumentIndex(leaf)]!);
      given.splice(numSequences, next.length, ...values.slice(0, next.length));
      values.slice(next.length).forEach((value, k) => {
        results[k]!.set(value, at * value.length);
      });
    }
    return new Map(members.map((member, k) => [member, results[k]!]));
  };
}
