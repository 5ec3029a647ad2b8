/**
 * Slices of the loss along filter-normalised directions.
 *
 * @see Li et al. 2018, "Visualizing the loss landscape of neural nets" (arXiv:1712.09913)
 */
import { normalInto, randomKey } from "entropy-sgd/random";
import { sizeOf } from "onnx-grad";
import type { ParameterBlock } from "onnx-grad/layers";
import type { Score } from "./networkPasses.ts";
import type { RecalibratedScores } from "./recalibratedScores.ts";

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

/** A point of a slice: its coordinates along the directions, loss and metric there. */
export interface SlicePoint extends Score {
  readonly x: number;
  readonly y: number;
}

/** Options of a slice. */
export interface SliceOptions {
  readonly origin: Float32Array;
  /** The first axis; the second one too for a surface. */
  readonly directions: readonly [Float32Array, Float32Array?];
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  readonly onPoint?: (point: SlicePoint) => void;
}

/** f(origin + x·d₁ + y·d₂) on a grid, x innermost. One score per point; infinite losses are kept. */
export async function measureSlice(scores: RecalibratedScores, options: SliceOptions): Promise<SlicePoint[]> {
  const { origin, directions, xs, ys, onPoint } = options;
  const [first, second] = directions;
  const points: SlicePoint[] = [];
  for (const y of ys) {
    for (const x of xs) {
      const at = origin.map((value, i) => value + x * first[i]! + (second === undefined ? 0 : y * second[i]!));
      const point = { x, y, ...(await scores.scoreAt(at)) };
      points.push(point);
      onPoint?.(point);
    }
  }
  return points;
}

/** `count` numbers from `low` to `high`. */
export function steps(low: number, high: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => low + ((high - low) * i) / Math.max(1, count - 1));
}
