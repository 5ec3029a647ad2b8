/** Norms of vectors, summed in float64 in four partial sums by element modulo 4. */
import type { Vector } from "../types.ts";
import { kernelsOver } from "./kernels.ts";

/** Σ vᵢ². Cost: one pass; SIMD for a Float32Array in a shared memory. */
export function squaredNorm(vector: Vector): number {
  return sumOfSquares(vector, null);
}

/** Σ (aᵢ − bᵢ)². Cost: one pass; SIMD for Float32Arrays in one shared memory. */
export function squaredDistance(a: Vector, b: Vector): number {
  return sumOfSquares(a, b);
}

/** Whole tiles of 16 first, then the rest one by one, so that SIMD and plain code give equal bits. */
function sumOfSquares(a: Vector, b: Vector | null): number {
  const numTiles = Math.floor(a.length / 16);
  let sum = tilesBySimd(a, b, numTiles) ?? plainSumOfSquares(a, b, numTiles);
  for (let i = 16 * numTiles; i < a.length; i++) {
    const d = a[i] - (b === null ? 0 : b[i]);
    sum += d * d;
  }
  return sum;
}

function tilesBySimd(a: Vector, b: Vector | null, numTiles: number): number | null {
  const { buffer } = a;
  if (!(a instanceof Float32Array) || (b !== null && b.buffer !== buffer)) return null;
  const kernels = kernelsOver(buffer);
  return kernels === null ? null : kernels.squaredDistance(a.byteOffset, b?.byteOffset ?? 0, numTiles);
}

/** The sum over whole tiles in plain code; bit by bit that of the SIMD kernel. */
function plainSumOfSquares(a: Vector, b: Vector | null, numTiles: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  const end = 16 * numTiles;
  for (let i = 0; i < end; i += 4) {
    const d0 = a[i] - (b === null ? 0 : b[i]);
    const d1 = a[i + 1] - (b === null ? 0 : b[i + 1]);
    const d2 = a[i + 2] - (b === null ? 0 : b[i + 2]);
    const d3 = a[i + 3] - (b === null ? 0 : b[i + 3]);
    s0 += d0 * d0;
    s1 += d1 * d1;
    s2 += d2 * d2;
    s3 += d3 * d3;
  }
  return s0 + s1 + (s2 + s3);
}
