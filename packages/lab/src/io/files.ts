/**
 * Files of run folders: read only if they are plain files below a size limit, written whole or not at all.
 *
 * A run folder is untrusted. No symbolic link in it is followed, neither to read nor to write, and nothing
 * that blocks or never ends (a pipe, a device) is read.
 */
import { randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { InputError } from "entropy-sgd-training";
import { cannot, maxAtOnce } from "entropy-sgd-training/node";
import { folderMade } from "./madeFolders.ts";

// Absent on Windows, where making a symbolic link is a privilege.
const { O_NOFOLLOW = 0, O_RDONLY, O_WRONLY, O_APPEND, O_CREAT, O_EXCL } = constants;

/** Pieces of a file, one after another. */
export type Content = string | Uint8Array | Iterable<Uint8Array>;

/**
 * Writes a file whole or not at all: to a temporary name beside it, synced, renamed. What was there stays there until
 * the rename; a symbolic link there is replaced, not followed.
 *
 * @param requireHeld - called just before the rename: by throwing it keeps the file as it was
 * @throws InputError if that is impossible; the temporary file is removed then
 */
export function writeWhole(path: string, content: Content, requireHeld?: () => void): void {
  const temporary = temporaryName(path);
  try {
    writeNew(temporary, content);
    requireHeld?.();
    renameSync(temporary, path);
    syncFolder(dirname(path));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw cannot(path, "be written", error);
  }
}

/** An unused name beside `path`; files that a killed process leaves under such names are removed by the next holder of the run's lock. */
export function temporaryName(path: string): string {
  return `${path}.${randomBytes(6).toString("hex")}.tmp`;
}

/** How a new file is written. */
export interface WriteOptions {
  /** Whether it is synced, so that it is whole after a crash of the machine; true when absent. */
  readonly sync?: boolean;
}

/** Writes a file that must not be there yet. */
export function writeNew(path: string, content: Content, { sync = true }: WriteOptions = {}): void {
  const file = openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o666);
  try {
    const pieces = typeof content === "string" ? [Buffer.from(content)] : content;
    for (const piece of pieces instanceof Uint8Array ? [pieces] : pieces) writeAll(file, piece);
    if (sync) fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** How a file is appended to. */
export interface AppendOptions {
  readonly sync?: boolean;
  /** The largest size that its reader accepts. */
  readonly maxBytes: number;
}

/**
 * Appends to a plain file that is there.
 *
 * The file is not kept open, so that a folder that was moved, removed or remounted read-only is noticed at once.
 *
 * @throws InputError if it is missing, no plain file, cannot take the whole text, or would be larger than its reader allows
 */
export function appendTo(path: string, text: string | Uint8Array, { sync = false, maxBytes }: AppendOptions): void {
  let file: number | undefined;
  try {
    file = openSync(path, O_WRONLY | O_APPEND | O_NOFOLLOW);
    const bytes = typeof text === "string" ? Buffer.from(text) : text;
    const size = fstatSync(file).size + bytes.length;
    if (size > maxBytes)
      throw new InputError({
        path,
        rule: `must have at most ${maxBytes} bytes`,
        value: size,
        got: `it would have ${size}`,
      });
    writeAll(file, bytes);
    if (sync) fsyncSync(file);
  } catch (error) {
    throw cannot(path, "be written", error);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** A full disk may write a part of the bytes; the next call throws the reason. */
function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, Math.min(maxAtOnce, bytes.length - at));
}

/** Makes the names in a folder durable. */
export function syncFolder(path: string): void {
  // Windows has no way to sync a folder.
  if (process.platform === "win32") return;
  const folder = openSync(path, O_RDONLY);
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/**
 * Makes a folder and the ones above it.
 *
 * @throws InputError if that is impossible
 */
export function makeFolder(path: string): void {
  try {
    // One by one from the top: Node's recursive mkdir does not end where a parent exists but takes no entries (/proc).
    const missing: string[] = [];
    for (let at = resolve(path); !existsSync(at); at = dirname(at)) missing.unshift(at);
    for (const folder of missing) {
      mkdirSync(folder);
      folderMade(folder);
    }
    requireWritable(path);
  } catch (error) {
    throw cannot(path, "be written", error);
  }
}

/** Mode bits do not bind a privileged user, so that only making a file shows whether the folder can be written. */
function requireWritable(path: string): void {
  const probe = join(path, temporaryName(""));
  closeSync(openSync(probe, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW));
  rmSync(probe);
}

/** Makes `parent/name-N` with the smallest N that is free, also of several processes at once, and gives its path. */
export function makeNextFolder(parent: string, name: string): string {
  makeFolder(parent);
  for (let number = 1; ; number++) {
    const path = join(parent, `${name}-${number}`);
    try {
      mkdirSync(path);
      folderMade(path);
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw cannot(path, "be written", error);
    }
  }
}

/**
 * Makes a folder within a run folder, which is untrusted and may have a symbolic link of that name.
 *
 * @throws InputError if something else has its name, or it cannot be made
 */
export function makeFolderWithin(parent: string, name: string): string {
  const path = join(parent, name);
  try {
    if (!existsSync(path)) mkdirSync(path);
    requireRealFolder(path);
    return path;
  } catch (error) {
    throw cannot(path, "be written", error);
  }
}

/** @throws InputError for anything but a folder, a symbolic link to one included */
export function requireRealFolder(path: string): void {
  if (!lstatSync(path).isDirectory()) throw new InputError({ path, rule: "must be a folder, and no symbolic link" });
}

/** Folders and files in `path`, sorted by name, without temporary files of killed processes. */
export function entriesOf(path: string): string[] {
  return readdirSync(path)
    .filter((name) => !name.endsWith(".tmp"))
    .sort();
}

/** Whether a run may begin in `path`: it does not exist, or holds at most temporary files of a process that was killed first. */
export function isUnused(path: string): boolean {
  return !existsSync(path) || (statSync(path).isDirectory() && ownEntries(path).length === 0);
}

/** Names in a folder, without those left by a process that was killed before its run began. */
function ownEntries(path: string): string[] {
  return entriesOf(path).filter((name) => name !== "lock");
}

/**
 * Checks that a new run may be written to `path`, without writing anything.
 *
 * @throws InputError if it is a file or holds anything
 */
export function requireEmptyFolder(path: string): void {
  if (!existsSync(path)) return;
  if (!statSync(path).isDirectory()) throw new InputError({ path, rule: "must be a folder, it is a file" });
  const entries = ownEntries(path);
  if (entries.length === 0) return;
  const what = entries.includes("config.json") ? "holds another run" : "is not empty";
  throw new InputError({ path, rule: `${what}; give --out a new or empty folder` });
}
