/** One worker of a queue: takes a piece, keeps it by heartbeats, tells how it ended, acknowledges it. */
import type { JsMsg } from "@nats-io/jetstream";
import { nuid } from "@nats-io/nats-core";
import { ClusterError } from "../clusterError.ts";
import { holds, type Streams, storeAfter } from "../jetstream/streams.ts";
import { checkPath, type FileRecord, sendFile } from "./files.ts";
import { type KeptPiece, keepPiece, type TakenPiece } from "./keepPiece.ts";
import { jsonText, storedOutcome } from "./outcome.ts";
import { presence } from "./presence.ts";
import { heartbeatOf, type QueueNames } from "./queueStreams.ts";
import { Declined, EndedElsewhere, type Json, type WorkHandler, type WorkPiece } from "./workQueue.ts";

export interface Workplace {
  readonly streams: Streams;
  readonly names: QueueNames;
  /** Told the heartbeat of the queue before each piece. @throws where that is not right */
  readonly agree: (heartbeat: number) => void;
  /** Name of the worker. */
  readonly worker: string;
  /** As the option of the queue. */
  readonly onLapse: (id: string, silence: number) => void;
}

/** How long the server looks for a piece before it is asked again, in milliseconds. */
const patience = 5_000;
/** Letters of a failure's message that are kept: what throws may quote what it was given. */
const longestFailure = 4_096;
/** For how long a worker that is stopped tries to tell something, in milliseconds. */
const lastWords = 2_000;

export async function workOn(place: Workplace, handler: WorkHandler, signal: AbortSignal): Promise<void> {
  const here = presence(place.streams, place.names, place.worker);
  try {
    while (!signal.aborted) {
      const next = await nextPiece(place, signal).catch((error: unknown) => {
        if (signal.aborted) return null;
        throw error;
      });
      if (next === null) continue;
      here.worksOn(place.names.idOf(next.message.subject));
      await done(place, next, handler, signal);
      here.worksOn(null);
    }
  } finally {
    await here.leave();
  }
}

async function nextPiece({ streams, names, agree }: Workplace, signal: AbortSignal): Promise<TakenPiece | null> {
  let newest = 0;
  return streams.insist(async () => {
    const own = ++newest;
    const consumer = await streams.client.consumers.get(names.work, names.workers);
    const { config } = await consumer.info(true);
    const created = streams.created(names.work);
    const heartbeat = heartbeatOf(config);
    agree(heartbeat);
    const message = await consumer.next({ expires: patience });
    // Nobody waits for it any more: the worker is stopped, or has asked again over a connection that was new.
    if (signal.aborted || own !== newest) message?.nak();
    return message === null ? null : { message, heartbeat, isOfStream: () => streams.created(names.work) === created };
  }, signal);
}

async function done(place: Workplace, taken: TakenPiece, handler: WorkHandler, ended: AbortSignal): Promise<void> {
  const { message, heartbeat, isOfStream } = taken;
  const kept = keepPiece(place, taken, ended);
  const giveBack = (delay?: number) => isOfStream() && message.nak(delay);
  const { streams, names } = place;
  /** Whether its number is still its own: a server that has lost its last moments gives it to others. */
  const isOwn = async () => streams.haveCopies || (await holds(streams, names.work, message));
  try {
    const hasOutcome = await toItsOutcome(place, message, handler, kept).then(
      () => true,
      (error: unknown) => {
        if (ended.aborted || !kept.signal.aborted) throw error;
        return !isGone(kept.signal);
      },
    );
    if (hasOutcome) await streams.insist(async () => isOfStream() && (await isOwn()) && message.ackAck(), ended);
    else giveBack(heartbeat);
  } catch (error) {
    if (!ended.aborted && !(error instanceof Declined)) throw error;
    giveBack(ended.aborted ? undefined : heartbeat);
  } finally {
    kept.end();
  }
}

/** Whether its work was not seen on the queue, nor an outcome. If it is there against all appearance, it comes again. */
function isGone({ reason }: AbortSignal): boolean {
  return reason instanceof EndedElsewhere && reason.way === "gone";
}

async function toItsOutcome(
  place: Workplace,
  message: JsMsg,
  handler: WorkHandler,
  { signal, look }: KeptPiece,
): Promise<void> {
  const { streams, names } = place;
  const id = names.idOf(message.subject);
  const newest = () => storedOutcome(streams, names, id, signal);
  let before = await newest();
  // Done before, by a worker whose acknowledgement was lost, or removed.
  if (before.outcome !== null) return;
  const text = await outcome(place, message, handler, signal);
  // Until there is one, by this worker or another: what is refused may follow something that is none.
  while (before.outcome === null) {
    // An outcome that was fetched and forgotten must not be followed by another.
    await look();
    signal.throwIfAborted();
    const stored = await storeAfter(streams, names.told, before.sequence, names.subject("outcome", id), text, signal);
    if (stored !== null) return;
    before = await newest();
  }
}

/** What the handler came to, as it is stored. */
async function outcome(place: Workplace, message: JsMsg, handler: WorkHandler, signal: AbortSignal): Promise<string> {
  const attempt = message.info.deliveryCount;
  const files: FileRecord[] = [];
  try {
    const result = (await handler(pieceOf(place, message, files, signal), signal)) ?? null;
    return jsonText("work", "result", { attempt, result, files });
  } catch (error) {
    // What the server refuses is not the piece's fault.
    if (signal.aborted || error instanceof Declined || error instanceof ClusterError) throw error;
    const failure = (error instanceof Error ? error.message : String(error)).slice(0, longestFailure);
    try {
      return jsonText("work", "failure", { attempt, failure, files });
    } catch {
      // So many that their names alone are too much.
      return jsonText("work", "failure", { attempt, failure, files: [] });
    }
  }
}

/** @param files - gets what is sent */
function pieceOf({ streams, names }: Workplace, message: JsMsg, files: FileRecord[], signal: AbortSignal): WorkPiece {
  const [id, number, attempt] = [names.idOf(message.subject), message.seq, message.info.deliveryCount];
  return {
    id,
    number,
    attempt,
    work: message.json<Json>(),
    async tell(event) {
      const text = jsonText("tell", "event", event);
      const until = signal.aborted ? AbortSignal.timeout(lastWords) : signal;
      await streams.insist(() => streams.store(names.subject("event", id), text), until);
    },
    async send(path, bytes) {
      checkPath("send", path);
      const place = { id, attempt, file: nuid.next() };
      files.push(await sendFile(streams, names, place, path, bytes, signal));
    },
  };
}
