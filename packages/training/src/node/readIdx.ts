/** Files of the IDX format from bytes that may be packed by gzip. */
import { constants, gunzipSync } from "node:zlib";
import {
  type IdxFile,
  type IdxImages,
  type IdxKind,
  type IdxPart,
  idxHeader,
  idxImages,
  idxKinds,
  idxLabels,
  idxPart,
} from "../data/idx.ts";
import { InputError } from "../inputError.ts";

/** So much of a gzip holds the header of what is packed, and unpacks to some 4 MiB at most. */
const headBytes = 2 ** 12;

/**
 * Reads an image file; gzip is recognised, and unpacked to as many bytes as the header in it promises, not more.
 *
 * @param path - the name for messages
 * @throws InputError for a wrong magic number, a wrong length, no images, a corrupt gzip or more than 1 GiB
 */
export function readIdxImages(bytes: Uint8Array, path: string): IdxImages {
  return idxImages(unpack({ path, bytes }, idxKinds.images), path);
}

/** Reads a label file; as `readIdxImages`. */
export function readIdxLabels(bytes: Uint8Array, path: string): Uint8Array {
  return idxLabels(unpack({ path, bytes }, idxKinds.labels), path);
}

/** Images with their labels; as `readIdxImages`. @throws InputError unless there are as many labels as images */
export function readIdxPart(images: IdxFile, labels: IdxFile): IdxPart {
  return idxPart(images, labels, unpack);
}

/** The bytes of a file; a gzip unpacked to as many as the header in it promises. @throws InputError as `readIdxImages` */
export function unpack({ path, bytes }: IdxFile, kind: IdxKind): Uint8Array {
  const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!isPacked) return bytes;
  const head = inflated(path, () => gunzipSync(bytes.subarray(0, headBytes), { finishFlush: constants.Z_SYNC_FLUSH }));
  const { length, need } = idxHeader(head, path, kind);
  try {
    return gunzipSync(bytes, { maxOutputLength: length });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_BUFFER_TOO_LARGE") throw corrupt(path, error);
    throw new InputError({ path, rule: `too long, ${need}, there are more` });
  }
}

function inflated(path: string, inflate: () => Uint8Array): Uint8Array {
  try {
    return inflate();
  } catch (error) {
    throw corrupt(path, error);
  }
}

function corrupt(path: string, error: unknown): InputError {
  return new InputError({ path, rule: `corrupt gzip (${error instanceof Error ? error.message : String(error)})` });
}
