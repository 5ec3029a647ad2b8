/** The streams of a run. */
import { nanos } from "@nats-io/nats-core";
import type { RunSubjects } from "./runSubjects.ts";
import type { StreamSettings } from "./streams.ts";

export interface RunStreamsOptions {
  /** How long a lease lives unless it is renewed, in milliseconds. */
  readonly leaseTime: number;
  /** Servers that keep each message, 1 to 5. */
  readonly copies: number;
}

/** Vectors and leases are in memory: they are shared and renewed again within a round. */
export function runStreams(
  { streams, every }: RunSubjects,
  { leaseTime, copies }: RunStreamsOptions,
): readonly StreamSettings[] {
  const common = { max_msgs_per_subject: 1, allow_direct: true, num_replicas: copies };
  const age = nanos(leaseTime);
  return [
    { ...common, name: streams.vectors, subjects: [every.chunk], storage: "memory" },
    { ...common, name: streams.commits, subjects: [every.commit], storage: "file" },
    // Server 2.9 has no age per message: leases have a stream of their own.
    {
      ...common,
      name: streams.leases,
      subjects: [every.lease],
      storage: "memory",
      max_age: age,
      duplicate_window: age,
    },
  ];
}
