/**
 * The process that holds a lock, and whether it is alive.
 *
 * A process of this machine in this PID namespace is recognised by its number and its start, since numbers are used again.
 * For one elsewhere (another machine, a container) only the lock's heartbeat shows whether it is alive (lease.ts).
 */
import { createHash, randomBytes } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { z } from "zod";

/** The holder as the lock file describes it. */
export interface HolderRecord {
  readonly pid: number;
  readonly host: string;
  /** Date and time. */
  readonly since: string;
  /** Identify this boot of the machine and this process; null where the system does not provide them. */
  readonly boot: string | null;
  readonly start: string | null;
  /** The PID namespace of `pid` and `start`. */
  readonly namespace: string | null;
  /** The machine's identifier, hashed, which it keeps over boots. */
  readonly machine: string | null;
  /** Random, new each time a lock is taken. */
  readonly nonce: string;
  /** How often the holder has renewed the lock, twelve digits; null in locks of versions that did not renew them. */
  readonly beat: string | null;
}

const orAbsent = z.string().nullable().default(null);

export const holderSchema: z.ZodType<HolderRecord> = z.object({
  pid: z.int().positive(),
  host: z.string(),
  since: z.string(),
  boot: z.string().nullable(),
  start: z.string().nullable(),
  namespace: orAbsent,
  machine: orAbsent,
  // Part of a file's name.
  nonce: z.string().regex(/^[\w-]{1,64}$/),
  beat: z
    .string()
    .regex(/^\d{12}$/)
    .nullable()
    .default(null),
});

/** This process, with a new token. */
export function thisHolder(): HolderRecord {
  const start = startOf(process.pid);
  return {
    pid: process.pid,
    host: hostname(),
    since: new Date().toISOString(),
    boot: systemText("/proc/sys/kernel/random/boot_id"),
    start: start === "ended" ? null : start,
    namespace: namespace(),
    machine: machine(),
    nonce: randomBytes(8).toString("hex"),
    beat: beatOf(0),
  };
}

/** The heartbeat after so many renewals, of constant length so that it is overwritten in place. */
export function beatOf(count: number): string {
  return String(count).padStart(12, "0");
}

/** Whether the process of a lock is alive, as far as this machine can tell without watching the lock. */
export function stateOf({ pid, host, boot, start, ...found }: HolderRecord): "living" | "ended" | "unknown" {
  const own = thisHolder();
  // Locks of versions without the field count as of this namespace.
  const sameNamespace = found.namespace === null || found.namespace === own.namespace;
  if (host === own.host && boot === own.boot && sameNamespace) {
    if (!isAlive(pid)) return "ended";
    const startNow = startOf(pid);
    if (startNow === "ended") return "ended";
    // Without a start the number may be another process's by now.
    if (start === null || startNow === null) return "unknown";
    return start === startNow ? "living" : "ended";
  }
  // The machine was started again: this one, as containers have its name at most, not its namespace.
  const sameMachine = host === own.host && found.machine !== null && found.machine === own.machine;
  const bothOutside = isOutsideContainers(found.namespace) && isOutsideContainers(own.namespace);
  return sameMachine && bothOutside && boot !== own.boot ? "ended" : "unknown";
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process is alive, but refuses signals from this one.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * When a process started, in the system's ticks since boot; "ended" for a zombie; null where the system does not provide it.
 */
function startOf(pid: number): string | "ended" | null {
  const stat = systemText(`/proc/${pid}/stat`);
  // The name of the program, field 2, may hold spaces and brackets; the state is field 3, the start field 22.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ") ?? [];
  return fields[0] === "Z" || fields[0] === "X" ? "ended" : (fields[19] ?? null);
}

/** The PID and time namespaces of this process; null where they are the machine's own. */
function namespace(): string | null {
  try {
    return ["pid", "time"].map((kind) => readlinkSync(`/proc/self/ns/${kind}`)).join(" ");
  } catch {
    return null;
  }
}

/** The number that Linux gives the first PID namespace, PROC_PID_INIT_INO. */
function isOutsideContainers(found: string | null): boolean {
  return found?.startsWith("pid:[4026531836]") === true;
}

/** The identifier itself is not to be shown to others (machine-id(5)). */
function machine(): string | null {
  const id = systemText("/etc/machine-id");
  return id === null || id === "" ? null : createHash("sha256").update(`entropy-sgd ${id}`).digest("hex").slice(0, 16);
}

function systemText(path: string): string | null {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return null;
  }
}
