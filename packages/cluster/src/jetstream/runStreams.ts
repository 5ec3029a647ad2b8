/** The streams of a run on a server with JetStream. */
import {
  JetStreamApiCodes,
  JetStreamApiError,
  jetstream,
  jetstreamManager,
  type StreamConfig,
} from "@nats-io/jetstream";
import { type NatsConnection, nanos } from "@nats-io/nats-core";
import { type Insist, insistent } from "./insistent.ts";
import type { RunSubjects } from "./runSubjects.ts";

export interface RunStreamsOptions {
  /** How long a lease lives unless it is renewed, in milliseconds. */
  readonly leaseTime: number;
  /** Servers that keep what has been shared by whom, 1 to 5. */
  readonly copies: number;
}

export interface StoredMessage {
  readonly data: Uint8Array;
  readonly seq: number;
}

/** What is asked of the streams, once; `insist` asks until there is an answer. */
export interface RunStreams {
  readonly insist: Insist;
  /** Stores a message; its sequence number. With `after`, only if that is the subject's newest; 0 for none. */
  store(subject: string, data: Uint8Array | string, after?: number): Promise<number>;
  /** The newest message of a subject. */
  newest(stream: string, subject: string): Promise<StoredMessage | null>;
  remove(stream: string, subject: string): Promise<void>;
  /** Subjects of a stream that have a message. */
  subjects(stream: string): Promise<readonly string[]>;
}

/** How long an answer may take before it is asked for again, in milliseconds. */
const answerTime = 5_000;

export async function runStreams(
  connection: NatsConnection,
  subjects: RunSubjects,
  options: RunStreamsOptions,
): Promise<RunStreams> {
  const client = jetstream(connection, { timeout: answerTime });
  const manager = await jetstreamManager(connection, { timeout: answerTime, checkAPI: false });
  const settings = settingsOf(subjects, options);
  const insist = insistent(connection, async () => {
    await Promise.all(settings.map((one) => manager.streams.add(one)));
  });
  return {
    insist,
    async store(subject, data, after) {
      const expected = after === undefined ? {} : { expect: { lastSubjectSequence: after } };
      return (await client.publish(subject, data, expected)).seq;
    },
    newest: (stream, subject) => manager.direct.getMessage(stream, { last_by_subj: subject }),
    async remove(stream, subject) {
      await manager.streams.purge(stream, { filter: subject });
    },
    async subjects(stream) {
      const { state } = await manager.streams.info(stream, { subjects_filter: ">" });
      return Object.keys(state.subjects ?? {});
    },
  };
}

type Settings = Partial<StreamConfig> & Pick<StreamConfig, "name">;

/** Vectors and leases are in memory: they are shared and renewed again within a round. */
function settingsOf({ streams, every }: RunSubjects, { leaseTime, copies }: RunStreamsOptions): Settings[] {
  const common = { max_msgs_per_subject: 1, allow_direct: true };
  const age = nanos(leaseTime);
  return [
    { ...common, name: streams.vectors, subjects: [every.chunk], storage: "memory" },
    { ...common, name: streams.commits, subjects: [every.commit], storage: "file", num_replicas: copies },
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

/** Whether a message was not stored because its subject has a newer one than was expected. */
export function isOutOfTurn(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamWrongLastSequence;
}
