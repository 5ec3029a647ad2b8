/** Where the messages of a queue are: everything under `queue.NAME.`. */

import type { JetStreamManager } from "@nats-io/jetstream";
import { nanos } from "@nats-io/nats-core";
import { checkName } from "../clusterError.ts";
import type { StreamSettings } from "../jetstream/streams.ts";

/** Which of a piece's files, sent by which of its workers. */
export interface FilePlace {
  readonly id: string;
  readonly attempt: number;
  readonly file: number;
}

export interface QueueNames {
  readonly work: string;
  readonly told: string;
  /** The consumer that all workers share. */
  readonly workers: string;
  readonly files: string;
  /** All subjects of what is told. */
  readonly every: string;
  subject(kind: "work" | "event" | "outcome" | "file", id: string): string;
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
      workers: "workers",
      every: `queue.${name}.*.*`,
    },
    subject: (kind, id) => `queue.${name}.${kind}.${id}`,
    chunk: ({ id, attempt, file }, chunk) => `queue.${name}.file.${id}.${attempt}.${file}.${chunk}`,
    idOf: (subject) => subject.split(".")[3] ?? "",
  };
}

/** Work leaves its stream when it is acknowledged; what was told stays, an outcome once. */
export function queueStreams({ work, told, files, subject }: QueueNames, copies: number): readonly StreamSettings[] {
  const kept = { storage: "file", num_replicas: copies, allow_direct: true } as const;
  return [
    { ...kept, name: work, subjects: [subject("work", "*")], retention: "workqueue" },
    { ...kept, name: told, subjects: [subject("event", "*"), subject("outcome", "*")] },
    { ...kept, name: files, subjects: [`${subject("file", "*")}.*.*.*`], max_msgs_per_subject: 1 },
  ];
}

/** @param ackTime - milliseconds without a heartbeat after which another worker gets a piece */
export async function addWorkers(
  manager: JetStreamManager,
  { work, workers }: QueueNames,
  ackTime: number,
): Promise<void> {
  const waits = { ack_policy: "explicit", ack_wait: nanos(ackTime), max_ack_pending: -1 } as const;
  await manager.consumers.add(work, { ...waits, durable_name: workers });
}
