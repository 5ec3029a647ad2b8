/** Streams on a server with JetStream: made where they are missing, asked until there is an answer. */
import {
  JetStreamApiCodes,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  type StreamConfig,
  type StreamInfo,
} from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import { hasCode } from "./hasCode.ts";
import { type Insist, insistent } from "./insistent.ts";
import { throwIfOther } from "./otherSettings.ts";

/** A stream as it is to be; what is not said is the server's default. */
export type StreamSettings = Partial<StreamConfig> & Pick<StreamConfig, "name">;

export interface StoredMessage {
  readonly data: Uint8Array;
  readonly seq: number;
  readonly subject: string;
}

/** What is asked of the streams, once; `insist` asks until there is an answer. */
export interface Streams {
  readonly client: JetStreamClient;
  /** Whether several servers keep a stream: then what one of them does not find may be there. */
  readonly haveCopies: boolean;
  readonly insist: Insist;
  /** Stores a message; its sequence number. With `after`, only if that is the subject's newest; 0 for none. */
  store(subject: string, data: Uint8Array | string, after?: number): Promise<number>;
  /** The newest message of a subject. */
  newest(stream: string, subject: string): Promise<StoredMessage | null>;
  /** The message of a sequence number. */
  at(stream: string, sequence: number): Promise<StoredMessage | null>;
  /** The first message from a sequence number on. */
  next(stream: string, from: number): Promise<StoredMessage | null>;
  /** Removes the messages of a subject. @param upTo - sequence number of the last that goes; all when absent */
  remove(stream: string, subject: string, upTo?: number): Promise<void>;
  /**
   * Removes one message, also of a stream with a consumer: after `remove` of a subject there, a server of version 2.9 never gives out
   * messages of other subjects that were waiting.
   */
  drop(stream: string, sequence: number): Promise<void>;
  /** Subjects of a stream that have a message. @param filter - all when absent */
  subjects(stream: string, filter?: string): Promise<readonly string[]>;
  /** How many messages a stream holds. */
  count(stream: string): Promise<number>;
  /** Sequence number of the newest message that a stream has held; 0 for none. */
  last(stream: string): Promise<number>;
  /**
   * When a stream was made, as the server said when it was asked for it last: before the first question, after each reconnection, and by `last`.
   * Another time is another stream, such as of a server that has lost its disk; undefined while it was not asked.
   */
  created(stream: string): string | undefined;
}

/** How long an answer may take before it is asked for again, in milliseconds. */
const answerTime = 5_000;

/** @param more - done after the streams are there, such as making their consumers */
export async function openStreams(
  connection: NatsConnection,
  settings: readonly StreamSettings[],
  more: (manager: JetStreamManager) => Promise<void> = async () => {},
): Promise<Streams> {
  const client = jetstream(connection, { timeout: answerTime });
  const manager = await jetstreamManager(connection, { timeout: answerTime, checkAPI: false });
  const creations = new Map<string, string>();
  const insist = insistent(connection, async () => {
    // One that is there with the same settings stays.
    const make = (one: StreamSettings) =>
      manager.streams.add(one).catch(async (error: unknown) => {
        await throwIfOther(error, manager, one);
        throw error;
      });
    const found = await Promise.all(
      settings.map((one) => (creations.has(one.name) ? foundOr(make, manager, one) : make(one))),
    );
    for (const { config, created } of found) creations.set(config.name, created);
    await more(manager);
  });
  // A server that only follows may answer a direct question by what was before.
  const haveCopies = settings.some(({ num_replicas = 1 }) => num_replicas > 1);
  const asked = haveCopies ? manager.streams : manager.direct;
  return {
    client,
    haveCopies,
    insist,
    async store(subject, data, after) {
      const expected = after === undefined ? {} : { expect: { lastSubjectSequence: after } };
      return (await client.publish(subject, data, expected)).seq;
    },
    newest: (stream, subject) => asked.getMessage(stream, { last_by_subj: subject }),
    at: (stream, sequence) => asked.getMessage(stream, { seq: sequence }),
    next(stream, from) {
      const query = { seq: from, next_by_subj: ">" };
      return asked.getMessage(stream, query);
    },
    async remove(stream, subject, upTo) {
      // The server takes a purge up to nothing for one of everything.
      if (upTo === 0) return;
      await manager.streams.purge(stream, { filter: subject, ...(upTo !== undefined && { seq: upTo + 1 }) });
    },
    async drop(stream, sequence) {
      await manager.streams.deleteMessage(stream, sequence, false);
    },
    async subjects(stream, filter = ">") {
      const { state } = await manager.streams.info(stream, { subjects_filter: filter });
      return Object.keys(state.subjects ?? {});
    },
    count: async (stream) => (await manager.streams.info(stream)).state.messages,
    async last(stream) {
      const { created, state } = await manager.streams.info(stream);
      creations.set(stream, created);
      return state.last_seq;
    },
    created: (stream) => creations.get(stream),
  };
}

/**
 * Asks first for one that was there. Each making is a vote of the servers of a cluster, also of what is there, and takes a leader of all of
 * them; for what a stream does its own suffices.
 */
async function foundOr(
  make: (settings: StreamSettings) => Promise<StreamInfo>,
  { streams }: JetStreamManager,
  settings: StreamSettings,
): Promise<StreamInfo> {
  try {
    return await streams.info(settings.name);
  } catch (error) {
    if (hasCode(error, JetStreamApiCodes.StreamNotFound)) return make(settings);
    throw error;
  }
}

/** Whether a stream holds a message: the number of one that is gone may be another's. */
export async function holds(
  { at }: Streams,
  stream: string,
  { seq, subject }: Pick<StoredMessage, "seq" | "subject">,
): Promise<boolean> {
  return (await at(stream, seq))?.subject === subject;
}

/** Stores a message if that of sequence number `after` is the subject's newest, 0 for none; null where it is not. */
export async function storeAfter(
  { haveCopies, store, newest, insist }: Streams,
  stream: string,
  after: number,
  subject: string,
  data: string,
  signal: AbortSignal | undefined,
): Promise<number | null> {
  let isRepeated = false;
  try {
    return await insist(async () => {
      // What had no answer may be there. Servers of version 2.9 that refuse it again may number differently what comes next.
      if (haveCopies && isRepeated && ((await newest(stream, subject))?.seq ?? 0) !== after) return null;
      isRepeated = true;
      return store(subject, data, after);
    }, signal);
  } catch (error) {
    if (hasCode(error, JetStreamApiCodes.StreamWrongLastSequence)) return null;
    throw error;
  }
}
