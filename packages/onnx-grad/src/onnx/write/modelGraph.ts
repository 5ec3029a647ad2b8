/** A graph on its way into a file: tensors have names of its own until `canonical` gives them those of the file. */
import type { DType, Shape } from "../../graph/value.ts";
import type { Initializer, OnnxNode } from "../encodeParts.ts";
import { tensorsRead } from "../nodeBodies.ts";

/** Sizes of axes; those that depend on the batch are named. */
export type NamedShape = readonly (number | string)[];

/** Nodes in the order of execution with what they read and give. */
export interface ModelGraph {
  readonly nodes: readonly OnnxNode[];
  /** By their tensors. */
  readonly initializers: ReadonlyMap<string, Omit<Initializer, "name">>;
  /** By their tensors. */
  readonly inputs: ReadonlyMap<string, { readonly shape: NamedShape; readonly type: DType | "int64" }>;
  readonly outputs: readonly { readonly name: string; readonly from: string; readonly shape: NamedShape }[];
}

/** How often each tensor is read, by nodes and as an output. */
export function readersOf({ nodes, outputs }: Pick<ModelGraph, "nodes" | "outputs">): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const count = (tensor: string): unknown => counts.set(tensor, (counts.get(tensor) ?? 0) + 1);
  for (const node of nodes) tensorsRead(node).forEach(count);
  for (const { from } of outputs) count(from);
  return counts;
}

/** The elements of a float tensor. */
export function floatsOf({ data }: Pick<Initializer, "data">): Float32Array {
  return new Float32Array(data.slice().buffer);
}

/** A float tensor of numbers. */
export function floatTensor(dims: Shape, numbers: ArrayLike<number>): Omit<Initializer, "name"> {
  return { dims, type: "float32", data: new Uint8Array(Float32Array.from(numbers).buffer) };
}

/** A vector of int64. */
export function integerTensor(numbers: readonly number[]): Omit<Initializer, "name"> {
  const data = new Uint8Array(BigInt64Array.from(numbers, BigInt).buffer);
  return { dims: [numbers.length], type: "int64", data };
}
