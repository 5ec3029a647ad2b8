/**
 * Normals drawn by another thread ahead of their use.
 *
 * A draw is a function of (key, stream, step, element), and moves use the steps of one key and stream in order. So when a
 * move takes draw t, a worker can make draw t + 1 while this thread does the rest of its step. Whatever is not ready in time
 * the move draws itself: the bits are the same, only the time differs.
 */
import { compiledKernels } from "../kernels/kernels.ts";
import { chunk } from "./drawingSource.ts";
import { passedNormals } from "./passedNormals.ts";
import { longest, sharedNormals } from "./sharedNormals.ts";
import type { NormalsWorker, SpawnWorker } from "./workers.ts";

/**
 * Normals for vectors of `length` elements, drawn by a worker that starts at the first `take`. Memory: two vectors, shared
 * between the threads, or passed between them where there is no shared memory.
 *
 * @returns null where there is no SIMD, or the vectors are too short to gain by it
 */
export function normalsWorker(length: number, spawn: SpawnWorker): NormalsWorker | null {
  const module = compiledKernels();
  if (module === null || length < 4 * chunk || length >= longest) return null;
  if (typeof SharedArrayBuffer === "undefined") return passedNormals(module, length, spawn);
  return sharedNormals(module, length, spawn);
}
