/** Loops over sequences. */
import type { Value } from "../../../graph/value.ts";
import { gather } from "../../../ops/indexing.ts";
import { transpose } from "../../../ops/layout.ts";
import { constant } from "../../../ops/leaves.ts";
import { scan } from "../../../ops/scan.ts";
import type { NodeReader } from "../nodeReader.ts";
import { unsupported } from "../readError.ts";
import type { Tensor } from "../tensor.ts";

/** Attributes of the operator that are understood. */
export const scanAttributes: readonly string[] = [
  "body",
  "num_scan_inputs",
  "scan_input_axes",
  "scan_input_directions",
  "scan_output_axes",
  "scan_output_directions",
];

/** Scan since version 9: states and stacked results, the sequences read from either end along any axis. */
export function scanOperator(node: NodeReader): readonly Tensor[] {
  const count = node.integer("num_scan_inputs", 0);
  const numStates = node.numInputs - count;
  if (count < 1 || numStates < 0) throw unsupported("a loop without sequences is not supported");
  const tensors = Array.from({ length: node.numInputs }, (_, i) => node.tensor(i));
  const sequences = tensors.slice(numStates);
  const axes = node.integers("scan_input_axes") ?? [];
  const directions = sequences.map((_, i) => node.integers("scan_input_directions")?.[i] ?? 0);
  const reverse = directions.every((direction) => direction === 1);
  const read = sequences.map(({ value }, i) => {
    const moved = axisFirst(value, node.axis(axes[i] ?? 0, value.shape.length));
    return directions[i] === 1 && !reverse ? reversed(moved) : moved;
  });
  let results: readonly Tensor[] = [];
  const { states, outputs } = scan(
    (slices, before) => {
      const given = [...before, ...slices].map((value, i) => ({ ...tensors[i]!, value }));
      results = node.body("body", given);
      const values = results.map(({ value }) => value);
      return { states: values.slice(0, numStates), outputs: values.slice(numStates) };
    },
    { sequences: read, states: tensors.slice(0, numStates).map(({ value }) => value), reverse, label: node.name },
  );
  const stacked = outputs.map((output, i) => {
    const isPrepended = (node.integers("scan_output_directions")?.[i] ?? 0) === 1;
    const whole = isPrepended === reverse ? output : reversed(output);
    return firstAt(whole, node.axis(node.integers("scan_output_axes")?.[i] ?? 0, whole.shape.length));
  });
  return [...states, ...stacked].map((value, i) => ({ ...results[i]!, value }));
}

/** The slices of x in the opposite order. */
function reversed(x: Value): Value {
  const steps = x.shape[0]!;
  return gather(
    x,
    constant(
      Array.from({ length: steps }, (_, i) => steps - 1 - i),
      [steps],
      "int32",
    ),
    0,
  );
}

function axisFirst(x: Value, axis: number): Value {
  const others = x.shape.flatMap((_, i) => (i === axis ? [] : [i]));
  return transpose(x, [axis, ...others]);
}

/** The first axis of x moved to `axis`. */
function firstAt(x: Value, axis: number): Value {
  const permutation = x.shape.map((_, i) => i).slice(1);
  permutation.splice(axis, 0, 0);
  return transpose(x, permutation);
}
