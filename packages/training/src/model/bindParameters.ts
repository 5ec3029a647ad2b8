import { sizeOf } from "onnx-grad";
import type { Parameter } from "onnx-grad/layers";

/**
 * Binds the pieces of a flat vector to the parameters' names, and again only when another vector comes.
 *
 * Optimizers take every gradient at the same one or two vectors, so a step binds nothing.
 */
export function bindParameters(
  parameters: readonly Parameter[],
  bind: (name: string, piece: Float32Array) => void,
): (flat: Float32Array) => void {
  let bound: Float32Array | undefined;
  return (flat) => {
    if (flat === bound) return;
    for (const { block } of parameters) {
      bind(block.name, flat.subarray(block.offset, block.offset + sizeOf(block.shape)));
    }
    bound = flat;
  };
}
