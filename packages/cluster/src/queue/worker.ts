/** One worker of a queue: takes a piece, keeps it by heartbeats, tells how it ended, acknowledges it. */
import type { JsMsg } from "@nats-io/jetstream";
import { type Streams, storeAfter } from "../jetstream/streams.ts";
import type { QueueNames } from "./queueStreams.ts";
import { Declined, type Json, type WorkHandler } from "./workQueue.ts";

export interface Workplace {
  readonly streams: Streams;
  readonly names: QueueNames;
  readonly heartbeat: number;
}

/** How long the server looks for a piece before it is asked again, in milliseconds. */
const patience = 5_000;

export async function workOn(place: Workplace, handler: WorkHandler, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const message = await nextPiece(place, signal).catch((error: unknown) => {
      if (signal.aborted) return null;
      throw error;
    });
    if (message !== null) await done(place, message, handler, signal);
  }
}

async function nextPiece({ streams, names }: Workplace, signal: AbortSignal): Promise<JsMsg | null> {
  return streams.insist(async () => {
    const consumer = await streams.client.consumers.get(names.work, names.workers);
    const message = await consumer.next({ expires: patience });
    // Nobody waits for it any more.
    if (signal.aborted) message?.nak();
    return message;
  }, signal);
}

async function done(place: Workplace, message: JsMsg, handler: WorkHandler, signal: AbortSignal): Promise<void> {
  const { streams, names, heartbeat } = place;
  const id = names.idOf(message.subject);
  const beat = setInterval(() => message.working(), heartbeat);
  try {
    const subject = names.subject("outcome", id);
    // Done before, by a worker whose acknowledgement was lost.
    const before = await streams.insist(() => streams.newest(names.told, subject), signal);
    if (before === null) await storeAfter(streams, 0, subject, await outcome(place, message, handler, signal), signal);
    await streams.insist(() => message.ackAck(), signal);
  } catch (error) {
    if (!signal.aborted && !(error instanceof Declined)) throw error;
    message.nak(signal.aborted ? undefined : heartbeat);
  } finally {
    clearInterval(beat);
  }
}

/** What the handler came to, as it is stored. */
async function outcome(place: Workplace, message: JsMsg, handler: WorkHandler, signal: AbortSignal): Promise<string> {
  const { streams, names } = place;
  const id = names.idOf(message.subject);
  const tell = async (event: Json): Promise<void> => {
    await streams.insist(() => streams.store(names.subject("event", id), JSON.stringify(event)), signal);
  };
  try {
    const piece = { id, work: message.json<Json>(), attempt: message.info.deliveryCount, tell };
    return JSON.stringify({ result: await handler(piece, signal) });
  } catch (error) {
    if (signal.aborted || error instanceof Declined) throw error;
    return JSON.stringify({ failure: error instanceof Error ? error.message : String(error) });
  }
}
