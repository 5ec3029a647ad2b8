/** What there is of this package on a server: queues of work and runs of Parle. */
import { type JetStreamManager, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import { existingStreams } from "../jetstream/existingStreams.ts";
import { throwIfDenied } from "../jetstream/insistent.ts";
import { queueStatus } from "../queue/queueStatus.ts";
import { queueNames } from "../queue/queueStreams.ts";
import type { QueueStatus } from "../queue/workQueue.ts";
import { type RunStatus, statusOfRun } from "./runStatus.ts";

/** How everything on a server stands. */
export interface ClusterStatus {
  readonly server: { readonly name: string; readonly version: string };
  /** Those that hold a piece, or of which a worker was heard of. */
  readonly queues: readonly NamedQueueStatus[];
  readonly runs: readonly RunStatus[];
}

/** A queue of work. */
export interface NamedQueueStatus extends QueueStatus {
  readonly name: string;
  /** Those of its streams on the disk that are not there; who uses the queue next makes them anew. */
  readonly missing: readonly string[];
}

/**
 * Reads how everything on a server stands, and changes nothing there.
 *
 * @throws ClusterError "denied" for what the rights of the user do not have; the client's error where the server has no JetStream, or
 *   does not answer
 */
export async function clusterStatus(connection: NatsConnection): Promise<ClusterStatus> {
  try {
    return await readStatus(connection);
  } catch (error) {
    throwIfDenied(error);
    throw error;
  }
}

async function readStatus(connection: NatsConnection): Promise<ClusterStatus> {
  const manager = await jetstreamManager(connection, { checkAPI: false });
  const streams = await existingStreams(connection);
  const names = await streamNames(manager);
  const named = (pattern: RegExp): string[] => {
    const found = names.flatMap((name) => pattern.exec(name)?.[1] ?? []);
    return [...new Set(found)].sort();
  };
  const queues: NamedQueueStatus[] = [];
  for (const name of named(/^queue_([\w-]{1,64})_(?:work|told|files|around)$/)) {
    const own = queueNames("clusterStatus", name);
    // Who is there is in memory, which a server that was started again does not have.
    const missing = [own.work, own.told, own.files].filter((stream) => !names.includes(stream));
    const status = await queueStatus(streams, own);
    const { waiting, atWork, ended, workers } = status;
    if (waiting + atWork + ended + workers.length + missing.length > 0) queues.push({ name, missing, ...status });
  }
  const runs = [];
  for (const run of named(/^parle_([\w-]{1,64})_commits$/)) runs.push(await statusOfRun(streams, run));
  const { server_name: name, version } = connection.info!;
  return { server: { name, version }, queues, runs };
}

async function streamNames(manager: JetStreamManager): Promise<string[]> {
  const names: string[] = [];
  for await (const name of manager.streams.names()) names.push(name);
  return names;
}
