/** A closed loop taken apart again, for the loop that is its derivative. */
import { argumentIndex, stepOf } from "../graph/bodies.ts";
import { inOrder, topological } from "../graph/topological.ts";
import type { Node, Value } from "../graph/value.ts";
import { stepLeaf } from "./openLoop.ts";
import { statesBefore } from "./statesBefore.ts";
import { substitute } from "./substitute.ts";

export interface ForwardLoop {
  readonly first: Node<"scan">;
  readonly inputs: readonly Value[];
  /** The leaf of the body for each input, if the body has it. */
  readonly arguments: readonly (Value | undefined)[];
  readonly next: readonly Value[];
  /** What is stacked for each member. */
  readonly outputs: readonly Value[];
  readonly numSequences: number;
  readonly steps: number;
  readonly reverse: boolean;
  /** All values of a step. */
  readonly values: readonly Value[];
}

/** The loop that gives `members`. */
export function forwardLoop(members: readonly Node<"scan">[]): ForwardLoop {
  const first = members[0]!;
  const { inputs, attributes, shape } = first;
  const { next, outputs } = stepOf(members);
  const values = topological([...next, ...outputs]);
  const leaves: (Value | undefined)[] = inputs.map(() => undefined);
  for (const value of values) if (value.op === "input") leaves[argumentIndex(value)] ??= value;
  const { numSequences, reverse } = attributes;
  return { first, inputs, arguments: leaves, next, outputs, numSequences, steps: shape[0]!, reverse, values };
}

/** The adjoints of a step as those of a step of the loop back: values of the loop forth that they use become sequences. */
export function openForward(
  { first, inputs, numSequences, next, steps, reverse, values }: ForwardLoop,
  adjoints: readonly Value[],
): { readonly opened: (value: Value) => Value; readonly sequences: ReadonlyMap<Value, Value> } {
  const isForward = new Set(values);
  const isCaptured = (value: Value): boolean =>
    value.op === "input" && argumentIndex(value) >= numSequences + next.length;
  const varying = new Set<Value>();
  for (const value of values) {
    const leads = value.op === "input" ? !isCaptured(value) : value.inputs.some((input) => varying.has(input));
    if (leads) varying.add(value);
  }
  const outer = new Map<Value, Value>(
    values.flatMap((value) =>
      value.op === "input" && isCaptured(value) ? [[value, inputs[argumentIndex(value)]!]] : [],
    ),
  );
  const stackedValue = (value: Value): Value => {
    if (value.op !== "input") {
      const attributes = { ...first.attributes, body: [...next, value] };
      return { ...first, attributes, shape: [steps, ...value.shape], dtype: value.dtype };
    }
    const at = argumentIndex(value);
    if (at < numSequences) return inputs[at]!;
    return statesBefore(inputs[at]!, stackedValue(next[at - numSequences]!), reverse);
  };
  const sequences = new Map<Value, Value>();
  const replacements = new Map<Value, Value>(outer);
  for (const value of inOrder(adjoints, (one) => (varying.has(one) ? [] : one.inputs))) {
    if (!isForward.has(value) || !varying.has(value)) continue;
    const leaf = stepLeaf(value.shape, value.dtype);
    replacements.set(value, leaf);
    sequences.set(leaf, stackedValue(value));
  }
  return { opened: substitute(adjoints, replacements), sequences };
}
