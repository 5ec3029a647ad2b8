/** The pieces of a queue one by one, to be looked at: neither the queue nor anything in it is made. */
import type { NatsConnection } from "@nats-io/nats-core";
import { areAnyThere, existingStreams } from "../jetstream/existingStreams.ts";
import { throwIfDenied } from "../jetstream/insistent.ts";
import { storedOutcomes } from "./outcome.ts";
import { workersAround } from "./presence.ts";
import { queueNames } from "./queueStreams.ts";

/** A piece, and how it stands. */
export interface QueuePiece {
  readonly id: string;
  readonly state: "waiting" | "at work" | "ended";
  /** Those who said within the last 10 seconds that they work on it. */
  readonly workers: readonly string[];
}

/**
 * The pieces of a queue that have not ended, or have ended and are not forgotten, by their ids; null where there is no such queue.
 *
 * @throws RangeError for a name that no queue has; ClusterError "denied" for what the rights of the user do not have
 */
export async function queuePieces(connection: NatsConnection, name: string): Promise<readonly QueuePiece[] | null> {
  const names = queueNames("queuePieces", name);
  try {
    // That of files tells nothing more, and a user of one queue need not have the right to ask for it.
    if (!(await areAnyThere(connection, [names.work, names.told, names.around]))) return null;
    const streams = await existingStreams(connection);
    const unended = (await streams.subjects(names.work)).map(names.idOf);
    const outcomes = await storedOutcomes(streams, names);
    const ended = [...outcomes].flatMap(([id, { outcome }]) =>
      outcome === null || outcome.removed === true ? [] : [id],
    );
    const around = await workersAround(streams, names);
    const pieces = [...new Set([...unended, ...ended])].sort().map((id): QueuePiece => {
      const workers = around.filter(({ piece }) => piece === id).map(({ name }) => name);
      return { id, workers, state: ended.includes(id) ? "ended" : workers.length > 0 ? "at work" : "waiting" };
    });
    return pieces;
  } catch (error) {
    throwIfDenied(error);
    throw error;
  }
}
