/** How pieces go from a queue: removed, whether they wait, are worked on or have ended; or forgotten when they have ended. */
import { type Streams, storeAfter } from "../jetstream/streams.ts";
import { type Outcome, storedOutcome, storedOutcomes } from "./outcome.ts";
import type { QueueNames } from "./queueStreams.ts";

/** The failure is for planners that know of no removal. */
const removed: Outcome = { attempt: 0, removed: true, failure: "it was removed from the queue", files: [] };

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
  for (;;) {
    const { sequence, outcome } = await storedOutcome(streams, names, id, signal);
    const isThere = work !== null || (outcome !== null && outcome.removed !== true);
    if (!isThere) return false;
    if (outcome?.removed === true) break;
    const stored = await storeAfter(streams, sequence, outcomes, JSON.stringify(removed), signal);
    // Where it has ended meanwhile, that result goes.
    if (stored === null) continue;
    if (sequence > 0) await streams.insist(() => streams.remove(names.told, outcomes, sequence), signal);
    break;
  }
  if (work !== null) await streams.insist(() => dropped(work.seq), signal);
  await removeTraces(streams, names, id, signal);
  return true;

  async function dropped(sequence: number): Promise<void> {
    try {
      await streams.drop(names.work, sequence);
    } catch (error) {
      // A worker that has seen the outcome may have acknowledged it before.
      if ((await streams.newest(names.work, subject))?.seq === sequence) throw error;
    }
  }
}

/** Removes what is kept of a piece that has ended: files last, as an outcome tells of them. */
export async function forgetPiece(
  streams: Streams,
  names: QueueNames,
  id: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  await streams.insist(() => streams.remove(names.told, names.subject("outcome", id)), signal);
  await removeTraces(streams, names, id, signal);
}

/** Forgets those of the pieces that were removed. */
export async function readmitPieces(
  streams: Streams,
  names: QueueNames,
  ids: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const wanted = new Set(ids);
  const outcomes = await streams.insist(() => storedOutcomes(streams, names, (id) => wanted.has(id)), signal);
  for (const [id, { sequence, outcome }] of outcomes) {
    if (outcome?.removed !== true) continue;
    // Last, and only this one: while it is there nobody begins the piece anew, of which all that is found would be.
    await removeTraces(streams, names, id, signal);
    await streams.insist(() => streams.remove(names.told, names.subject("outcome", id), sequence), signal);
  }
}

/** Removes what workers have told of a piece, and the files that they have sent. */
async function removeTraces(
  streams: Streams,
  { told, files, subject }: QueueNames,
  id: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  await streams.insist(() => streams.remove(told, subject("event", id)), signal);
  await streams.insist(() => streams.remove(files, `${subject("file", id)}.>`), signal);
}
