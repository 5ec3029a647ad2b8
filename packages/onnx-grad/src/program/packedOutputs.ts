/** All outputs of a graph as one: a device's memory is read in one go, where each reading waits for the device. */
import { sizeOf, type Value } from "../graph/value.ts";
import { concat, reshape } from "../ops/layout.ts";

/** The elements of one output in the vector of all. */
export interface Part {
  readonly offset: number;
  readonly size: number;
}

/** A vector of all outputs, one after another, and where each lies in it. */
export interface PackedOutputs {
  readonly vector: Value;
  readonly name: "packed";
  readonly parts: ReadonlyMap<string, Part>;
}

/** `values` side by side, with their names. Cost: one copy of each on the device. */
export function packedOutputs(names: readonly string[], values: readonly Value[]): PackedOutputs {
  const parts = new Map<string, Part>();
  let offset = 0;
  for (const [i, { shape }] of values.entries()) {
    parts.set(names[i]!, { offset, size: sizeOf(shape) });
    offset += sizeOf(shape);
  }
  const flat = values.map((value) => reshape(value, [sizeOf(value.shape)]));
  return { name: "packed", vector: concat(flat, 0), parts };
}
