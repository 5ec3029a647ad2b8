/**
 * The IDX format of MNIST and its kin: a big-endian header (magic number, sizes), then bytes.
 *
 * @see LeCun, Cortes, Burges, "The MNIST database of handwritten digits", file formats
 */
import { constants, gunzipSync } from "node:zlib";
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

/** Of a file, plain or unpacked: twice the largest set of its kind (EMNIST). */
export const maxIdxBytes: number = 2 ** 30;
/** So much of a gzip holds the header of what is packed, and unpacks to some 4 MiB at most. */
const headBytes = 2 ** 12;

/**
 * Reads an image file; gzip is recognised, and unpacked to as many bytes as the header in it promises, not more.
 *
 * @param file - the name for messages
 * @throws InputError for a wrong magic number, a wrong length, no images, a corrupt gzip or more than 1 GiB
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
  const isPacked = raw[0] === 0x1f && raw[1] === 0x8b;
  const head = isPacked ? headOf(raw, file) : raw;
  const headerLength = 4 * (1 + rank);
  const hex = (value: number): string => `0x${value.toString(16).padStart(8, "0")}`;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const begins = head.length >= 4 ? view.getUint32(0) : null;
  if (begins !== magic) {
    const what = begins === null ? `only ${head.length} bytes` : hex(begins);
    throw new InputError({
      path: file,
      rule: `an IDX file of ${kind} must begin with ${hex(magic)}`,
      value: what,
      got: `found ${what}`,
    });
  }
  if (head.length < headerLength) {
    throw new InputError({
      path: file,
      rule: `truncated, the header has ${headerLength} bytes`,
      value: head.length,
      got: `found ${head.length}`,
    });
  }
  const sizes = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const expected = sizes.reduce((product, size) => product * size, 1) + headerLength;
  const need = `${sizes.join("×")} ${kind} need ${expected} bytes`;
  if (expected > maxIdxBytes) throw new InputError({ path: file, rule: `${need}, must be at most ${maxIdxBytes}` });
  const bytes = isPacked ? unpacked(raw, file, expected) : raw;
  if (bytes === null) throw new InputError({ path: file, rule: `too long, ${need}, there are more` });
  if (bytes.length !== expected) {
    const how = bytes.length < expected ? "truncated" : "too long";
    throw new InputError({ path: file, rule: `${how}, ${need}`, value: bytes.length, got: `found ${bytes.length}` });
  }
  if (sizes[0] === 0) throw new InputError({ path: file, rule: `there are no ${kind} in it` });
  return { sizes, items: bytes.subarray(headerLength) };
}

/** What the beginning of a gzip unpacks to. */
function headOf(raw: Uint8Array, file: string): Uint8Array {
  try {
    return gunzipSync(raw.subarray(0, headBytes), { finishFlush: constants.Z_SYNC_FLUSH });
  } catch (error) {
    throw corrupt(file, error);
  }
}

/** The whole of a gzip; null if it is longer than `length`. */
function unpacked(raw: Uint8Array, file: string, length: number): Uint8Array | null {
  try {
    return gunzipSync(raw, { maxOutputLength: length });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") return null;
    throw corrupt(file, error);
  }
}

function corrupt(file: string, error: unknown): InputError {
  return new InputError({
    path: file,
    rule: `corrupt gzip (${error instanceof Error ? error.message : String(error)})`,
  });
}
