/**
 * A lock on a folder: one process writes it at a time.
 *
 * The lock is a file that names its holder and has a token. The holder renews it (a counter in it, written in place) and
 * reads it again before each write. A process that finds the lock of one that has ended, or one that was not renewed while it
 * watched (lease.ts), takes it over: it makes a claim, a file named after the old token that only one process can make, checks
 * that the lock is still the old one, and renames the claim to the lock. The holder too makes that claim before it removes its
 * lock, so that each token is replaced once.
 */
import { createHash, randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { InputError } from "entropy-sgd-training";
import { cannot, isMissing, readPlainText } from "entropy-sgd-training/node";
import { type WriteOptions, writeNew } from "../io/files.ts";
import { beatOf, type HolderRecord, holderSchema, stateOf, thisHolder } from "./lockHolder.ts";

/** The holder of a lock. */
export type LockHolder = Pick<HolderRecord, "pid" | "host" | "since">;

/** A lock that is held. */
export interface Lock {
  /** @throws InputError if the lock is another process's, or was removed with its folder */
  requireHeld(): void;
  release(): void;
}

/** The content of a lock file or claim; `holder` is null if the file is empty or cut. */
export interface FoundLock {
  readonly path: string;
  readonly token: string;
  /** null for a lock that is never renewed. */
  readonly beat: string | null;
  readonly holder: HolderRecord | null;
}

/** Milliseconds between two renewals. */
const renewEvery = 5000;

const fileName = "lock";
const maxBytes = 4096;
/** Claims on claims: each is of a process that ended within milliseconds of another one. */
const maxDepth = 8;

/** Thrown for a lock that must be watched to find out whether its holder is alive. */
export class LockInDoubt extends InputError {
  readonly found: FoundLock;
  constructor(message: string, found: FoundLock) {
    super(message);
    this.found = found;
  }
}

/**
 * Takes the lock of a folder.
 *
 * @param lapsed - a lock that was watched and not renewed: taken over if it is still the same
 * @param options - without `sync` a crash of the machine may leave the lock empty
 * @throws InputError if a living process holds it, or it cannot be read; LockInDoubt if its holder may be alive
 */
export function acquireLock(folder: string, lapsed: readonly FoundLock[] = [], options: WriteOptions = {}): Lock {
  const path = join(folder, fileName);
  const own = thisHolder();
  const text = `${JSON.stringify(own)}\n`;
  try {
    // Each turn ends with the lock, or with one that another process has taken or released in between.
    for (let turn = 0; ; turn++) {
      const found = readLock(path);
      if (found === null) {
        if (createWhole(path, text, options)) break;
        continue;
      }
      if (turn >= 10) throw new InputError(refusalOf(folder, found));
      requireFree(folder, found, lapsed);
      if (takeOver(folder, found, text, lapsed)) break;
    }
  } catch (error) {
    throw cannot(path, "be written", error);
  }
  return heldLock(folder, own);
}

/** The process that holds a folder's lock and may be alive; null without one. @throws InputError as `readLock` */
export function lockHolder(folder: string): LockHolder | null {
  const holder = readLock(join(folder, fileName))?.holder ?? null;
  return holder === null || stateOf(holder) === "ended" ? null : holder;
}

/** The content of the lock; null without one. @throws InputError if it cannot be read */
export function readLock(path: string): FoundLock | null {
  let text: string;
  try {
    text = readPlainText(path, maxBytes);
  } catch (error) {
    if (isMissing(error)) return null;
    const { message } = cannot(path, "be read", error);
    throw new InputError(`${message}; if no process uses the folder, delete it`);
  }
  let parsed: ReturnType<typeof holderSchema.safeParse> | null = null;
  try {
    parsed = holderSchema.safeParse(JSON.parse(text));
  } catch {
    // Malformed JSON.
  }
  if (parsed?.success) return { path, token: parsed.data.nonce, beat: parsed.data.beat, holder: parsed.data };
  // Empty or cut: being written where there are no hard links, or left so by a crash of the machine.
  const token = createHash("sha256").update(text).digest("hex").slice(0, 16);
  return { path, token, beat: `cut ${text.length}`, holder: null };
}

/** @throws InputError unless the lock's process has ended, or the lock was watched and not renewed */
function requireFree(folder: string, found: FoundLock, lapsed: readonly FoundLock[]): void {
  const state = found.holder === null ? "unknown" : stateOf(found.holder);
  if (state === "ended" || lapsed.some((one) => isSame(one, found))) return;
  // Watching a lock that is never renewed would show nothing.
  if (state === "unknown" && found.beat !== null) throw new LockInDoubt(refusalOf(folder, found), found);
  throw new InputError(refusalOf(folder, found));
}

function isSame(one: FoundLock, other: FoundLock | null): boolean {
  return one.token === other?.token && one.beat === other.beat;
}

/** Replaces a free lock or claim; false if it is gone, or another process was faster. */
function takeOver(folder: string, old: FoundLock, text: string, lapsed: readonly FoundLock[], depth = 0): boolean {
  const claim = claimOn(folder, old);
  if (!createWhole(claim, text)) {
    // Its process ended within the next lines, or is there now.
    const other = readLock(claim);
    if (other === null || depth >= maxDepth) return false;
    requireFree(folder, other, lapsed);
    if (!takeOver(folder, other, text, lapsed, depth + 1)) return false;
  }
  try {
    if (isSame(old, readLock(old.path))) {
      renameSync(claim, old.path);
      return true;
    }
    rmSync(claim, { force: true });
  } catch (error) {
    // The holder of a new lock has removed the claim on the old one.
    if (!isMissing(error)) throw error;
  }
  return false;
}

/** A name that counts as a temporary file of a killed process. */
function claimOn(folder: string, { token }: Pick<FoundLock, "token">): string {
  return join(folder, `${fileName}.${token}.tmp`);
}

/** Makes a file that appears with its whole text, where the file system has hard links; false if it exists. */
function createWhole(path: string, text: string, options: WriteOptions = {}): boolean {
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    writeNew(temporary, text, options);
    linkSync(temporary, path);
    return true;
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return false;
    if (syscall !== "link") throw error;
  } finally {
    removeIfPossible(temporary);
  }
  // No hard links (exFAT, some network drives), or the lock's holder has removed the temporary file.
  return createInPlace(path, text);
}

