/** A loop as the operator Scan, all its values as outputs of one node. */
import { argumentIndex, stepOf } from "../graph/bodies.ts";
import { topological } from "../graph/topological.ts";
import type { Node, Value } from "../graph/value.ts";
import type { LoweringContext } from "./loweringContext.ts";

export function lowerScan(value: Node<"scan">, context: LoweringContext): string {
  const members = context.loopOf(value);
  const { next, outputs } = stepOf(members);
  const { numSequences, reverse } = value.attributes;
  const { inputs } = value;
  const { graph, nameOf } = context;
  const inner = graph.inner();
  // Scan's arguments: the states, then the slices.
  const order = inputs.map((_, at) => at).slice(0, numSequences + next.length);
  const places = [...order.slice(numSequences), ...order.slice(0, numSequences)];
  const tensors = new Map(
    places.map((at) => {
      const { shape, dtype } = inputs[at]!;
      return [at, inner.input(`argument${at}`, at < numSequences ? shape.slice(1) : shape, dtype)] as const;
    }),
  );
  const roots = [...next, ...outputs];
  const leaves = new Map<Value, string>();
  for (const one of topological(roots)) {
    if (one.op !== "input") continue;
    const at = argumentIndex(one);
    leaves.set(one, tensors.get(at) ?? nameOf(inputs[at]!));
  }
  const bodyResults = context
    .lowerBody(roots, inner, leaves)
    .map((tensor, i) => ({ tensor, shape: roots[i]!.shape, dtype: roots[i]!.dtype }));
  const directions = (count: number): number[] => new Array(count).fill(reverse ? 1 : 0);
  const results = graph.nodes(
    "Scan",
    places.map((at) => nameOf(inputs[at]!)),
    {
      attributes: {
        body: { graph: inner.body(bodyResults) },
        num_scan_inputs: numSequences,
        scan_input_directions: directions(numSequences),
        scan_output_directions: directions(members.length),
      },
      numOutputs: roots.length,
    },
  );
  members.forEach((member, i) => {
    context.define(member, results[next.length + i]!);
  });
  return nameOf(value);
}
