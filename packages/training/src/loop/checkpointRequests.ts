/** Requests from outside for a checkpoint, after which the run continues; a cluster sends them before it stops a job. */

/** The message that asks a child process for a checkpoint: a signal would end a child that has no handler for it yet. */
export const checkpointMessage = "checkpoint";

/** The requests, as a run reads them. */
export interface CheckpointRequests {
  /** Number of requests so far. */
  readonly count: number;
  /** Calls `listener` at each request; returns the function that removes it. */
  listen(listener: () => void): () => void;
}

/** A record without requests, and the function that adds one. */
export function checkpointRequests(): CheckpointRequests & { request(): void } {
  const listeners = new Set<() => void>();
  let count = 0;
  return {
    get count() {
      return count;
    },
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    request() {
      count += 1;
      for (const listener of listeners) listener();
    },
  };
}
