/** How a run of Parle stands on a server, and how what the server keeps of it is removed. */
import { JetStreamApiCodes, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import { ClusterError } from "../clusterError.ts";
import { decodeCommit } from "../jetstream/commitRecord.ts";
import { existingStreams } from "../jetstream/existingStreams.ts";
import { hasCode } from "../jetstream/hasCode.ts";
import { throwIfDenied } from "../jetstream/insistent.ts";
import { isUnder, readLease } from "../jetstream/lease.ts";
import { runSubjects } from "../jetstream/runSubjects.ts";
import type { Streams } from "../jetstream/streams.ts";

/** A run of Parle. */
export interface RunStatus {
  readonly run: string;
  /** Those that have joined, by their numbers from 0. */
  readonly replicas: readonly {
    readonly replica: number;
    /** Whether its lease lives. */
    readonly living: boolean;
    /** Whether it has left as one that has ended. */
    readonly hasEnded: boolean;
    /** The newest that it has shared; null for none. */
    readonly version: number | null;
  }[];
}

/**
 * How a run of Parle stands; without replicas where there is none of this name.
 *
 * @throws RangeError for a name that no run has; ClusterError "denied" for what the rights of the user do not have
 */
export async function runStatus(connection: NatsConnection, run: string): Promise<RunStatus> {
  return unlessDenied(async () => statusOfRun(await existingStreams(connection), run));
}

/**
 * Removes the streams of a run of Parle whose replicas have ended or are gone.
 *
 * @throws ClusterError "taken" while a replica is at work; others as `runStatus`
 */
export async function removeRun(connection: NatsConnection, run: string): Promise<void> {
  const { streams } = runSubjects("removeRun", run);
  const { replicas } = await runStatus(connection, run);
  const atWork = replicas.find(({ living }) => living)?.replica;
  if (atWork !== undefined) throw new ClusterError("taken", "removeRun", `replica ${atWork} of ${run}`, "is at work");
  await unlessDenied(async () => {
    const manager = await jetstreamManager(connection, { checkAPI: false });
    for (const stream of Object.values(streams))
      await manager.streams.delete(stream).catch((error: unknown) => {
        if (!hasCode(error, JetStreamApiCodes.StreamNotFound)) throw error;
      });
  });
}

async function unlessDenied<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throwIfDenied(error);
    throw error;
  }
}

/** How a run stands, without replicas where there is none of this name. */
export async function statusOfRun(streams: Streams, run: string): Promise<RunStatus> {
  const subjects = runSubjects("runStatus", run);
  const [commits, leases] = await Promise.all([
    streams.subjects(subjects.streams.commits),
    streams.subjects(subjects.streams.leases),
  ]);
  const living = new Set(leases.map(subjects.replicaOf));
  const versions = new Map<number, number | null>([...living].map((replica) => [replica, null]));
  const ended = new Set<number>();
  for (const subject of commits) {
    const data = (await streams.newest(subjects.streams.commits, subject))?.data;
    const record = data === undefined ? null : decodeCommit(data);
    const replica = subjects.replicaOf(subject);
    const held = living.has(replica) ? await readLease(streams, subjects, replica) : null;
    const isOwn = record !== null && typeof record !== "string" && isUnder(held, record);
    versions.set(replica, isOwn ? record.slots[0].version : null);
    if (isOwn && record.hasEnded === true) ended.add(replica);
  }
  const replicas = [...versions].sort(([a], [b]) => a - b);
  const stateOf = (replica: number) => ({ living: living.has(replica), hasEnded: ended.has(replica) });
  return { run, replicas: replicas.map(([replica, version]) => ({ replica, ...stateOf(replica), version })) };
}
