/** What is heard of the runs that a planner has put on a queue, and whether anyone does them. */
import type { QueueEvent, QueueStatus, WorkQueue } from "entropy-sgd-cluster";
import { counted } from "../../statistics/words.ts";
import { type PieceHolders, pieceHolders } from "./pieceHolders.ts";
import { type Told, toldIn } from "./told.ts";

/** How a piece has ended; the message of a failure. */
export type PieceOutcome =
  | { readonly kind: "result" }
  | { readonly kind: "failure"; readonly message: string }
  /** Somebody has taken it off the queue. */
  | { readonly kind: "removed" };

/** Watches the pieces of a planner by following their queue once. */
export interface PieceWatch {
  /** How a piece ends; null after a signal. */
  outcome(id: string, signal: AbortSignal): Promise<PieceOutcome | null>;
  /** Passes over an outcome that was heard, other than a removal: the piece is done anew. */
  clear(id: string): void;
  end(): Promise<void>;
}

/** Who is told what is heard. */
export interface WatchListener {
  /** The name of the run of a piece; null for a piece of others. */
  nameOf(id: string): string | null;
  /** @param told - of what begins with the how manyth attempt to train it is, and whose it was before */
  onTold(id: string, told: Told): void;
  onWords(words: string): void;
  /** Puts a piece on the queue again, if it is not there and has not ended. */
  putAgain(id: string, signal: AbortSignal): Promise<void>;
}

/** Milliseconds until workers are looked for first, and between two looks. */
const [firstLook, lookEvery] = [3_000, 10_000];

/** @param place - in words, for messages */
export function pieceWatch(
  queue: Pick<WorkQueue, "follow" | "status" | "missing">,
  place: string,
  listener: WatchListener,
): PieceWatch {
  const stop = new AbortController();
  const outcomes = new Map<string, PieceOutcome>();
  const waiting = new Map<string, (outcome: PieceOutcome | Promise<never>) => void>();
  const holders = pieceHolders();
  const doubts = workerDoubts(place, holders, listener);
  const hear = (event: QueueEvent): void => {
    const { id } = event;
    if (listener.nameOf(id) === null || event.kind === "malformed") return;
    if (event.kind !== "event") {
      outcomes.set(id, event);
      waiting.get(id)?.(event);
      return;
    }
    const told = toldIn(event.event);
    if (told === null) return;
    doubts.hear(id, told);
    listener.onTold(id, holders.hear(id, told));
  };
  let failed: Promise<never> | null = null;
  const following = (async () => {
    for await (const event of queue.follow(stop.signal)) hear(event);
  })().catch((error: unknown) => {
    failed = Promise.reject(error);
    failed.catch(() => {});
    for (const resolve of waiting.values()) resolve(failed);
  });
  const look = async (): Promise<void> => {
    timer = setTimeout(look, lookEvery);
    const status = await queue.status(stop.signal).catch(() => null);
    if (status === null) return;
    const left = [...waiting.keys()];
    doubts.look(status, left);
    // A piece that is waited for and nowhere: another planner has fetched and forgotten it, or the server has lost its disk.
    for (const id of await queue.missing(left, stop.signal).catch(() => []))
      if (waiting.has(id)) await listener.putAgain(id, stop.signal).catch(() => {});
  };
  let timer = setTimeout(look, firstLook);
  return {
    async outcome(id, signal) {
      const known = outcomes.get(id) ?? failed;
      if (known !== null) return known;
      let abort = (): void => {};
      const heard = new Promise<PieceOutcome | null>((resolve) => {
        waiting.set(id, resolve);
        abort = () => resolve(null);
        if (signal.aborted) abort();
        signal.addEventListener("abort", abort);
      });
      return heard.finally(() => {
        waiting.delete(id);
        signal.removeEventListener("abort", abort);
      });
    },
    clear(id) {
      // One that was taken off the queue meanwhile is not done anew.
      if (outcomes.get(id)?.kind !== "removed") outcomes.delete(id);
      holders.forget(id);
    },
    async end() {
      clearTimeout(timer);
      stop.abort();
      await following;
    },
  };
}

/** Says once when nobody is there to do a piece, or the worker that did is not any more. */
function workerDoubts(place: string, holders: PieceHolders, { nameOf, onWords }: WatchListener) {
  /** By pieces the workers that have declined them. */
  const declined = new Map<string, Set<string>>();
  let said = "";
  const sayOnce = (words: string): void => {
    if (words !== said && words !== "") onWords(words);
    said = words;
  };
  return {
    hear(id: string, told: Told): void {
      if (told.type === "begin") declined.delete(id);
      if (told.type === "declined") declined.set(id, (declined.get(id) ?? new Set()).add(told.worker));
    },
    look({ workers }: QueueStatus, left: readonly string[]): void {
      const around = workers.map(({ name }) => name);
      for (const { id, worker } of holders.look(around, left)) {
        const then = "the run goes to another after three missed heartbeats";
        onWords(`${nameOf(id)}: nothing is heard of ${worker} any more; ${then}`);
      }
      const undone = left.filter((id) => workers.every(({ name }) => declined.get(id)?.has(name)));
      const [first] = undone;
      if (left.length > 0 && workers.length === 0)
        sayOnce(`no worker is heard of on ${place}: start some, entropy-sgd worker --help says how`);
      else if (first === undefined) sayOnce("");
      else {
        const each = workers.length === 1 ? "the worker" : `each of the ${workers.length} workers`;
        const more = undone.length === 1 ? "" : ` and ${counted(undone.length - 1, "other run")}`;
        sayOnce(`${nameOf(first)}${more}: ${each} on ${place} has declined; it waits for one that can do it`);
      }
    },
  };
}
