/** Rules of blocks: what slices, pads and concatenations give together. The derivative of `split` is one concatenation by them. */
import { type Node, sameShape, type Value } from "../graph/value.ts";
import { concat, pad } from "../ops/layout.ts";

/** pad(a) + pad(b) = pad([a b]) for blocks that are neighbours along one axis: two passes fewer over the whole. */
export function joinNeighbours(value: Value): Value | undefined {
  const [a, b] = value.inputs as [Value, Value];
  if (a.op !== "pad" || b.op !== "pad" || !sameShape(a.shape, b.shape)) return undefined;
  return joined(a, b) ?? joined(b, a);
}

/** pad([a b]) where b begins where a ends, along one axis, and both lie alike along the others. */
function joined(first: Node<"pad">, second: Node<"pad">): Value | undefined {
  const [a, b] = [first.inputs[0]!, second.inputs[0]!];
  const { before } = first.attributes;
  const start = second.attributes.before;
  const axis = before.findIndex((n, i) => n !== start[i]);
  if (axis < 0 || start[axis] !== before[axis]! + a.shape[axis]!) return undefined;
  if (a.shape.some((size, i) => i !== axis && (size !== b.shape[i] || before[i] !== start[i]))) return undefined;
  const whole = concat([a, b], axis);
  const after = first.shape.map((size, i) => size - before[i]! - whole.shape[i]!);
  return pad(whole, before, after);
}

/** [[a b] c] = [a b c]. */
export function mergeConcats(value: Value): Value | undefined {
  if (value.op !== "concat") return undefined;
  const { axis } = value.attributes;
  const inputs = value.inputs.flatMap((x) => (x.op === "concat" && x.attributes.axis === axis ? x.inputs : [x]));
  return inputs.length === value.inputs.length ? undefined : concat(inputs, axis);
}

/** The block that a pad surrounded. */
export function sliceOfPad(value: Value): Value | undefined {
  if (value.op !== "slice") return undefined;
  const [padded] = value.inputs as [Value];
  if (padded.op !== "pad" || !sameShape(padded.attributes.before, value.attributes.starts)) return undefined;
  const [x] = padded.inputs as [Value];
  return sameShape(x.shape, value.shape) ? x : undefined;
}
