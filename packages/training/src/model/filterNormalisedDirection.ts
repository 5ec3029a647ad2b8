/**
 * Directions for slices of a network's loss.
 *
 * @see Li et al. 2018, "Visualizing the loss landscape of neural nets" (arXiv:1712.09913)
 */
import { normalInto, randomKey } from "entropy-sgd/random";
import { sizeOf } from "onnx-grad";
import type { ParameterBlock } from "onnx-grad/layers";

/**
 * A random direction whose filters have the norms of the weights' filters; zero for biases and normalisation.
 *
 * A filter is what makes one output: a kernel of a convolution [filters × …], a column of a dense layer [inputs × units].
 */
export function filterNormalisedDirection(
  params: Float32Array,
  layout: readonly ParameterBlock[],
  seed: number,
  index: number,
): Float32Array {
  const direction = new Float32Array(params.length);
  normalInto(direction, { key: randomKey(seed, "slice"), stream: index, step: 0 });
  for (const { shape, offset, kind } of layout) {
    const size = sizeOf(shape);
    if (kind !== "weight" || shape.length < 2) {
      direction.fill(0, offset, offset + size);
      continue;
    }
    const dense = shape.length === 2;
    const numFilters = dense ? shape[1]! : shape[0]!;
    const length = size / numFilters;
    for (let filter = 0; filter < numFilters; filter++) {
      const at = (i: number): number => offset + (dense ? i * numFilters + filter : filter * length + i);
      let [ownSquare, randomSquare] = [0, 0];
      for (let i = 0; i < length; i++) {
        ownSquare += params[at(i)]! ** 2;
        randomSquare += direction[at(i)]! ** 2;
      }
      const scale = Math.sqrt(ownSquare / randomSquare);
      for (let i = 0; i < length; i++) direction[at(i)]! *= scale;
    }
  }
  return direction;
}
