/** Bytes of a file at any place: all of them in memory, or read when they are needed where the file is large. */
import { createHash, type Hash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { InputError } from "../inputError.ts";
import { cannot, maxAtOnce, piecesOf, readPlain } from "./plainFiles.ts";

/** Bytes by position. */
export interface ByteSource {
  readonly path: string;
  readonly length: number;
  /** Fills `out` with the bytes from `position` on. @throws InputError where a file has become shorter */
  readInto(out: Uint8Array, position: number): void;
  /** Adds all bytes to a hash. */
  addTo(hash: Hash): void;
}

/** A file above this is read at random positions. */
const usualMemory = 1024;

/** Bytes in memory. */
export function bytesSource(path: string, bytes: Uint8Array): ByteSource {
  return {
    path,
    length: bytes.length,
    readInto: (out, position) => out.set(bytes.subarray(position, position + out.length)),
    addTo: (hash) => hash.update(bytes),
  };
}

/**
 * The bytes of a plain file; of one above `memory` MiB only those that are read. Such a file stays open as long as the process.
 *
 * @throws InputError if it is missing, no plain file, or cannot be read
 */
export function fileSource(path: string, memory: number | null | undefined): ByteSource {
  const most = (memory ?? usualMemory) * 2 ** 20;
  // The check of what it is comes with reading its first piece.
  const [first] = piecesOf(path, Number.MAX_SAFE_INTEGER, { followLinks: true });
  const file = openSync(path, "r");
  const { size } = fstatSync(file);
  if (first === undefined || size <= most) {
    closeSync(file);
    return bytesSource(path, readPlain(path, Number.MAX_SAFE_INTEGER, { followLinks: true }));
  }
  return {
    path,
    length: size,
    readInto(out, position) {
      for (let at = 0; at < out.length; ) {
        const count = readAt(path, file, out, at, position + at);
        if (count === 0) throw new InputError({ path, rule: "the file has become shorter since training began" });
        at += count;
      }
    },
    addTo(hash) {
      for (const piece of piecesOf(path, Number.MAX_SAFE_INTEGER, { followLinks: true })) hash.update(piece);
    },
  };
}

function readAt(path: string, file: number, out: Uint8Array, at: number, position: number): number {
  try {
    return readSync(file, out, at, Math.min(maxAtOnce, out.length - at), position);
  } catch (error) {
    throw cannot(path, "be read", error);
  }
}

/** SHA-256 of the bytes of files, each once. */
export function checksumOfSources(sources: readonly ByteSource[]): string {
  const hash = createHash("sha256");
  for (const source of new Set(sources)) source.addTo(hash);
  return hash.digest("hex");
}
