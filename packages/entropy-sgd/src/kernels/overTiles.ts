/**
 * Running a kernel over a range of vectors, wherever they live: whole tiles of 16 elements by SIMD, edges by plain code.
 *
 * Vectors in one registered memory are worked on in place. Others go through a small scratch memory block by block, which
 * costs one copy per vector and still beats plain code by far.
 */
import { type Draw, halvesOf } from "../random/draw.ts";
import type { Vector } from "../types.ts";
import {
  type Kernels,
  kernelsOver,
  noiseAddress,
  noiseBlock,
  registered,
  registerMemory,
  reservedBytes,
} from "./kernels.ts";

/** One kernel's work over [start, end). */
export interface TileWork {
  /** Vectors the kernel reads and writes; null for an absent one. */
  readonly written: readonly (Vector | null)[];
  /** Vectors it only reads. */
  readonly read: readonly (Vector | null)[];
  readonly start: number;
  readonly end: number;
  /** The normals it adds; null where it adds none. */
  readonly normals?: Draw | null;
  /** The SIMD kernel on `numTiles` whole tiles; pointers in the order `written`, `read`, and one to the normals. */
  simd(
    kernels: Kernels,
    pointers: readonly number[],
    firstTile: number,
    numTiles: number,
    normalsPointer: number,
  ): void;
  /** The same in plain code on [start, end). */
  plain(start: number, end: number): void;
}

/** Elements of a vector that pass through scratch memory at once: small enough that all blocks fit a level-2 cache. */
const blockLength = noiseBlock;
const maxVectors = 6;
const pageBytes = 65536;

let scratch: ArrayBuffer | undefined;

/** The words of a draw as the kernels take them. */
export function randomArguments({ key, stream, step }: Draw): [number, number, number, number, number] {
  const [low, high] = halvesOf(step);
  return [key[0], key[1], low, high, stream];
}

/** Does the work; the result's bits do not depend on where the vectors live or when the normals are drawn. */
export function overTiles(work: TileWork): void {
  const { written, read, start, end } = work;
  const vectors = [...written, ...read];
  const aligned = Math.min(end, 16 * Math.ceil(start / 16));
  const last = Math.max(aligned, 16 * Math.floor(end / 16));
  if (last === aligned || vectors.some((vector) => vector instanceof Float64Array)) {
    work.plain(start, end);
    return;
  }
  const { buffer } = vectors.find((vector) => vector !== null)!;
  const shared =
    registered(buffer) !== undefined && vectors.every((vector) => vector === null || vector.buffer === buffer);
  const home = shared ? buffer : scratchBuffer();
  const kernels = kernelsOver(home);
  if (kernels === null) {
    work.plain(start, end);
    return;
  }
  work.plain(start, aligned);
  if (!shared || work.normals) {
    const prepareNormals = normalsInto(home, kernels, work.normals ?? null);
    for (let at = aligned; at < last; at += blockLength) {
      const to = Math.min(last, at + blockLength);
      const normalsPointer = prepareNormals(at, to);
      const views = shared ? vectors : copiesOf(vectors, at, to);
      const pointers = views.map((view) => (view === null ? 0 : view.byteOffset + (shared ? 4 * at : 0)));
      work.simd(kernels, pointers, at / 16, (to - at) / 16, normalsPointer);
      if (shared) continue;
      written.forEach((vector, k) => {
        if (vector !== null) vector.set(views[k]!, at);
      });
    }
  } else {
    const pointers = vectors.map((vector) => (vector === null ? 0 : vector.byteOffset + 4 * aligned));
    work.simd(kernels, pointers, aligned / 16, (last - aligned) / 16, 0);
  }
  work.plain(last, end);
}

/** Brings the normals of a block to the noise block of `home`: copied where they were drawn ahead, else drawn now. */
function normalsInto(
  home: ArrayBufferLike,
  { fillNormal }: Kernels,
  draw: Draw | null,
): (from: number, to: number) => number {
  if (draw === null) return () => 0;
  const { noise, normals } = registered(home)!;
  const ahead = normals?.take(draw);
  const random = randomArguments(draw);
  return (from, to) => {
    if (ahead !== undefined && to <= ahead.length) noise.set(ahead.subarray(from, to));
    else fillNormal(noiseAddress, from / 16, (to - from) / 16, ...random);
    return noiseAddress;
  };
}

function scratchBuffer(): ArrayBuffer {
  if (scratch !== undefined) return scratch;
  if (typeof WebAssembly === "undefined") {
    scratch = new ArrayBuffer(0);
    return scratch;
  }
  const pages = Math.ceil((reservedBytes + 4 * blockLength * maxVectors) / pageBytes);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  registerMemory(memory);
  scratch = memory.buffer;
  return scratch;
}

/** The vectors' elements [from, to) in the scratch memory. */
function copiesOf(vectors: readonly (Vector | null)[], from: number, to: number): (Float32Array | null)[] {
  return vectors.map((vector, k) => {
    if (vector === null) return null;
    const view = new Float32Array(scratchBuffer(), reservedBytes + 4 * blockLength * k, to - from);
    view.set(vector.subarray(from, to));
    return view;
  });
}
