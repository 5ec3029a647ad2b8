/**
 * A lock on a run folder: one process writes it at a time.
 *
 * The lock is a file that names its holder. A holder that was killed leaves it behind; the next one sees that no such
 * process lives (its number may have been given to another process since, so its start counts too) and takes it over.
 */
import { randomBytes } from "node:crypto";
import { linkSync, readFileSync, renameSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { InputError } from "../inputError.ts";
import { cannot, isMissing, readPlainText, temporaryName, writeNew } from "./files.ts";

/** Who holds a lock. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** Date and time. */
  readonly since: string;
}

/** A lock that is held. */
export interface Lock {
  /** @throws InputError if the lock is another's, or gone with its folder */
  requireHeld(): void;
  release(): void;
}

const contentSchema = z.object({
  pid: z.int().positive(),
  host: z.string(),
  since: z.string(),
  /** What tells this boot of the machine and this process from later ones; null where the system does not say. */
  boot: z.string().nullable(),
  start: z.string().nullable(),
  nonce: z.string(),
});

type Content = z.infer<typeof contentSchema>;

const fileName = "lock";
const maxBytes = 4096;

/**
 * Takes the lock of a folder.
 *
 * @throws InputError if a living process holds it, or one on another machine, of which nothing can be known
 */
export function acquireLock(folder: string): Lock {
  const path = join(folder, fileName);
  const own = ownContent();
  const temporary = `${path}.${own.nonce}.tmp`;
  try {
    writeNew(temporary, `${JSON.stringify(own)}\n`);
    // Each turn ends with the lock, or with a lock that another process has taken in between.
    for (let turn = 0; !linked(temporary, path); turn++) {
      const found = read(path);
      if (found === null) continue;
      if (turn >= 10 || isHeld(found)) throw new InputError(refusal(folder, found));
      removeStale(path, found);
    }
  } catch (error) {
    throw cannot(path, "be written", error);
  } finally {
    rmSync(temporary, { force: true });
  }
  const isOwn = (): boolean => {
    const found = read(path);
    return found !== null && found !== "unreadable" && found.nonce === own.nonce;
  };
  return {
    requireHeld() {
      if (!isOwn())
        throw new InputError(`${path}: the lock of this run was taken or removed; another process may write it`);
    },
    release() {
      if (isOwn()) rmSync(path, { force: true });
    },
  };
}

/** The living process that holds a folder's lock; null when there is none. */
export function lockHolder(folder: string): LockHolder | null {
  const found = read(join(folder, fileName));
  if (found === null || found === "unreadable" || !isHeld(found)) return null;
  const { pid, host, since } = found;
  return { pid, host, since };
}

function ownContent(): Content {
  return {
    pid: process.pid,
    host: hostname(),
    since: new Date().toISOString(),
    boot: bootId(),
    start: startOf(process.pid),
    nonce: randomBytes(8).toString("hex"),
  };
}

/** Whether `path` is now the file of that name; false when something is there already. */
function linked(temporary: string, path: string): boolean {
  try {
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** What the lock says; null without one, "unreadable" for a file that a crash of the machine left empty or cut. */
function read(path: string): Content | "unreadable" | null {
  let text: string;
  try {
    text = readPlainText(path, maxBytes);
  } catch (error) {
    if (error instanceof InputError && error.message.endsWith(": missing")) return null;
    return "unreadable";
  }
  try {
    return contentSchema.parse(JSON.parse(text));
  } catch {
    return "unreadable";
  }
}

/** Whether a lock may have a living holder. */
function isHeld(found: Content | "unreadable"): boolean {
  // A lock is linked whole, so that one which cannot be read was damaged after its process had ended with the machine.
  if (found === "unreadable") return false;
  const { pid, host, boot, start } = found;
  // Nothing can be known of processes elsewhere.
  if (host !== hostname()) return true;
  if (boot !== bootId()) return false;
  return isAlive(pid) && (start === null || startOf(pid) === start);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process lives, but takes no signals from here.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * Removes a lock that no living process holds.
 *
 * Between reading it and here, another process may have done the same and taken the lock: so it is moved away first and
 * looked at again, and put back if it is not the one that was read.
 */
function removeStale(path: string, stale: Content | "unreadable"): void {
  const aside = temporaryName(path);
  try {
    renameSync(path, aside);
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  const moved = read(aside);
  const same = stale === "unreadable" ? moved === stale : moved !== "unreadable" && moved?.nonce === stale.nonce;
  if (!same) linked(aside, path);
  rmSync(aside, { force: true });
}

function refusal(folder: string, found: Content | "unreadable"): string {
  if (found === "unreadable")
    return `${folder}: its lock cannot be read; delete ${join(folder, fileName)} if no process uses it`;
  const { pid, host, since } = found;
  if (host === hostname()) return `${folder}: in use by process ${pid} since ${since}`;
  const remedy = `if it has ended, delete ${join(folder, fileName)}`;
  return `${folder}: in use by process ${pid} on ${host} since ${since}; ${remedy}`;
}

/** An identifier that changes at each boot of the machine; null where the system has none. */
function bootId(): string | null {
  return systemText("/proc/sys/kernel/random/boot_id");
}

/**
 * When a process started, in the system's ticks since boot; null where the system does not say, or for one that has ended
 * and whose parent has not taken notice yet.
 */
function startOf(pid: number): string | null {
  const stat = systemText(`/proc/${pid}/stat`);
  // The name of the program, field 2, may hold spaces and brackets; the state is field 3, the start field 22.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ") ?? [];
  return fields[0] === "Z" || fields[0] === "X" ? null : (fields[19] ?? null);
}

function systemText(path: string): string | null {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return null;
  }
}
