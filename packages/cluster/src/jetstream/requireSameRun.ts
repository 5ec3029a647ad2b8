/** That all members of a run are replicas of the same training. */
import { ClusterError } from "../clusterError.ts";
import { readLease } from "./lease.ts";
import type { LeaseContent } from "./leaseContent.ts";
import type { RunSubjects } from "./runSubjects.ts";
import type { Streams } from "./streams.ts";

type Own = Pick<LeaseContent, "elements" | "settings" | "details">;

/**
 * @throws ClusterError "other-length" where a living member has vectors of another length, "other-settings" where one has told
 *   another value of a setting
 */
export async function requireSameRun(
  streams: Streams,
  subjects: RunSubjects,
  own: Own,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { leases } = subjects.streams;
  for (const subject of await streams.insist(() => streams.subjects(leases), signal)) {
    const replica = subjects.replicaOf(subject);
    const found = await readLease(streams, subjects, replica, signal);
    if (found !== null) requireSame(found, own);
  }
}

function requireSame(found: LeaseContent, own: Own): void {
  const others = settingsApart(found, own);
  if (others.length > 0) throw refusal("other-settings", others);
  if (found.elements !== null && found.elements !== own.elements)
    throw refusal("other-length", [{ name: "elements", run: found.elements, own: own.elements }]);
}

/** A value of the run's, and of one that would join. */
interface Apart {
  readonly name: string;
  readonly run: unknown;
  readonly own: unknown;
}

/** Settings that two have told of which the values differ: what they are made of, where both tell that, or themselves. */
function settingsApart(found: Own, own: Own): readonly Apart[] {
  const apart = [...found.settings]
    .map(([name, value]) => ({ name, run: value, own: own.settings.get(name) ?? value }))
    .filter((one) => one.run !== one.own);
  if (apart.length === 0 || found.details.size === 0 || own.details.size === 0) return apart;
  const names = [...new Set([...found.details.keys(), ...own.details.keys()])];
  const parts = names
    .map((name) => ({ name, run: found.details.get(name) ?? "none", own: own.details.get(name) ?? "none" }))
    .filter((one) => one.run !== one.own);
  return parts.length === 0 ? apart : parts;
}

/** Settings named in one message; what is more is counted. */
const most = 5;

function refusal(code: "other-length" | "other-settings", apart: readonly Apart[]): ClusterError {
  const [first, ...rest] = apart as readonly [Apart, ...Apart[]];
  const more = rest.slice(0, most - 1).map(({ name, run, own }) => `; ${name} must be ${run}, got ${own}`);
  const others = rest.length < most ? "" : `; and ${rest.length - most + 1} more`;
  const rule = `must be ${first.run}, as that of the others of this run, got ${first.own}${more.join("")}${others}`;
  return new ClusterError(code, "join", first.name, rule);
}
