/** How pieces go from a queue: removed, whether they wait, are worked on or have ended; or forgotten when they have ended. */
import { holds, type StoredMessage, type Streams, storeAfter } from "../jetstream/streams.ts";
import { type Outcome, storedOutcome, storedOutcomes } from "./outcome.ts";
import type { QueueNames } from "./queueStreams.ts";
import { ways } from "./workQueue.ts";

/** The failure is for planners that know of no removal. */
const removed: Outcome = { attempt: 0, removed: true, failure: ways.removed, files: [] };

/**
 * Stores as the outcome of a piece that it was removed, which tells whoever waits for it or works on it; only then its work goes, so
 * that nobody loses it without a word. What was told of it and its files go, too.
 *
 * @returns whether it was there
 */
export async function removePiece(
  streams: Streams,
  names: QueueNames,
  id: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const [subject, outcomes] = [names.subject("work", id), names.subject("outcome", id)];
  const newestWork = () => streams.insist(() => streams.newest(names.work, subject), signal);
  const work = await newestWork();
  const removeTraces = await tracesThatAreThere(streams, names, signal);
  for (;;) {
    const { sequence, outcome } = await storedOutcome(streams, names, id, signal);
    const isThere = work !== null || (sequence > 0 && outcome?.removed !== true);
    if (!isThere) {
      // Whoever has removed it may have been ended in between.
      if (outcome !== null) await removeTraces(id);
      return false;
    }
    if (outcome?.removed === true) break;
    const stored = await storeAfter(streams, names.told, sequence, outcomes, JSON.stringify(removed), signal);
    // Where it has ended meanwhile, that result goes.
    if (stored === null) continue;
    if (sequence > 0) await streams.insist(() => streams.remove(names.told, outcomes, sequence), signal);
    break;
  }
  if (work !== null) await dropWork(streams, names, work, signal);
  await removeTraces(id);
  return true;
}

/**
 * Removes what is kept of a piece that has ended: files last, as an outcome tells of them. That it was removed stays, for those who
 * have not heard of it.
 */
export async function forgetPiece(
  streams: Streams,
  names: QueueNames,
  id: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const work = await streams.insist(() => streams.newest(names.work, names.subject("work", id)), signal);
  const removeTraces = await tracesThatAreThere(streams, names, signal);
  const { sequence, outcome } = await storedOutcome(streams, names, id, signal);
  if (outcome?.removed === true) return;
  // It is done anew: what is told of it is of whoever is at it.
  if (work !== null && outcome === null) return;
  // Its worker has not acknowledged it yet, or that was lost: it would be done again for nobody.
  if (work !== null) await dropWork(streams, names, work, signal);
  if (sequence > 0)
    await streams.insist(() => streams.remove(names.told, names.subject("outcome", id), sequence), signal);
  await removeTraces(id);
}

/** Removes the work of a piece whose outcome is there. */
async function dropWork(
  streams: Streams,
  { work }: QueueNames,
  message: StoredMessage,
  signal: AbortSignal | undefined,
): Promise<void> {
  await streams.insist(async () => {
    // A server that has lost its disk gives its number to others; a worker that has seen the outcome may have acknowledged it before.
    if (!(await holds(streams, work, message))) return;
    try {
      await streams.drop(work, message.seq);
    } catch (error) {
      if (await holds(streams, work, message)) throw error;
    }
  }, signal);
}

/** Those of the pieces of which neither work nor an outcome is there. */
export async function missingPieces(
  streams: Streams,
  names: QueueNames,
  ids: readonly string[],
): Promise<readonly string[]> {
  if (ids.length === 0) return [];
  // In this order: the outcome of what is acknowledged is there.
  const work = await streams.subjects(names.work);
  const outcomes = await streams.subjects(names.told, names.subject("outcome", "*"));
  const found = new Set([...work, ...outcomes].map(names.idOf));
  return ids.filter((id) => !found.has(id));
}

/** Forgets those of the pieces that were removed. */
export async function readmitPieces(
  streams: Streams,
  names: QueueNames,
  ids: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const wanted = new Set(ids);
  const removeTraces = await tracesThatAreThere(streams, names, signal);
  const outcomes = await streams.insist(() => storedOutcomes(streams, names, (id) => wanted.has(id)), signal);
  for (const [id, { sequence, outcome }] of outcomes) {
    if (outcome?.removed !== true) continue;
    // Last, and only this one: while it is there nobody begins the piece anew, of which all that is found would be.
    await removeTraces(id);
    await streams.insist(() => streams.remove(names.told, names.subject("outcome", id), sequence), signal);
  }
}

/**
 * Looks how far what workers have told and sent goes; what comes later may be of who does a piece anew.
 *
 * @returns what removes it of a piece
 */
async function tracesThatAreThere(
  streams: Streams,
  { told, files, subject }: QueueNames,
  signal: AbortSignal | undefined,
): Promise<(id: string) => Promise<void>> {
  const [lastTold, lastFile] = await streams.insist(
    () => Promise.all([streams.last(told), streams.last(files)] as const),
    signal,
  );
  return async (id) => {
    await streams.insist(() => streams.remove(told, subject("event", id), lastTold), signal);
    await streams.insist(() => streams.remove(files, `${subject("file", id)}.>`, lastFile), signal);
  };
}
