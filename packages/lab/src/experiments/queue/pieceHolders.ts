/** Which workers have the pieces that a planner waits for, by what they tell. */
import type { Told } from "./told.ts";

/** A piece whose worker is heard of no more. */
export interface LostPiece {
  readonly id: string;
  readonly worker: string;
}

/** What is known of the workers of pieces. */
export interface PieceHolders {
  /** The same; of what begins with the how manyth attempt to train it is, and with the worker that had it before. */
  hear(id: string, told: Told): Told;
  /** The piece is done anew. */
  forget(id: string): void;
  /** Those of the pieces whose worker was not there at the last two looks either, each told once. */
  look(workers: readonly string[], ids: readonly string[]): LostPiece[];
}

interface Holder {
  readonly worker: string;
  /** The deliveries of the piece on which a worker has begun, not those that were declined. */
  readonly deliveries: ReadonlySet<number>;
  /** Whether it has given the piece back, or was told of as lost. */
  readonly isGone: boolean;
  /** Looks in a row at which it was not there. A server that was started again knows no worker for a moment. */
  readonly missedLooks: number;
}

/** Looks without a worker after which it is told of. */
const mostMissed = 2;

export function pieceHolders(): PieceHolders {
  const holders = new Map<string, Holder>();
  return {
    hear(id, told) {
      const before = holders.get(id);
      if (told.type === "returned" && before?.worker === told.worker) holders.set(id, { ...before, isGone: true });
      if (told.type !== "begin") return told;
      const { worker } = told;
      const deliveries = new Set([...(before?.deliveries ?? []), told.attempt]);
      holders.set(id, { worker, deliveries, isGone: false, missedLooks: 0 });
      const isAnother = before !== undefined && before.worker !== worker;
      return { ...told, attempt: deliveries.size, ...(isAnother && { after: before.worker }) };
    },
    forget: (id) => void holders.delete(id),
    look(workers, ids) {
      return ids.flatMap((id) => {
        const holder = holders.get(id);
        if (holder === undefined || holder.isGone) return [];
        const { worker } = holder;
        const missedLooks = workers.includes(worker) ? 0 : holder.missedLooks + 1;
        holders.set(id, { ...holder, missedLooks, isGone: missedLooks === mostMissed });
        return missedLooks === mostMissed ? [{ id, worker }] : [];
      });
    },
  };
}
