/** Replicas whose lease lives. */
import type { RunSubjects } from "./runSubjects.ts";
import type { Streams } from "./streams.ts";

export interface LivingOptions {
  readonly replica: number;
  readonly leaseTime: number;
  /** When the own lease had to be taken again, by `performance.now`. */
  readonly lapsed: () => number;
}

/**
 * Reads which leases live.
 *
 * Where the own lease is not among them or had to be taken again, the server has forgotten them all, or nobody has reached it: for
 * the length of a lease those that lived before are given too, so that nobody goes on alone until all have renewed theirs.
 */
export function livingReplicas(
  streams: Streams,
  subjects: RunSubjects,
  { replica, leaseTime, lapsed }: LivingOptions,
): (signal?: AbortSignal) => Promise<readonly number[]> {
  let before: readonly number[] = [replica];
  let forgotten = Number.NEGATIVE_INFINITY;
  return async (signal) => {
    const held = await streams.insist(() => streams.subjects(subjects.streams.leases), signal);
    const living = held.map(subjects.replicaOf);
    if (!living.includes(replica)) forgotten = performance.now();
    const areBack = performance.now() - Math.max(forgotten, lapsed()) >= leaseTime;
    const all = areBack ? living : [...new Set([...living, ...before])];
    before = all.sort((a, b) => a - b);
    return before;
  };
}
