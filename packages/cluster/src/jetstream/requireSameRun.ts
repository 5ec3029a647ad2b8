/** That all members of a run are replicas of the same training. */
import { ClusterError } from "../clusterError.ts";
import { type LeaseContent, readLease } from "./lease.ts";
import type { RunSubjects } from "./runSubjects.ts";
import type { Streams } from "./streams.ts";

/**
 * @throws ClusterError "other-length" where a living member has vectors of another length, "other-settings" where one has told
 *   another value of a setting
 */
export async function requireSameRun(
  streams: Streams,
  subjects: RunSubjects,
  own: Pick<LeaseContent, "elements" | "settings">,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { leases } = subjects.streams;
  for (const subject of await streams.insist(() => streams.subjects(leases), signal)) {
    const replica = subjects.replicaOf(subject);
    const found = await readLease(streams, subjects, replica, signal);
    if (found !== null) requireSame(found, own, "as that of the others of this run");
  }
}

function requireSame(found: LeaseContent, own: Pick<LeaseContent, "elements" | "settings">, whose: string): void {
  const refuse = (code: "other-length" | "other-settings", name: string, value: unknown, got: unknown): never => {
    throw new ClusterError(code, "join", name, `must be ${value}, ${whose}, got ${got}`);
  };
  if (found.elements !== null && found.elements !== own.elements)
    refuse("other-length", "elements", found.elements, own.elements);
  for (const [name, value] of found.settings) {
    const got = own.settings.get(name) ?? value;
    if (got !== value) refuse("other-settings", name, value, got);
  }
}
