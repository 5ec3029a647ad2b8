/** Wishes from outside for a checkpoint now, after which the run goes on: clusters ask so before they stop a job. */

/** What a process says to one that trains for it: a signal that comes before it is listened to would end it. */
export const checkpointMessage = "checkpoint";

/** What a run sees of them. */
export interface CheckpointRequests {
  /** How many there have been. */
  readonly count: number;
  /** Calls at each one, until what it gives is called. */
  listen(listener: () => void): () => void;
}

/** None yet, and a way to make one. */
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
