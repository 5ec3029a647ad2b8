/** What workers tell, in the order in which the server stored it. */
import type { NatsConnection } from "@nats-io/nats-core";
import { broadcast } from "../exchange/broadcast.ts";
import type { StoredMessage, Streams } from "../jetstream/streams.ts";
import { jsonIn, outcomeIn } from "./outcome.ts";
import type { QueueNames } from "./queueStreams.ts";
import { readAhead } from "./readAhead.ts";
import type { QueueEvent } from "./workQueue.ts";

/** News may be lost with a connection: how often the stream is looked at without any, in milliseconds. */
const lookEvery = 1_000;
/** After how many of them without any message it is checked that the stream is as long as what was read of it. */
const looksUntilCheck = 5;

export async function* followQueue(
  connection: NatsConnection,
  streams: Streams,
  names: QueueNames,
  signal: AbortSignal,
): AsyncGenerator<QueueEvent, void, void> {
  const news = broadcast<true>();
  const subscriptions = (["event", "outcome"] as const).map((kind) =>
    connection.subscribe(names.subject(kind, "*"), { callback: () => news.emit(true) }),
  );
  try {
    // Where several servers keep it, one that lags behind tells of less for a moment.
    const isShort = async (read: number): Promise<boolean> =>
      !streams.haveCopies && (await streams.insist(() => streams.last(names.told), signal)) < read;
    const begin = () => readAhead((from) => streams.insist(() => streams.next(names.told, from), signal));
    let reading = begin();
    let created: string | undefined;
    let numIdle = 0;
    for (;;) {
      const heard = news.iterate(AbortSignal.any([signal, AbortSignal.timeout(lookEvery)]));
      const messages = await reading.next();
      // A server that has lost its disk, or its last moments, counts anew: what was read may be of another place in its stream.
      numIdle = messages.length === 0 ? numIdle + 1 : 0;
      const isDue = numIdle > 0 && numIdle % looksUntilCheck === 0;
      const isNowShort = isDue && (await isShort(reading.last()));
      const now = streams.created(names.told);
      const isAnother = isNowShort || now !== (created ?? now);
      created = now;
      if (isAnother) reading = begin();
      else if (messages.length === 0) await heard.next();
      await heard.return?.();
      if (!isAnother) for (const message of messages) yield eventOf(names, message);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    for (const subscription of subscriptions) subscription.unsubscribe();
  }
}

function eventOf(names: QueueNames, { subject, data }: StoredMessage): QueueEvent {
  const id = names.idOf(subject);
  if (subject === names.subject("event", id)) {
    const event = jsonIn(data);
    return event === undefined ? { kind: "malformed", id } : { kind: "event", id, event };
  }
  const outcome = outcomeIn(data);
  if (outcome === null) return { kind: "malformed", id };
  const { result = null, failure, removed } = outcome;
  if (removed === true) return { kind: "removed", id };
  return failure === undefined ? { kind: "result", id, result } : { kind: "failure", id, message: failure };
}
