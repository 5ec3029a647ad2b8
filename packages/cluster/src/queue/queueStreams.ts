/** Where the messages of a queue are: everything under `queue.NAME.`. */

import { type ConsumerConfig, JetStreamApiCodes, type JetStreamManager } from "@nats-io/jetstream";
import { millis, nanos } from "@nats-io/nats-core";
import { checkName } from "../clusterError.ts";
import { hasCode } from "../jetstream/hasCode.ts";
import type { StreamSettings } from "../jetstream/streams.ts";

/** Which of a piece's files. */
export interface FilePlace {
  readonly id: string;
  readonly attempt: number;
  /** As in `FileRecord`. */
  readonly file: string;
}

/** Milliseconds between two words of a worker that it is there. */
export const presenceEvery = 3_000;

/** Milliseconds without a word after which a worker counts as gone. */
const presenceAge = 10_000;

export interface QueueNames {
  readonly work: string;
  readonly told: string;
  /** The consumer that all workers share. */
  readonly workers: string;
  readonly files: string;
  /** Who works on the queue. */
  readonly around: string;
  subject(kind: "work" | "event" | "outcome" | "file" | "worker", id: string): string;
  chunk(place: FilePlace, chunk: number): string;
  idOf(subject: string): string;
}

/** @throws RangeError for a name that has no place in a subject */
export function queueNames(path: string, name: string): QueueNames {
  checkName(path, "name", name, /^[\w-]{1,64}$/, "1 to 64 letters, digits, _ or -");
  return {
    ...{
      work: `queue_${name}_work`,
      told: `queue_${name}_told`,
      files: `queue_${name}_files`,
      around: `queue_${name}_around`,
      workers: "workers",
    },
    subject: (kind, id) => `queue.${name}.${kind}.${id}`,
    chunk: ({ id, attempt, file }, chunk) => `queue.${name}.file.${id}.${attempt}.${file}.${chunk}`,
    idOf: (subject) => subject.split(".")[3] ?? "",
  };
}

export interface QueueStreamsOptions {
  /** Servers that keep the queue. */
  readonly copies: number;
  /** Milliseconds for which what was told, and files, are kept. */
  readonly keep: number;
}

/** Work leaves its stream when it is acknowledged; what was told stays for a time, an outcome once. */
export function queueStreams(
  { work, told, files, around, subject }: QueueNames,
  { copies, keep }: QueueStreamsOptions,
): readonly StreamSettings[] {
  const stored = { storage: "file", num_replicas: copies, allow_direct: true } as const;
  const kept = { ...stored, max_age: nanos(keep) };
  return [
    { ...stored, name: work, subjects: [subject("work", "*")], retention: "workqueue" },
    { ...kept, name: told, subjects: [subject("event", "*"), subject("outcome", "*")] },
    { ...kept, name: files, subjects: [`${subject("file", "*")}.*.*.*`], max_msgs_per_subject: 1 },
    {
      ...{
        name: around,
        subjects: [subject("worker", "*")],
        storage: "memory",
        allow_direct: true,
        num_replicas: copies,
      },
      ...{ max_msgs_per_subject: 1, max_age: nanos(presenceAge), duplicate_window: nanos(presenceAge) },
    },
  ];
}

/** How many missed heartbeats give a piece to another worker. */
export const missedHeartbeats = 3;

/**
 * Makes the consumer of all workers where it is not there. One that is there stays as it is: with another time for acknowledgements
 * the heartbeats of those who work on the queue would come too late.
 *
 * @param heartbeat - milliseconds between those of a new queue's workers
 */
export async function addWorkers(
  { consumers }: JetStreamManager,
  { work, workers }: QueueNames,
  heartbeat: number,
): Promise<void> {
  const isThere = await consumers.info(work, workers).then(
    () => true,
    (error: unknown) => {
      if (hasCode(error, JetStreamApiCodes.ConsumerNotFound)) return false;
      throw error;
    },
  );
  if (isThere) return;
  const waits = { ack_policy: "explicit", ack_wait: nanos(missedHeartbeats * heartbeat), max_ack_pending: -1 } as const;
  await consumers.add(work, { ...waits, durable_name: workers });
}

/** Milliseconds between the heartbeats of workers, as their consumer has it. */
export function heartbeatOf({ ack_wait }: Pick<ConsumerConfig, "ack_wait">): number {
  return Math.floor(millis(ack_wait!) / missedHeartbeats);
}
