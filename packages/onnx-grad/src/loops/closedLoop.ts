/** The values that a loop gives, each with the closed body that computes it. */
import { argument } from "../graph/bodies.ts";
import { type Node, sizeOf, type Value } from "../graph/value.ts";
import type { OpenLoop } from "./openLoop.ts";
import type { LoopPlan } from "./plan.ts";
import { substitute } from "./substitute.ts";

/** Larger constants are computed once outside and not held in the body. */
const largestConstant = 64;

/** For a value inside the loop, that value of all steps. */
export function closeLoop(
  { reverse, steps, sequences, states }: OpenLoop,
  plan: LoopPlan,
): (value: Value) => Node<"scan"> {
  const leaves = new Set(states.map(({ leaf }) => leaf));
  const needed = (value: Value): boolean => !plan.inside.has(value) && !leaves.has(value) && !isSmallConstant(value);
  const next = states.map((state) => state.next);
  const entering = [...new Set([...plan.inside].flatMap(({ inputs }) => inputs).concat(next))].filter(needed);
  const used = entering.filter((value) => plan.before.has(value));
  // ONNX counts the steps of a loop by its sequences: there must be one, if no step uses it.
  const stepwise = used.length > 0 ? used : [...sequences.keys()].slice(0, 1);
  const captured = entering.filter((value) => !plan.before.has(value));
  const places = [...stepwise, ...leaves, ...captured];
  const inputs = [
    ...stepwise.map((value) => plan.before.get(value)!),
    ...states.map(({ initial }) => initial),
    ...captured,
  ];
  const replacements = new Map<Value, Value>(
    places.map((value, i) => [value, argument(i, value.shape, value.dtype)] as const),
  );
  const closed = substitute([...next, ...plan.inside], replacements);
  const body = next.map(closed);
  return (value) => ({
    op: "scan",
    inputs,
    attributes: { body: [...body, closed(value)], numSequences: stepwise.length, reverse },
    shape: [steps, ...value.shape],
    dtype: value.dtype,
  });
}

const isSmallConstant = ({ op, shape }: Value): boolean => op === "constant" && sizeOf(shape) <= largestConstant;
