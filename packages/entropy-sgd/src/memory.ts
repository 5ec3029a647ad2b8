/** Memories that vectors are allocated in. */
import { rangeError } from "./errors.ts";
import { registered, registerMemory, reservedBytes } from "./kernels/kernels.ts";
import type { NormalsAhead } from "./random/draw.ts";
import type { Vector, VectorMemory } from "./types.ts";

/** Plain arrays, one per vector. */
export const plainMemory: VectorMemory = {
  allocate: (length: number, like: Vector): Vector =>
    like instanceof Float32Array ? new Float32Array(length) : new Float64Array(length),
};

/** A copy of a vector in a memory. */
export function copyIn(memory: VectorMemory, vector: Vector): Vector {
  const copy = memory.allocate(vector.length, vector);
  copy.set(vector);
  return copy;
}

/** One memory from which vectors are cut off one after the other; nothing is given back. */
export interface SharedVectorMemory extends VectorMemory {
  readonly buffer: ArrayBuffer;
  /** Bytes not yet given out. */
  readonly bytesLeft: () => number;
  /**
   * Moves of vectors in this memory take their normals from `source` as far as it has drawn them, and draw the rest
   * themselves; null ends that. Results have the same bits either way.
   */
  useNormals(source: NormalsAhead | null): void;
}

/** Pages of WebAssembly memory, and a cache line. */
const pageBytes = 65536;
const alignment = 64;

/**
 * A memory of at least `bytes` bytes that the SIMD kernels work in without copies, and an engine may share.
 *
 * Each vector begins at a multiple of 64 bytes. The memory never grows, since growth would detach the vectors. Where
 * WebAssembly is forbidden it is a plain buffer and everything works, slower.
 *
 * @throws RangeError if `bytes` is not an integer in [1, 2³²), or, when a vector is allocated, if it does not fit
 * @example
 * ```ts
 * import { sgd, sharedMemory } from "entropy-sgd";
 * const memory = sharedMemory(1024);
 * const state = sgd({ learningRate: 0.5 }).init(new Float32Array([1, 2]), memory);
 * state.params.buffer === memory.buffer; // => true
 * ```
 */
export function sharedMemory(bytes: number): SharedVectorMemory {
  if (!Number.isInteger(bytes) || bytes < 1 || bytes >= 2 ** 32) {
    throw rangeError("sharedMemory", "bytes", "must be an integer in [1, 4294967296)", bytes);
  }
  let next = reservedBytes;
  const buffer = newBuffer(bytes + reservedBytes);
  return {
    buffer,
    bytesLeft: () => buffer.byteLength - next,
    useNormals(source: NormalsAhead | null): void {
      const entry = registered(buffer);
      if (entry !== undefined) entry.normals = source;
    },
    allocate(length: number, like: Vector): Vector {
      const start = next;
      const end = start + length * like.BYTES_PER_ELEMENT;
      if (end > buffer.byteLength) {
        const left = `${end - start} bytes, ${buffer.byteLength - start} are left`;
        throw rangeError("sharedMemory", "", `a vector of ${length} elements needs ${left}`);
      }
      next = Math.ceil(end / alignment) * alignment;
      return like instanceof Float32Array
        ? new Float32Array(buffer, start, length)
        : new Float64Array(buffer, start, length);
    },
  };
}

function newBuffer(bytes: number): ArrayBuffer {
  const pages = Math.ceil(bytes / pageBytes);
  if (typeof WebAssembly === "undefined") return new ArrayBuffer(pages * pageBytes);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  registerMemory(memory);
  return memory.buffer;
}
