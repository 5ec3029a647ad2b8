/**
 * Who holds a lock, and whether that process lives.
 *
 * Of a process of this machine in this PID namespace it is known: its number, and its start, as numbers are given again.
 * Of one elsewhere (another machine, a container) nothing is known at a glance: there the lock's beat tells (lease.ts).
 */
import { createHash, randomBytes } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { z } from "zod";

/** What a lock says of its holder. */
export interface HolderRecord {
  readonly pid: number;
  readonly host: string;
  /** Date and time. */
  readonly since: string;
  /** What tells this boot of the machine and this process from later ones; null where the system does not say. */
  readonly boot: string | null;
  readonly start: string | null;
  /** The PID namespace: what `pid` and `start` are numbers of. */
  readonly namespace: string | null;
  /** What the machine keeps over boots, hashed. */
  readonly machine: string | null;
  /** The token: another one for each time that a lock is taken. */
  readonly nonce: string;
  /** How often the holder has renewed the lock, twelve digits; null in locks made before they were renewed. */
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

/** The beat after so many renewals; of one length, so that it is written in place. */
export function beatOf(count: number): string {
  return String(count).padStart(12, "0");
}

/** Whether the process of a lock lives, as far as it can be known at a glance. */
export function stateOf({ pid, host, boot, start, ...found }: HolderRecord): "living" | "ended" | "unknown" {
  const own = thisHolder();
  // Locks made before there were namespaces in them are of this one.
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
    // Another user's process lives, but takes no signals from here.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * When a process started, in the system's ticks since boot; "ended" for one whose parent has not taken notice of its end
 * yet; null where the system does not say.
 */
function startOf(pid: number): string | "ended" | null {
  const stat = systemText(`/proc/${pid}/stat`);
  // The name of the program, field 2, may hold spaces and brackets; the state is field 3, the start field 22.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ") ?? [];
  return fields[0] === "Z" || fields[0] === "X" ? "ended" : (fields[19] ?? null);
}

/** Numbers of processes and of ticks since boot, as this process sees them; null where there is one of each. */
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
