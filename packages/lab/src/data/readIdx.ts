/**
 * The IDX format of MNIST and its kin: a big-endian header (magic number, sizes), then bytes.
 *
 * @see LeCun, Cortes, Burges, "The MNIST database of handwritten digits", file formats
 */
import { gunzipSync } from "node:zlib";
import { InputError } from "../inputError.ts";

/** Images: count × rows × columns bytes. */
export interface IdxImages {
  readonly count: number;
  readonly rows: number;
  readonly columns: number;
  readonly pixels: Uint8Array;
}

const imagesMagic = 0x00000803;
const labelsMagic = 0x00000801;

/**
 * Reads an image file; gzip is recognised.
 *
 * @param file - the name for messages
 * @throws InputError for a wrong magic number, a wrong length, no images or a corrupt gzip
 */
export function readIdxImages(bytes: Uint8Array, file: string): IdxImages {
  const { sizes, items } = readIdx(bytes, file, imagesMagic, "images", 3);
  const [count, rows, columns] = sizes as [number, number, number];
  return { count, rows, columns, pixels: items };
}

/** Reads a label file; as `readIdxImages`. */
export function readIdxLabels(bytes: Uint8Array, file: string): Uint8Array {
  return readIdx(bytes, file, labelsMagic, "labels", 1).items;
}

function readIdx(raw: Uint8Array, file: string, magic: number, kind: string, rank: number) {
  const bytes = unzipped(raw, file);
  const headerLength = 4 * (1 + rank);
  const hex = (value: number): string => `0x${value.toString(16).padStart(8, "0")}`;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = bytes.length >= 4 ? view.getUint32(0) : null;
  if (found !== magic) {
    const what = found === null ? `only ${bytes.length} bytes` : hex(found);
    throw new InputError(`${file}: an IDX file of ${kind} must begin with ${hex(magic)}, found ${what}`);
  }
  if (bytes.length < headerLength) {
    throw new InputError(`${file}: truncated, the header has ${headerLength} bytes, found ${bytes.length}`);
  }
  const sizes = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const expected = sizes.reduce((product, size) => product * size, 1) + headerLength;
  if (bytes.length !== expected) {
    const how = bytes.length < expected ? "truncated" : "too long";
    throw new InputError(`${file}: ${how}, ${sizes.join("×")} ${kind} need ${expected} bytes, found ${bytes.length}`);
  }
  if (sizes[0] === 0) throw new InputError(`${file}: there are no ${kind} in it`);
  return { sizes, items: bytes.subarray(headerLength) };
}

function unzipped(bytes: Uint8Array, file: string): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes);
  } catch (error) {
    throw new InputError(`${file}: corrupt gzip (${error instanceof Error ? error.message : String(error)})`);
  }
}
