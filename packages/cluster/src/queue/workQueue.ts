/** A queue of work for many machines: each piece is done by one of them, and counted once. */

/** Anything that JSON can say; the queue does not look into it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** A queue; `jetStreamQueue` makes it. */
export interface WorkQueue {
  /**
   * Adds a piece of work. The same id again changes nothing, also after the piece was done.
   *
   * @param id - 1 to 128 letters, digits, _ or -
   * @returns whether it was added
   * @throws RangeError for another id, or work of more than 512 KiB
   */
  enqueue(id: string, work: Json, signal?: AbortSignal): Promise<boolean>;
  /**
   * Does pieces of work one after the other until the signal is aborted; then the piece at hand goes back to the queue.
   *
   * While `handler` runs, heartbeats keep the piece. Where three of them are missed, because the worker has died or is cut off,
   * another worker gets the piece. What `handler` returns is the result, what it throws a failure, and either is the end of the
   * piece; `Declined` gives it to another worker instead. Where two have done a piece, the first result counts.
   *
   * @throws ClusterError "other-heartbeat" where the queue's workers have another heartbeat than this one was given
   */
  work(handler: WorkHandler, signal: AbortSignal): Promise<void>;
  /** What workers have told, from the first on and as it comes, until the signal is aborted. */
  follow(signal: AbortSignal): AsyncIterableIterator<QueueEvent>;
  /**
   * The files of a piece that has ended, one after the other; none of one that has not. Their paths are relative and lead nowhere
   * out of the folder that they are put into.
   *
   * @throws ClusterError "damaged" for a file that is not what was sent
   */
  files(id: string, signal?: AbortSignal): AsyncIterableIterator<QueueFile>;
  /**
   * Those of the pieces that are nowhere on the queue: such as after a server has lost its disk, or where another has fetched and
   * forgotten one that ended.
   */
  missing(ids: readonly string[], signal?: AbortSignal): Promise<readonly string[]>;
  /**
   * Removes what was told of a piece that has ended, its outcome and its files: the same id may be added again then. Of one that was
   * removed it stays that it was, until `readmit`.
   */
  forget(id: string, signal?: AbortSignal): Promise<void>;
  /**
   * Takes a piece off the queue, with its outcome and its files if it has ended. Whoever works on it is stopped within seconds, whoever
   * follows the queue hears that it was removed. The same id is added again only after `readmit`.
   *
   * @returns whether it was there
   */
  remove(id: string, signal?: AbortSignal): Promise<boolean>;
  /** Forgets of pieces that they were removed. */
  readmit(ids: readonly string[], signal?: AbortSignal): Promise<void>;
  /** How it stands. */
  status(signal?: AbortSignal): Promise<QueueStatus>;
}

/** How a queue stands. */
export interface QueueStatus {
  /** Pieces that nobody works on, those that were declined or whose worker has died included. */
  readonly waiting: number;
  readonly atWork: number;
  /** Pieces that have ended and are not forgotten. */
  readonly ended: number;
  /** Those that said within the last 10 seconds that they are there. */
  readonly workers: readonly QueueWorker[];
}

/** A worker that was heard of. */
export interface QueueWorker {
  readonly name: string;
  /** The piece that it works on; null for none. */
  readonly piece: string | null;
}

/** Does a piece of work. Its signal is aborted with that of the worker; with `EndedElsewhere` where what it does is in vain. */
export type WorkHandler = (piece: WorkPiece, signal: AbortSignal) => Promise<Json>;

export interface WorkPiece {
  readonly id: string;
  readonly work: Json;
  /** Its number on the queue; another where its id was added anew. */
  readonly number: number;
  /** 1 at first; more where a worker before has died or declined. */
  readonly attempt: number;
  /** Tells those who follow the queue how it goes; after the signal for two seconds at most. */
  tell(event: Json): Promise<void>;
  /**
   * Sends a file back; it is there for others with the outcome of this attempt.
   *
   * @param path - such as `checkpoints/a.json`: letters, digits, _ . - between single slashes
   * @throws RangeError for another path
   */
  send(path: string, bytes: Uint8Array): Promise<void>;
}

/** A file that a piece of work has left. */
export interface QueueFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Thrown by a handler that cannot do a piece here, such as for lack of its data. */
export class Declined extends Error {
  override readonly name = "Declined";
}

/** How a piece has left a worker: taken off its queue, ended by another worker, or gone from it in one of these ways. */
export const ways = {
  removed: "it was removed from the queue",
  ended: "another worker has ended it",
  gone: "it is not on the queue any more: removed, or ended by another worker",
} as const;

/** Why a handler's signal is aborted: the piece has ended without it, by another worker, or because it was removed from the queue. */
export class EndedElsewhere extends Error {
  override readonly name = "EndedElsewhere";

  /** "gone" where no outcome of the piece was seen. */
  readonly way: keyof typeof ways;

  constructor(way: keyof typeof ways) {
    super(ways[way]);
    this.way = way;
  }
}

/** What happened to a piece of work. */
export type QueueEvent =
  | { readonly kind: "event"; readonly id: string; readonly event: Json }
  | { readonly kind: "result"; readonly id: string; readonly result: Json }
  | { readonly kind: "failure"; readonly id: string; readonly message: string }
  /** It was taken off the queue. */
  | { readonly kind: "removed"; readonly id: string }
  /** A message that no worker of this package has stored; it changes nothing. */
  | { readonly kind: "malformed"; readonly id: string };
