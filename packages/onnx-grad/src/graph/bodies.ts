/**
 * Values that own a body: a graph of its own that is run over and over, such as the step of a loop.
 *
 * A body is closed: its leaves are constants and its arguments, and argument i stands for input i of the owner. So a body can be
 * evaluated, lowered and rewritten as any graph, and what it computes does not depend on where it is.
 */
import { exactKey } from "./exactKey.ts";
import type { DType, Node, Shape, Value } from "./value.ts";

/** The roots of the body that `value` owns; most values own none. */
export function bodyOf({ attributes }: Value): readonly Value[] {
  return "body" in attributes ? attributes.body : [];
}

/** What must be there before `value`: its inputs and its body. */
export function operandsOf(value: Value): readonly Value[] {
  const body = bodyOf(value);
  return body.length === 0 ? value.inputs : [...value.inputs, ...body];
}

/** `value` with other operands that give it the same shape, or itself where they are the same. */
export function withOperands(value: Value, inputs: readonly Value[], body: readonly Value[] = bodyOf(value)): Value {
  const same = (a: readonly Value[], b: readonly Value[]): boolean => a.every((one, i) => one === b[i]);
  const before = bodyOf(value);
  if (same(inputs, value.inputs) && same(body, before)) return value;
  const attributes = before.length === 0 ? value.attributes : { ...value.attributes, body };
  return { ...value, inputs, attributes } as Value;
}

/** A key of the attributes in which a body is the numbers of its roots: equal where the attributes are. */
export function attributesKey(value: Value, numberOf: (value: Value) => number | undefined): string {
  const body = bodyOf(value);
  return exactKey(body.length === 0 ? value.attributes : { ...value.attributes, body: body.map(numberOf) });
}

/** The leaf of a body that stands for input `index` of its owner; no name of a user's input has a space. */
export function argument(index: number, shape: Shape, dtype: DType): Node<"input"> {
  return { op: "input", inputs: [], attributes: { name: `argument ${index}` }, shape, dtype };
}

/** Which argument of its body `leaf` is. */
export const argumentIndex = ({ attributes: { name } }: Node<"input">): number => Number(name.split(" ")[1]);

/**
 * The values of `order` that one loop gives, for each of them: they have the same inputs and states and differ in what they stack,
 * so that none depends on another.
 */
export function loopsOf(order: readonly Value[]): ReadonlyMap<Value, readonly Node<"scan">[]> {
  const numbers = new Map<Value, number>();
  const numberOf = (value: Value): number => {
    const number = numbers.get(value) ?? numbers.size;
    numbers.set(value, number);
    return number;
  };
  const loops = new Map<string, Node<"scan">[]>();
  const members = new Map<Value, Node<"scan">[]>();
  for (const value of order) {
    if (value.op !== "scan") continue;
    const { body, ...rest } = value.attributes;
    const key = exactKey([rest, value.shape[0], value.inputs.map(numberOf), body.slice(0, -1).map(numberOf)]);
    const loop = loops.get(key) ?? [];
    loop.push(value);
    loops.set(key, loop);
    members.set(value, loop);
  }
  return members;
}

/** A step of the loop that gives `members`: the states after it, and what is stacked for each of them. */
export function stepOf(members: readonly Node<"scan">[]): {
  readonly next: readonly Value[];
  readonly outputs: readonly Value[];
} {
  const bodies = members.map(({ attributes }) => attributes.body);
  return { next: bodies[0]!.slice(0, -1), outputs: bodies.map((body) => body.at(-1)!) };
}
