/**
 * Slices of the loss along filter-normalised directions.
 *
 * @see Li et al. 2018, "Visualizing the loss landscape of neural nets" (arXiv:1712.09913)
 */
import type { Score } from "./networkPasses.ts";
import type { RecalibratedScores } from "./recalibratedScores.ts";

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
