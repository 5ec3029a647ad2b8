/** How a run of Parle stands on a server, and how what the server keeps of it is removed. */
import { jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import { ClusterError } from "../clusterError.ts";
import { decodeCommit } from "../jetstream/commitRecord.ts";
import { areAnyThere, existingStreams, isThere } from "../jetstream/existingStreams.ts";
import { throwIfDenied } from "../jetstream/insistent.ts";
import { isUnder, readLease } from "../jetstream/lease.ts";
import type { LeaseContent } from "../jetstream/leaseContent.ts";
import { runSubjects } from "../jetstream/runSubjects.ts";
import type { Streams } from "../jetstream/streams.ts";

/** A run of Parle. */
export interface RunStatus {
  readonly run: string;
  /** What those who live tell of the settings that all must have alike, by name; none where nobody does. */
  readonly settings: Readonly<Record<string, string>>;
  /** Those that have joined, by their numbers from 0; none where all that did have left before they shared anything. */
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

export interface RemoveRunOptions {
  /** Looks and refuses alike, and removes nothing. Default false. */
  readonly isTrial?: boolean;
}

/**
 * How a run of Parle stands; null where there is none of this name.
 *
 * @throws RangeError for a name that no run has; ClusterError "denied" for what the rights of the user do not have
 */
export async function runStatus(connection: NatsConnection, run: string): Promise<RunStatus | null> {
  const { streams } = runSubjects("runStatus", run);
  return unlessDenied(async () => {
    // That of vectors tells nothing more, and a user of one run need not have the right to ask for it.
    const hasRun = await areAnyThere(connection, [streams.commits, streams.leases]);
    return hasRun ? statusOfRun(await existingStreams(connection), run) : null;
  });
}

/**
 * Removes the streams of a run of Parle whose replicas have ended or are gone. One that is gone without having ended, and comes back
 * from a checkpoint, waits for all others then: that some have ended is known by the streams alone. One that joins meanwhile makes its
 * streams anew.
 *
 * @returns how the run stood; null where nothing of it was there
 * @throws ClusterError "taken" while replicas are at work, which its `details.replicas` names; others as `runStatus`
 */
export async function removeRun(
  connection: NatsConnection,
  run: string,
  { isTrial = false }: RemoveRunOptions = {},
): Promise<RunStatus | null> {
  const { vectors, leases, commits } = runSubjects("removeRun", run).streams;
  const status = await runStatus(connection, run);
  const atWork = status?.replicas.filter(({ living }) => living).map(({ replica }) => replica) ?? [];
  if (atWork.length > 0) {
    const rule = `must have no replica at work, and has ${atWork.join(", ")}`;
    throw new ClusterError("taken", "removeRun", `run ${run}`, rule, { replicas: atWork });
  }
  if (status === null || isTrial) return status;
  return unlessDenied(async () => {
    const manager = await jetstreamManager(connection, { checkAPI: false });
    let wasThere = false;
    // Commits at last: by them a run is listed, one that was removed in part too.
    for (const stream of [vectors, leases, commits])
      wasThere = (await isThere(manager.streams.delete(stream))) || wasThere;
    return wasThere ? status : null;
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

/** How a run stands of which streams are there. */
export async function statusOfRun(streams: Streams, run: string): Promise<RunStatus> {
  const subjects = runSubjects("runStatus", run);
  const [commits, leases] = await Promise.all([
    streams.subjects(subjects.streams.commits),
    streams.subjects(subjects.streams.leases),
  ]);
  const living = new Set(leases.map(subjects.replicaOf));
  const versions = new Map<number, number | null>([...living].map((replica) => [replica, null]));
  const ended = new Set<number>();
  const held = new Map<number, LeaseContent | null>();
  for (const replica of living) held.set(replica, await readLease(streams, subjects, replica));
  for (const subject of commits) {
    const data = (await streams.newest(subjects.streams.commits, subject))?.data;
    const record = data === undefined ? null : decodeCommit(data);
    const replica = subjects.replicaOf(subject);
    const isOwn = record !== null && typeof record !== "string" && isUnder(held.get(replica) ?? null, record);
    versions.set(replica, isOwn ? record.slots[0].version : null);
    if (isOwn && record.hasEnded === true) ended.add(replica);
  }
  const replicas = [...versions].sort(([a], [b]) => a - b);
  const stateOf = (replica: number) => ({ living: living.has(replica), hasEnded: ended.has(replica) });
  const settings = Object.fromEntries([...held.values()].flatMap((lease) => [...(lease?.settings ?? [])]));
  return { run, settings, replicas: replicas.map(([replica, version]) => ({ replica, ...stateOf(replica), version })) };
}
