/** A run that is one of several replicas, which exchange once an inner loop has ended. */
import { type AnyState, type CoupledOptimizer, type Optimizer, rangeError, typeError } from "entropy-sgd";
import { randomKey } from "entropy-sgd/random";

/** Which replica a run is, and how it exchanges. */
export interface Replica {
  /** Counted from 0: other replicas have other batches and masks. Replica 0 has those of a run by itself. */
  readonly index: number;
  /**
   * Shares what the inner loop has come to, the vector z of shape (numParams,), and gives the mean over the replicas. It may wait
   * for them; z stays as it is meanwhile. A mean that lacks some of them is used, counted in the result and told by a warning.
   *
   * @param outerStep - outer steps before it
   * @throws Interruption after the signal: the run then ends with a checkpoint and shares z again when it goes on
   */
  readonly exchange: (z: Float32Array, outerStep: number, signal: AbortSignal | undefined) => Promise<SharedMean>;
}

/** What an exchange gives. */
export interface SharedMean {
  /** Shape (numParams,). */
  readonly mean: Float32Array;
  /** Replicas of the run whose vectors are not in it. */
  readonly missing: readonly MissingReplica[];
}

/** A replica of the run whose vector is not in a mean. */
export interface MissingReplica {
  /** Its number, from 0. */
  readonly replica: number;
  /** It has ended; it does not answer, or has left; it is there, but behind the others, or what it has shared was refused. */
  readonly why: "ended" | "silent" | "behind";
  /** Seconds since anything was heard of it; null where nothing was. */
  readonly secondsAgo: number | null;
}

/** What a replica is called: counted from 1, as folders of replicas are. */
export const nameOfReplica = (number: number): string => `replica-${number + 1}`;

/** Whether an optimizer is one of several replicas. */
export function isCoupled<S>(optimizer: Optimizer<S>): optimizer is CoupledOptimizer<S> {
  return "couple" in optimizer && "contribution" in optimizer;
}

/** @throws TypeError for replicas of an optimizer that has none, or none where it is one; RangeError for another index */
export function requireReplica<S extends AnyState>(optimizer: Optimizer<S>, replica: Replica | undefined): void {
  if (isCoupled(optimizer) !== (replica !== undefined)) {
    const rule = "must be given with an optimizer that is one of several replicas (parleReplica), and with no other";
    throw typeError("train", "replica", rule);
  }
  if (replica !== undefined && !(Number.isSafeInteger(replica.index) && replica.index >= 0))
    throw rangeError("train", "replica.index", "must be an integer in [0, ∞)", replica.index);
}

/** The seed of a replica's batches and masks. */
export function seedOfReplica(seed: number, { index }: Pick<Replica, "index"> = { index: 0 }): number {
  if (index === 0) return seed;
  const [low, high] = randomKey(seed, "replica", index);
  return low + 2 ** 32 * (high % 2 ** 21);
}

/** Whether an inner loop has ended whose outer step waits for the mean over the replicas. */
export function isWaiting<S>({ optimizer, state }: { readonly optimizer: Optimizer<S>; readonly state: S }): boolean {
  return isCoupled(optimizer) && optimizer.contribution(state) !== null;
}
