/**
 * The exchange through which replicas of Parle share their averages, and nothing else.
 *
 * @see Chaudhari et al. 2017, "Parle: parallelizing stochastic gradient descent" (arXiv:1707.00424)
 */
import type { Refusal } from "./refusals.ts";

/** A place where replicas of one run meet; a backend makes it: `inProcessExchange`, `jetStreamExchange`. */
export interface Exchange {
  /** Elements n of every vector. */
  readonly elements: number;
  /** Milliseconds for which the lease of a member that has died may live on; 0 where what dies leaves at once. */
  readonly leaseTime: number;
  /**
   * Takes the lease of a replica's number.
   *
   * @param replica - 0, 1, 2, …: the place of this replica in the sum of the mean
   * @throws ClusterError "taken" while another member holds the lease, "other-length" where the run's members share vectors of
   *   another length, "other-settings" where they are replicas of another training; RangeError for a number that is no integer from 0 on
   */
  join(replica: number, signal?: AbortSignal): Promise<Member>;
}

/**
 * One replica in an exchange, for as long as its lease lives.
 *
 * Versions count a replica's exchanges, such as the outer steps of Parle; under one lease they grow. The newest two of
 * each replica can be read: while its newest is being read by some, the one before it is left to those who lag.
 */
export interface Member {
  readonly replica: number;
  readonly elements: number;
  /**
   * Shares a vector; it is there for others as a whole or not at all.
   *
   * Cost: n elements to send, one copy of them.
   *
   * @param vector - shape (n,); may be written to again once the promise is fulfilled
   * @returns the vector as the others read it: the same, or where the wire rounds a rounded copy
   * @throws ClusterError "lease-lost" where another has taken the lease, "left" after `leave`; RangeError for a version that
   *   does not grow, or a vector of another length
   */
  publish(version: number, vector: Float32Array, signal?: AbortSignal): Promise<Float32Array>;
  /**
   * The newest vector of a replica, or null where it has none that is whole, finite and of this run; why is among the
   * `refusals`. Not to be written to. Cost: n elements to receive, one copy of them.
   */
  latest(replica: number, signal?: AbortSignal): Promise<Published | null>;
  /** As `latest`, of the version asked for, which is one of the newest two; null where it is neither. */
  at(replica: number, version: number, signal?: AbortSignal): Promise<Published | null>;
  /** Replicas whose lease lives, this one among them, by their numbers. */
  members(signal?: AbortSignal): Promise<readonly LivingReplica[]>;
  /**
   * As `members` gave them last, with the commits heard since; none before it was asked. Cost: no question. It may be wrong: leases may
   * have lapsed, and commits be those of an earlier member.
   */
  heard(): readonly LivingReplica[];
  /** What is known of a replica, such as one that is not in a mean. Cost: no question. */
  heardOf(replica: number): Heard;
  /** Commits of all replicas from the call on, each version of a lease once; ends when the signal is aborted or the member leaves. */
  watch(signal?: AbortSignal): AsyncIterableIterator<Commit>;
  /** What was refused, the newest hundred, oldest first. */
  refusals(): readonly Refusal[];
  /** Whether a replica has left as one that has ended, and no later member of its number has shared anything. */
  hasEnded(replica: number, signal?: AbortSignal): Promise<boolean>;
  /** Gives the lease back; its vectors leave the mean at once. */
  leave(options?: LeaveOptions): Promise<void>;
}

export interface LeaveOptions {
  /** Whether it has ended, so that those who come back do not wait for it. Default false: it may come back itself. */
  readonly hasEnded?: boolean;
}

/** A replica whose lease lives. */
export interface LivingReplica extends Pick<Commit, "replica"> {
  /** Of its newest vector; null before the first. */
  readonly version: number | null;
  /** Of the vector that it has shared before under the same lease; absent where there was none. */
  readonly before?: number;
  /** Where nothing of it can be read, such as what a newer program shares: it is not waited for. */
  readonly isRefused?: true;
}

/** What is known of a replica without asking. */
export interface Heard {
  /** Whether its lease lived when `members` were asked for last. */
  readonly isLiving: boolean;
  /** Whether it has left as one that has ended, as far as was heard; not where an earlier member of its number has, such as of an earlier run. */
  readonly hasEnded: boolean;
  /** Seconds since it has shared anything, or ended; null where nothing was heard of it. */
  readonly secondsAgo: number | null;
}

/** That a replica has shared a vector. */
export interface Commit {
  readonly replica: number;
  readonly version: number;
}

/** A vector that a replica has shared, shape (n,). */
export interface Published extends Commit {
  readonly vector: Float32Array;
}
