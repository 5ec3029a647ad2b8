/**
 * A vector as messages: chunks of at most 512 KiB, each of which says whose it is and whether it is whole.
 *
 * A chunk is 32 bytes of header, then elements; all little-endian:
 *
 *   0 u32 "PRLE"   4 u32 XXH32 of the elements, seeded by that of bytes 8 to 31   8 f64 version   16 u32 XXH32 of the run's name
 *   20 u32 replica   24 u32 elements of the whole vector   28 u16 place of the chunk   30 u8 encoding   31 u8 format
 */
import { allFinite } from "entropy-sgd";
import type { RefusalReason } from "../exchange/refusals.ts";
import { fromFloat16, toFloat16 } from "./float16.ts";
import { xxHash32 } from "./xxHash32.ts";

/** How elements travel: as they are, or rounded to half the bytes. */
export type Encoding = "float32" | "float16";

/** What all chunks of a vector say in common. */
export interface VectorHeader {
  readonly run: string;
  readonly replica: number;
  readonly version: number;
  readonly elements: number;
  readonly encoding: Encoding;
}

/** The format of chunks and commits; what has a larger one is refused. */
export const wireFormat = 0;

/** Bytes of elements in a chunk: half of what a server takes by default as one message. */
export const chunkBytes: number = 512 * 1024;
const headerBytes = 32;
const magic = 0x454c5250;
const encodings: readonly Encoding[] = ["float32", "float16"];
const bytesPer: Readonly<Record<Encoding, number>> = { float32: 4, float16: 2 };

export function chunkCount(elements: number, encoding: Encoding): number {
  return Math.ceil((elements * bytesPer[encoding]) / chunkBytes);
}

/** A vector as it is sent, and as it is read. */
export interface EncodedVector {
  readonly chunks: readonly Uint8Array[];
  /** The vector itself where nothing is rounded. */
  readonly asRead: Float32Array;
}

/** Cost: one copy of the elements, one pass for checksums. */
export function encodeVector(vector: Float32Array, header: VectorHeader): EncodedVector {
  const elements = header.encoding === "float32" ? vector : toFloat16(vector);
  const bytes = new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength);
  const chunks = Array.from({ length: chunkCount(vector.length, header.encoding) }, (_, place) => {
    const payload = bytes.subarray(place * chunkBytes, (place + 1) * chunkBytes);
    const chunk = new Uint8Array(headerBytes + payload.length);
    chunk.set(payload, headerBytes);
    writeHeader(chunk, header, place);
    return chunk;
  });
  return { chunks, asRead: elements instanceof Float32Array ? vector : fromFloat16(elements) };
}

/**
 * The vector of chunks, or why it is refused; null stands for a chunk that is not there.
 *
 * Cost: one copy of the elements, one pass for checksums, one for finiteness.
 */
export function decodeVector(
  chunks: readonly (Uint8Array | null)[],
  header: VectorHeader,
): Float32Array | RefusalReason {
  const { elements, encoding } = header;
  const bytes = new Uint8Array(elements * bytesPer[encoding]);
  for (const [place, chunk] of chunks.entries()) {
    if (chunk === null) return "missing";
    const room = bytes.subarray(place * chunkBytes, (place + 1) * chunkBytes);
    // Its length and its checksum may be others.
    if (chunk.length >= headerBytes && isNewer(chunk)) return "newer-format";
    if (chunk.length !== headerBytes + room.length) return "damaged";
    room.set(chunk.subarray(headerBytes));
    const reason = headerRefusal(chunk, room, header, place);
    if (reason !== null) return reason;
  }
  const vector = encoding === "float32" ? new Float32Array(bytes.buffer) : fromFloat16(new Uint16Array(bytes.buffer));
  return allFinite(vector) ? vector : "not-finite";
}

function writeHeader(chunk: Uint8Array, { run, replica, version, elements, encoding }: VectorHeader, place: number) {
  const view = new DataView(chunk.buffer);
  view.setUint32(0, magic, true);
  view.setFloat64(8, version, true);
  view.setUint32(16, hashOf(run), true);
  view.setUint32(20, replica, true);
  view.setUint32(24, elements, true);
  view.setUint16(28, place, true);
  view.setUint8(30, encodings.indexOf(encoding));
  view.setUint8(31, wireFormat);
  view.setUint32(4, checksumOf(chunk, chunk.subarray(headerBytes)), true);
}

function isNewer(chunk: Uint8Array): boolean {
  const view = new DataView(chunk.buffer, chunk.byteOffset);
  return view.getUint32(0, true) === magic && view.getUint8(31) > wireFormat;
}

/** Why a chunk with these elements is not the one that is wanted; null where it is. */
function headerRefusal(
  chunk: Uint8Array,
  elements: Uint8Array,
  header: VectorHeader,
  place: number,
): RefusalReason | null {
  const view = new DataView(chunk.buffer, chunk.byteOffset);
  if (view.getUint32(0, true) !== magic || view.getUint32(4, true) !== checksumOf(chunk, elements)) return "damaged";
  if (view.getUint32(16, true) !== hashOf(header.run) || view.getUint32(20, true) !== header.replica)
    return "wrong-run";
  if (view.getUint32(24, true) !== header.elements) return "wrong-length";
  const isWanted =
    view.getFloat64(8, true) === header.version &&
    view.getUint16(28, true) === place &&
    encodings[view.getUint8(30)] === header.encoding;
  // Whole, but of another vector: overwritten meanwhile, or late.
  return isWanted ? null : "missing";
}

function checksumOf(chunk: Uint8Array, elements: Uint8Array): number {
  return xxHash32(elements, xxHash32(chunk.subarray(8, headerBytes)));
}

function hashOf(run: string): number {
  return xxHash32(new TextEncoder().encode(run));
}
