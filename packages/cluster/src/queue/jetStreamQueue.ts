/** A queue of work on a NATS server with JetStream. */
import type { NatsConnection } from "@nats-io/nats-core";
import { ClusterError, checkInteger, checkName } from "../clusterError.ts";
import { openStreams, type Streams, storeAfter } from "../jetstream/streams.ts";
import { receiveFile } from "./files.ts";
import { followQueue } from "./followQueue.ts";
import { jsonText, storedOutcome } from "./outcome.ts";
import { queueStatus } from "./queueStatus.ts";
import { addWorkers, queueNames, queueStreams } from "./queueStreams.ts";
import { forgetPiece, missingPieces, readmitPieces, removePiece } from "./removePiece.ts";
import { workOn } from "./worker.ts";
import type { WorkQueue } from "./workQueue.ts";

export interface JetStreamQueueOptions {
  /** The queue's name: 1 to 64 letters, digits, _ or -. */
  readonly name: string;
  /**
   * Milliseconds between heartbeats of workers; three missed ones give a piece to another. The first worker of a queue says it for
   * all, 10,000 when absent; absent with others it is theirs.
   */
  readonly heartbeat?: number;
  /** Milliseconds for which what workers tell, outcomes and files are kept, the same for all. Default 30 days. */
  readonly keep?: number;
  /** What a worker here is called in `status`. Default "worker". */
  readonly worker?: string;
  /**
   * Called when a worker here reaches the server again after more than three heartbeats: another may have been given the piece that
   * it works on. It goes on; the first outcome counts.
   *
   * @param silence - milliseconds
   */
  readonly onLapse?: (id: string, silence: number) => void;
  /**
   * Servers of a cluster that keep the queue, 1 to 5. Default 1. Servers of version 2.9 with more have lost pieces when one of them was
   * killed: try yours first (`npm run faults:cluster -- --brokers 3` in the repository).
   */
  readonly copies?: number;
}

const usualHeartbeat = 10_000;

/**
 * A queue on a server with JetStream, 2.9 or later. The connection stays the caller's; while the server is away, calls wait.
 *
 * @throws RangeError for a bad option; each call of the queue ClusterError "other-settings" where the server has it with another `keep` or
 *   other `copies`
 */
export function jetStreamQueue(connection: NatsConnection, options: JetStreamQueueOptions): WorkQueue {
  const where = "jetStreamQueue";
  const { name, heartbeat, keep = 30 * 24 * 3_600_000, copies = 1, worker = "worker", onLapse = () => {} } = options;
  const names = queueNames(where, name);
  checkInteger(where, "heartbeat", heartbeat ?? usualHeartbeat, 50);
  checkInteger(where, "keep", keep, 1_000);
  checkInteger(where, "copies", copies, 1, 5);
  const settings = queueStreams(names, { copies, keep });
  let opened: Promise<Streams> | undefined;
  const open = (): Promise<Streams> => {
    opened ??= openStreams(connection, settings);
    return opened;
  };
  return {
    async enqueue(id, work, signal) {
      checkId("enqueue", id);
      const text = jsonText("enqueue", "work", work);
      const streams = await open();
      const { outcome } = await storedOutcome(streams, names, id, signal);
      return (
        outcome === null && (await storeAfter(streams, names.work, 0, names.subject("work", id), text, signal)) !== null
      );
    },
    async work(handler, signal) {
      // That of the queue, once it is known: a server that has lost its disk is given the same again.
      let own = heartbeat ?? usualHeartbeat;
      const streams = await openStreams(connection, settings, (manager) => addWorkers(manager, names, own));
      const agree = (found: number): void => {
        if (heartbeat !== undefined && heartbeat !== found) {
          const rule = `must be ${inSeconds(found)}, that of the workers of this queue, or absent, got ${inSeconds(heartbeat)}`;
          throw new ClusterError("other-heartbeat", "work", "heartbeat", rule);
        }
        own = found;
      };
      await workOn({ streams, names, agree, worker, onLapse }, handler, signal);
    },
    async *follow(signal) {
      yield* followQueue(connection, await open(), names, signal);
    },
    async *files(id, signal) {
      const streams = await open();
      const { outcome } = await storedOutcome(streams, names, id, signal);
      if (outcome === null) return;
      for (const record of outcome.files) {
        const place = { id, attempt: outcome.attempt, file: record.file };
        yield { path: record.path, bytes: await receiveFile(streams, names, place, record, signal) };
      }
    },
    async status(signal) {
      const streams = await open();
      return streams.insist(() => queueStatus(streams, names), signal);
    },
    async missing(ids, signal) {
      const streams = await open();
      return streams.insist(() => missingPieces(streams, names, ids), signal);
    },
    async forget(id, signal) {
      checkId("forget", id);
      await forgetPiece(await open(), names, id, signal);
    },
    async remove(id, signal) {
      checkId("remove", id);
      return removePiece(await open(), names, id, signal);
    },
    async readmit(ids, signal) {
      await readmitPieces(await open(), names, ids, signal);
    },
  };
}

function checkId(where: string, id: string): void {
  checkName(where, "id", id, /^[\w-]{1,128}$/, "1 to 128 letters, digits, _ or -");
}

/** Both units: those of the option here, and of commands. */
function inSeconds(milliseconds: number): string {
  return `${milliseconds} ms (${milliseconds / 1000} s)`;
}
