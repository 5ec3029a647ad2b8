/** Streams of a server to be looked at: none is made. */
import { JetStreamApiCodes } from "@nats-io/jetstream";
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
  };
}
