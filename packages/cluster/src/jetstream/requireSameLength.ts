/** That all members of a run share vectors of one length. */
import { ClusterError } from "../clusterError.ts";
import { readLease } from "./lease.ts";
import type { RunSubjects } from "./runSubjects.ts";
import type { Streams } from "./streams.ts";

/** @throws ClusterError "other-length" where a living member has vectors of another length */
export async function requireSameLength(
  streams: Streams,
  subjects: RunSubjects,
  elements: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { leases } = subjects.streams;
  for (const subject of await streams.insist(() => streams.subjects(leases), signal)) {
    const replica = subjects.replicaOf(subject);
    const found = (await readLease(streams, subjects, replica, signal))?.elements ?? null;
    if (found === null || found === elements) continue;
    const rule = `must be ${found}, as those of replica ${replica} of this run, got ${elements}`;
    throw new ClusterError("other-length", "join", "elements", rule);
  }
}
