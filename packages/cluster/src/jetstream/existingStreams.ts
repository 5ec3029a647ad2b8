/** Streams of a server to be looked at: none is made. */
import { JetStreamApiCodes, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import { hasCode } from "./hasCode.ts";
import { openStreams, type Streams } from "./streams.ts";

/** Streams of which those that are not there have nothing: those in memory are gone when their server was started again. */
export async function existingStreams(connection: NatsConnection): Promise<Streams> {
  const streams = await openStreams(connection, []);
  const absentAs =
    <None>(none: None) =>
    (error: unknown): None => {
      if (hasCode(error, JetStreamApiCodes.StreamNotFound)) return none;
      throw error;
    };
  return {
    ...streams,
    subjects: (stream, filter) => streams.subjects(stream, filter).catch(absentAs([])),
    count: (stream) => streams.count(stream).catch(absentAs(0)),
    last: (stream) => streams.last(stream).catch(absentAs(0)),
  };
}

/** Whether any of these streams is there. */
export async function areAnyThere(connection: NatsConnection, names: readonly string[]): Promise<boolean> {
  const { streams } = await jetstreamManager(connection, { checkAPI: false });
  return (await Promise.all(names.map((name) => isThere(streams.info(name))))).includes(true);
}

/** Whether the stream is there of which something was asked. */
export async function isThere(asked: Promise<unknown>): Promise<boolean> {
  try {
    await asked;
    return true;
  } catch (error) {
    if (hasCode(error, JetStreamApiCodes.StreamNotFound)) return false;
    throw error;
  }
}
