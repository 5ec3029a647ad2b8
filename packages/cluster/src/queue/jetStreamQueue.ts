/** A queue of work on a NATS server with JetStream. */
import type { NatsConnection } from "@nats-io/nats-core";
import { checkInteger, checkName } from "../clusterError.ts";
import { openStreams, type Streams, storeAfter } from "../jetstream/streams.ts";
import { receiveFile } from "./files.ts";
import { followQueue } from "./followQueue.ts";
import { jsonText, storedOutcome } from "./outcome.ts";
import { addWorkers, queueNames, queueStreams } from "./queueStreams.ts";
import { workOn } from "./worker.ts";
import type { WorkQueue } from "./workQueue.ts";

export interface JetStreamQueueOptions {
  /** The queue's name: 1 to 64 letters, digits, _ or -. */
  readonly name: string;
  /** Milliseconds between a worker's heartbeats, the same for all; three missed ones give its piece to another. Default 10,000. */
  readonly heartbeat?: number;
  /** Servers of a cluster that keep the queue, 1 to 5. Default 1. */
  readonly copies?: number;
}

/**
 * A queue on a server with JetStream, 2.9 or later. The connection stays the caller's; while the server is away, calls wait.
 *
 * @throws RangeError for a bad option
 */
export function jetStreamQueue(connection: NatsConnection, options: JetStreamQueueOptions): WorkQueue {
  const where = "jetStreamQueue";
  const { name, heartbeat = 10_000, copies = 1 } = options;
  const names = queueNames(where, name);
  checkInteger(where, "heartbeat", heartbeat, 50);
  checkInteger(where, "copies", copies, 1, 5);
  let opened: Promise<Streams> | undefined;
  const open = (): Promise<Streams> => {
    opened ??= openStreams(connection, queueStreams(names, copies), (manager) =>
      addWorkers(manager, names, 3 * heartbeat),
    );
    return opened;
  };
  return {
    async enqueue(id, work, signal) {
      checkName("enqueue", "id", id, /^[\w-]{1,128}$/, "1 to 128 letters, digits, _ or -");
      const text = jsonText("enqueue", "work", work);
      const streams = await open();
      const done = await storedOutcome(streams, names, id, signal);
      return done === null && (await storeAfter(streams, 0, names.subject("work", id), text, signal)) !== null;
    },
    work: async (handler, signal) => workOn({ streams: await open(), names, heartbeat }, handler, signal),
    async *follow(signal) {
      yield* followQueue(connection, await open(), names, signal);
    },
    async *files(id, signal) {
      const streams = await open();
      const outcome = await storedOutcome(streams, names, id, signal);
      if (outcome === null) return;
      for (const record of outcome.files) {
        const place = { id, attempt: outcome.attempt, file: record.file };
        yield { path: record.path, bytes: await receiveFile(streams, names, place, record, signal) };
      }
    },
  };
}
