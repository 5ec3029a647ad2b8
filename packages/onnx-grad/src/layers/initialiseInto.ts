import { sizeOf } from "../graph/value.ts";
import type { RandomSource } from "./initialisers.ts";
import type { Parameter } from "./network.ts";

/** Fills the flat vector of all parameters, each block by its own initialiser. */
export function initialiseInto(out: Float32Array, parameters: readonly Parameter[], random: RandomSource): void {
  for (const { block, initialiser } of parameters) {
    initialiser(out.subarray(block.offset, block.offset + sizeOf(block.shape)), block.shape, block.name, random);
  }
}
