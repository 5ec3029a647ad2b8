/**
 * Running a kernel over a range of vectors, wherever they live: whole groups of 16 elements by SIMD, edges by plain code.
 *
 * Vectors in one registered memory are worked on in place. Others go through a small scratch memory block by block, which
 * costs one copy per vector and still beats plain code by far.
 */
import { type Draw, halvesOf } from "../random/draw.ts";
import type { Vector } from "../types.ts";
import { isRegistered, type Kernels, kernelsOver, registerMemory } from "./kernels.ts";

/** One kernel call over [start, end). */
export interface GroupWork {
  /** Vectors the kernel reads and writes; null for an absent one. */
  readonly written: readonly (Vector | null)[];
  /** Vectors it only reads. */
  readonly read: readonly (Vector | null)[];
  readonly start: number;
  readonly end: number;
  /** The SIMD kernel on `numGroups` whole groups; pointers in the order `written`, `read`. */
  simd(kernels: Kernels, pointers: readonly number[], firstGroup: number, numGroups: number): void;
  /** The same in plain code on [start, end). */
  plain(start: number, end: number): void;
}

/** Elements of a vector that pass through scratch memory at once: small enough that all blocks fit a level-2 cache. */
const blockLength = 4096;
const maxVectors = 6;
const pageBytes = 65536;

let scratch: ArrayBuffer | undefined;

/** The words of a draw as the kernels take them. */
export function randomArguments({ key, stream, step }: Draw): [number, number, number, number, number] {
  const [low, high] = halvesOf(step);
  return [key[0], key[1], low, high, stream];
}

/** Does the work; the result's bits do not depend on where the vectors live. */
export function overGroups(work: GroupWork): void {
  const { written, read, start, end } = work;
  const vectors = [...written, ...read];
  const aligned = Math.min(end, 16 * Math.ceil(start / 16));
  const last = Math.max(aligned, 16 * Math.floor(end / 16));
  if (last === aligned || vectors.some((vector) => vector instanceof Float64Array)) {
    work.plain(start, end);
    return;
  }
  const buffer = vectors.find((vector) => vector !== null)!.buffer;
  const shared = isRegistered(buffer) && vectors.every((vector) => vector === null || vector.buffer === buffer);
  // A registered buffer is an ArrayBuffer.
  const kernels = kernelsOver(shared ? (buffer as ArrayBuffer) : scratchBuffer());
  if (kernels === null) {
    work.plain(start, end);
    return;
  }
  work.plain(start, aligned);
  if (shared) {
    const pointers = vectors.map((vector) => (vector === null ? 0 : vector.byteOffset + 4 * aligned));
    work.simd(kernels, pointers, aligned / 16, (last - aligned) / 16);
  } else {
    for (let at = aligned; at < last; at += blockLength)
      throughScratch(work, kernels, at, Math.min(last, at + blockLength));
  }
  work.plain(last, end);
}

function scratchBuffer(): ArrayBuffer {
  if (scratch !== undefined) return scratch;
  if (typeof WebAssembly === "undefined") {
    scratch = new ArrayBuffer(0);
    return scratch;
  }
  // Address 0 means an absent vector, so the first line stays free.
  const pages = Math.ceil((64 + 4 * blockLength * maxVectors) / pageBytes);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  registerMemory(memory);
  scratch = memory.buffer;
  return scratch;
}

function throughScratch({ written, read, simd }: GroupWork, kernels: Kernels, from: number, to: number): void {
  const views = [...written, ...read].map((vector, k) => {
    if (vector === null) return null;
    const view = new Float32Array(scratchBuffer(), 64 + 4 * blockLength * k, to - from);
    view.set(vector.subarray(from, to));
    return view;
  });
  const pointers = views.map((view) => view?.byteOffset ?? 0);
  simd(kernels, pointers, from / 16, (to - from) / 16);
  written.forEach((vector, k) => {
    if (vector !== null) vector.set(views[k]!, from);
  });
}
