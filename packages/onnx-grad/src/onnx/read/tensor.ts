/** Tensors while a model is read: values of our graph, with the element type that the model gives them. */
import { type Node, type Shape, sizeOf, type Value } from "../../graph/value.ts";
import { cast } from "../../ops/elementwise.ts";
import type { ElementType } from "../modelProto.ts";

/**
 * A value with the type that ONNX gives it.
 *
 * Integers and booleans are held as whole numbers, in values of either dtype: exactly up to 2⁵³ where they are constants, and up
 * to 2²⁴ where a graph computes them.
 */
export interface Tensor {
  readonly type: ElementType;
  readonly value: Value;
}

/** Elements of a constant are held one by one: more than these are not folded, 8 MB. */
export const largestConstant: number = 2 ** 20;

/** No tensor of a graph may have more elements: 16 GB. */
export const largestTensor: number = 2 ** 32;

/** A constant; unlike that of `constant`, the shape may have a size of 0, as lists of axes do, and integers have 53 bits. */
export function known(data: readonly number[], shape: Shape = [data.length]): Node<"constant"> {
  return { op: "constant", inputs: [], attributes: { data }, shape, dtype: "float32" };
}

/**
 * A list of numbers, one for each place below `count`.
 *
 * @throws RangeError for more than a constant may hold, before anything is allocated
 */
export function listed(count: number, at: (i: number) => number): number[] {
  if (!(count <= largestConstant))
    throw new Error(`a constant must have at most ${largestConstant} elements, got ${count}`);
  return Array.from({ length: count }, (_, i) => at(i));
}

/** `value` as a float one, for arithmetic. */
export function floatOf(value: Value): Value {
  if (value.dtype === "float32") return value;
  return value.op === "constant" ? known(value.attributes.data, value.shape) : cast(value, "float32");
}

/** `value` as an int32 one, for indices. */
export function integerOf(value: Value): Value {
  if (value.dtype === "int32") return value;
  return value.op === "constant" ? { ...value, dtype: "int32" } : cast(value, "int32");
}

/** Types of fractions. */
export const isFraction = (type: ElementType): boolean => type.includes("float");

/** Whether there is nothing in it. */
export const isEmpty = ({ shape }: Value): boolean => sizeOf(shape) === 0;
