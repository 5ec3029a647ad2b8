/** Norms of vectors, summed in float64 with four partial sums. */
import type { Vector } from "../types.ts";

/** Σ vᵢ². Cost: one pass. */
export function squaredNorm(vector: Vector): number {
  const { length } = vector;
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let i = 0;
  for (; i + 3 < length; i += 4) {
    s0 += vector[i] * vector[i];
    s1 += vector[i + 1] * vector[i + 1];
    s2 += vector[i + 2] * vector[i + 2];
    s3 += vector[i + 3] * vector[i + 3];
  }
  for (; i < length; i++) s0 += vector[i] * vector[i];
  return s0 + s1 + (s2 + s3);
}

/** Σ (aᵢ − bᵢ)². Cost: one pass. */
export function squaredDistance(a: Vector, b: Vector): number {
  let [s0, s1] = [0, 0];
  let i = 0;
  for (; i + 1 < a.length; i += 2) {
    const [d0, d1] = [a[i] - b[i], a[i + 1] - b[i + 1]];
    s0 += d0 * d0;
    s1 += d1 * d1;
  }
  if (i < a.length) s0 += (a[i] - b[i]) ** 2;
  return s0 + s1;
}
