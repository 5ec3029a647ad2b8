/**
 * A step in a form of which less is left in its loop: factors that need no state are multiplied with each other before it.
 *
 *   (s·a)·b = s·(a·b)        [s·a, t·b] = [s, t]·[a, b]        sums of blocks that lie side by side = [a, b]
 *
 * with states s, t and factors a, b that need none.
 */
import { withOperands } from "../graph/bodies.ts";
import { inOrder } from "../graph/topological.ts";
import { type Node, sameShape, type Value } from "../graph/value.ts";
import { mul } from "../ops/elementwise.ts";
import { broadcastTo, concat } from "../ops/layout.ts";
import type { OpenLoop } from "./openLoop.ts";

/** The loop and the values asked of it in that form. */
export function regroup(
  loop: OpenLoop,
  asked: readonly Value[],
): { readonly loop: OpenLoop; readonly roots: readonly Value[] } {
  const leaves = loop.states.map(({ leaf }) => leaf);
  const stateful = new Set<Value>(leaves);
  const varying = new Set<Value>([...leaves, ...loop.sequences.keys()]);
  const rewritten = new Map<Value, Value>();
  const becomes = (value: Value): Value => rewritten.get(value) ?? value;
  const needsState = (value: Value): boolean => {
    if (value.inputs.some((input) => stateful.has(input))) stateful.add(value);
    return stateful.has(value);
  };
  for (const value of inOrder([...loop.states.map(({ next }) => next), ...asked], ({ inputs }) => inputs)) {
    if (!value.inputs.some((input) => varying.has(input))) continue;
    varying.add(value);
    const again = withOperands(value, value.inputs.map(becomes));
    const next = (needsState(again) ? regrouped(again, needsState) : undefined) ?? again;
    needsState(next);
    rewritten.set(value, next);
  }
  const states = loop.states.map((state) => ({ ...state, next: becomes(state.next) }));
  return { loop: { ...loop, states }, roots: asked.map(becomes) };
}

type NeedsState = (value: Value) => boolean;

function regrouped(value: Value, needsState: NeedsState): Value | undefined {
  if (value.op === "mul") return factorsFirst(value, needsState);
  if (value.op === "concat") return ofProducts(value, needsState);
  const blocks = value.op === "add" ? sideBySide(value) : undefined;
  if (blocks?.op !== "concat") return blocks;
  return ofProducts(blocks, needsState) ?? blocks;
}

/** The part of a product that needs a state and the one that does not. */
function partsOf(value: Value, needsState: NeedsState): readonly [state: Value, factor: Value] | undefined {
  if (value.op !== "mul") return undefined;
  const [a, b] = value.inputs as [Value, Value];
  if (needsState(a) === needsState(b)) return undefined;
  const [state, factor] = needsState(a) ? [a, b] : [b, a];
  return sameShape(state.shape, value.shape) ? [state, factor] : undefined;
}

function factorsFirst(value: Value, needsState: NeedsState): Value | undefined {
  const outer = partsOf(value, needsState);
  const inner = outer && partsOf(outer[0], needsState);
  return inner && mul(inner[0], mul(inner[1], outer[1]));
}

function ofProducts({ inputs, attributes: { axis } }: Node<"concat">, needsState: NeedsState): Value | undefined {
  const parts = inputs.map((input) => partsOf(input, needsState));
  if (parts.some((part) => part === undefined)) return undefined;
  const states = parts.flatMap((part) => flattened(part![0], axis));
  for (const state of states) needsState(state);
  const state = concat(states, axis);
  needsState(state);
  const factors = parts.map((part, i) => broadcastTo(part![1], inputs[i]!.shape));
  return mul(state, concat(factors, axis));
}

const flattened = (value: Value, axis: number): readonly Value[] =>
  value.op === "concat" && value.attributes.axis === axis ? value.inputs : [value];

/** A sum of padded blocks that fill one axis without overlap: the blocks one after another. */
function sideBySide(sum: Node<"add">): Value | undefined {
  const pads: Node<"pad">[] = [];
  const stack: Value[] = [sum];
  while (stack.length > 0) {
    const next = stack.pop()!;
    if (next.op === "add") stack.push(...next.inputs);
    else if (next.op === "pad" && sameShape(next.shape, sum.shape)) pads.push(next);
    else return undefined;
  }
  const blockOf = ({ inputs }: Value): Value => inputs[0]!;
  const axis = sum.shape.findIndex((size, i) => pads.some((pad) => blockOf(pad).shape[i] !== size));
  const start = (pad: Node<"pad">): number => pad.attributes.before[axis]!;
  pads.sort((a, b) => start(a) - start(b));
  let end = 0;
  for (const pad of pads) {
    const fits = blockOf(pad).shape.every((size, i) => i === axis || size === sum.shape[i]);
    if (!fits || start(pad) !== end) return undefined;
    end += blockOf(pad).shape[axis]!;
  }
  return end === sum.shape[axis] ? concat(pads.map(blockOf), axis) : undefined;
}