/** The same without hard links: other processes may see the file empty for a moment. */
function createInPlace(path: string, text: string): boolean {
  let file: number;
  try {
    file = openSync(path, "wx");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
  try {
    writeSync(file, text);
    fsyncSync(file);
    return true;
  } catch (error) {
    removeIfPossible(path);
    throw error;
  } finally {
    closeSync(file);
  }
}

/** After an I/O error removing fails as well; the next holder of the lock does it. */
function removeIfPossible(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Left behind.
  }
}

function heldLock(folder: string, own: HolderRecord): Lock {
  const path = join(folder, fileName);
  const isOwn = (): boolean => readLock(path)?.token === own.nonce;
  let beats = 0;
  const timer = setInterval(() => {
    // The next write throws the reason.
    try {
      renew(path, own, ++beats);
    } catch {}
  }, renewEvery);
  timer.unref();
  return {
    requireHeld() {
      const found = readLock(path);
      if (found?.token === own.nonce) return;
      if (!existsSync(folder)) throw new InputError({ path: folder, rule: "was removed or moved away" });
      const how =
        found?.holder == null ? "removed" : `taken over by process ${found.holder.pid} on ${found.holder.host}`;
      throw new InputError({ path, rule: `the lock was ${how}; nothing more is written from here` });
    },
    release() {
      clearInterval(timer);
      try {
        // A claim that exists belongs to a process that takes the lock over.
        const claim = claimOn(folder, { token: own.nonce });
        if (!isOwn() || !createWhole(claim, `${JSON.stringify(thisHolder())}\n`)) return;
        if (isOwn()) rmSync(path, { force: true });
        rmSync(claim, { force: true });
      } catch {
        // The folder was removed or cannot be written: the lock stays, as of a process that has ended.
      }
    },
  };
}

/**
 * Writes the heartbeat in place, into the file with this process's token: if another process has taken over in between, the
 * open file is the old one, which has no name any more.
 */
function renew(path: string, own: HolderRecord, beats: number): void {
  const file = openSync(path, constants.O_RDWR | (constants.O_NOFOLLOW ?? 0));
  try {
    const bytes = Buffer.alloc(maxBytes);
    const text = bytes.toString("utf8", 0, readSync(file, bytes, 0, maxBytes, 0));
    if (!text.includes(`"nonce":"${own.nonce}"`)) return;
    const renewed = Buffer.from(`${JSON.stringify({ ...own, beat: beatOf(beats) })}\n`);
    writeSync(file, renewed, 0, renewed.length, 0);
  } finally {
    closeSync(file);
  }
}

function refusalOf(folder: string, { path, holder }: FoundLock): string {
  if (holder === null) return `${folder}: its lock is empty or cut; if no process uses it, delete ${path}`;
  const { pid, host, since } = holder;
  if (stateOf(holder) === "living") return `${folder}: in use by process ${pid} since ${since}`;
  return `${folder}: in use by process ${pid} on ${host} since ${since}; if it has ended, delete ${path}`;
}
