/**
 * Plain files up to a given size, read whole or in pieces. Folders are untrusted: nothing that blocks or never ends (a pipe,
 * a device) is read, and symbolic links are followed only by option.
 */
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from "node:fs";
import { detailsOf } from "entropy-sgd";
import { InputError } from "../inputError.ts";

// Absent on Windows, where making a symbolic link is a privilege.
const { O_NOFOLLOW = 0, O_NONBLOCK = 0, O_RDONLY } = constants;

/** Systems read and write less than 2 GiB at a time. */
export const maxAtOnce: number = 2 ** 30;

/** An error of the file system as one line that names the path. */
export function cannot(path: string, what: "be read" | "be written" | "be deleted", error: unknown): InputError {
  if (error instanceof InputError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  // "ENOSPC: no space left on device, write" is reported without the system call, which says nothing to a reader.
  const reason = code === "ELOOP" ? "it is a symbolic link" : String(message ?? error).replace(/, [a-z]+( '.*)?$/, "");
  return new InputError({ path, rule: `cannot ${what} (${reason})` });
}

/** Whether an error of the file system, or of a reader here, says that nothing is there. */
export function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT" || detailsOf(error)?.code === "missing";
}

/** An error of reading a file: a line of its own for one that is not there. */
export function cannotRead(path: string, error: unknown): InputError {
  return isMissing(error) ? new InputError({ code: "missing", path, rule: "missing" }) : cannot(path, "be read", error);
}

/** Whether anything has the name. @throws InputError if that cannot be known */
export function isThere(file: string): boolean {
  try {
    return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    throw cannot(file, "be read", error);
  }
}

/** How a file is read. */
export interface ReadOptions {
  /** Whether symbolic links are followed: in run folders they are not. */
  readonly followLinks?: boolean;
}

/**
 * The bytes of a plain file.
 *
 * @throws InputError if it is missing, no plain file (a symbolic link, a folder, a device), larger than `maxBytes`, or
 *   cannot be read
 */
export function readPlain(path: string, maxBytes: number, options: ReadOptions = {}): Uint8Array<ArrayBuffer> {
  const { file, size } = openPlain(path, maxBytes, options);
  try {
    const bytes = new Uint8Array(size);
    for (let at = 0; at < size; ) {
      const count = readSync(file, bytes, at, Math.min(maxAtOnce, size - at), at);
      // Truncated by another process since its size was asked.
      if (count === 0) return bytes.slice(0, at);
      at += count;
    }
    return bytes;
  } catch (error) {
    throw cannot(path, "be read", error);
  } finally {
    closeSync(file);
  }
}

/** The text of a plain file in UTF-8. @throws InputError as `readPlain` */
export function readPlainText(path: string, maxBytes: number): string {
  return Buffer.from(readPlain(path, maxBytes).buffer).toString("utf8");
}

/** How a file is read in pieces. */
export interface PieceOptions extends ReadOptions {
  /** The first byte that is read; 0 when absent. */
  readonly from?: number;
}

/** How much of a file is in memory at a time where it is read in pieces. */
const pieceBytes = 2 ** 20;

/**
 * The bytes of a plain file, a piece at a time: however long the file is, they need a mebibyte of memory. A piece holds
 * until the next one is asked for.
 *
 * @throws InputError as `readPlain`
 */
export function* piecesOf(
  path: string,
  maxBytes: number,
  { from = 0, ...options }: PieceOptions = {},
): Generator<Uint8Array, void, void> {
  const { file, size } = openPlain(path, maxBytes, options);
  try {
    const buffer = new Uint8Array(Math.max(0, Math.min(size - from, pieceBytes)));
    for (let at = from; at < size; ) {
      const count = readSync(file, buffer, 0, Math.min(buffer.length, size - at), at);
      // Truncated by another process since its size was asked.
      if (count === 0) return;
      yield buffer.subarray(0, count);
      at += count;
    }
  } catch (error) {
    throw cannot(path, "be read", error);
  } finally {
    closeSync(file);
  }
}

/** The last bytes of a plain file as text. @throws InputError as `readPlain` */
export function endOf(path: string, maxBytes: number, numBytes: number): string {
  const { file, size } = openPlain(path, maxBytes);
  try {
    const bytes = Buffer.alloc(Math.min(size, numBytes));
    return bytes.toString("utf8", 0, readSync(file, bytes, 0, bytes.length, size - bytes.length));
  } catch (error) {
    throw cannot(path, "be read", error);
  } finally {
    closeSync(file);
  }
}

/** @throws InputError if it is no plain file or too large */
function openPlain(
  path: string,
  maxBytes: number,
  { followLinks = false }: ReadOptions = {},
): { readonly file: number; readonly size: number } {
  let file: number;
  try {
    file = openSync(path, O_RDONLY | O_NONBLOCK | (followLinks ? 0 : O_NOFOLLOW));
  } catch (error) {
    throw cannotRead(path, error);
  }
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) throw new InputError({ path, rule: "must be a plain file" });
    if (stats.size > maxBytes) {
      throw new InputError({
        path,
        rule: `must have at most ${maxBytes} bytes`,
        value: stats.size,
        got: `it has ${stats.size}`,
      });
    }
    return { file, size: stats.size };
  } catch (error) {
    closeSync(file);
    throw cannot(path, "be read", error);
  }
}
