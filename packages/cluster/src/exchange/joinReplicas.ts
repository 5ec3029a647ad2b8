/** Joining a run whose replicas begin together, as whichever of them is free; or coming back to it. */
import { ClusterError } from "../clusterError.ts";
import type { Exchange, LivingReplica, Member } from "./exchange.ts";
import { livingOnce } from "./livingOnce.ts";

export interface JoinReplicasOptions {
  /** Replicas of the run, this one among them. */
  readonly count: number;
  /** The numbers that it may take, the one that it would rather have first; 0 to `count` − 1 when absent. */
  readonly numbers?: readonly number[];
  /** The number under which it has begun and comes back; null, the default, for one that begins. */
  readonly begunAs?: number | null;
  /** Told the member when it has joined and waits for the others. */
  readonly onJoin?: (member: Member) => void;
  readonly signal?: AbortSignal;
}

/**
 * Joins as the first replica that no living member is, and waits until all have joined, or some of them are under way, who must have
 * been all together before. One that does not come to the end of it leaves the run again.
 *
 * One that comes back is the replica that it was: it waits for as long as the lease of its earlier member may live, before it takes
 * another number. It does not wait for those who have ended; where all others have, it goes on alone.
 *
 * @throws ClusterError "taken" where each number is held, and as `Exchange.join`; what `signal` was aborted with
 * @example
 * ```ts
 * import { inProcessExchange, joinReplicas } from "entropy-sgd-cluster";
 * const exchange = inProcessExchange({ elements: 1 });
 * const members = await Promise.all([joinReplicas(exchange, { count: 2 }), joinReplicas(exchange, { count: 2 })]);
 * members.map(({ replica }) => replica).join(); // => "0,1"
 * ```
 */
export async function joinReplicas(exchange: Exchange, options: JoinReplicasOptions): Promise<Member> {
  const { count, begunAs = null, onJoin, signal } = options;
  const { numbers = Array.from({ length: count }, (_, number) => number) } = options;
  const again = begunAs === null ? null : await comingBack(exchange, begunAs, signal);
  const member = again ?? (await firstFree(exchange, numbers, signal));
  try {
    onJoin?.(member);
    await awaitOthers(member, count, begunAs === member.replica, signal);
    return member;
  } catch (error) {
    // Without a server its lease lapses by itself.
    await member.leave().catch(() => {});
    throw error;
  }
}

async function awaitOthers(
  member: Member,
  count: number,
  isBack: boolean,
  signal: AbortSignal | undefined,
): Promise<void> {
  const commits = member.watch(signal);
  // Where its own number has ended too, that was in an earlier run of this name.
  const heedsEnded = isBack && !(await member.hasEnded(member.replica, signal));
  const areThere = async (living: readonly LivingReplica[]): Promise<boolean> => {
    const isUnderWay = living.some(({ replica, version }) => replica !== member.replica && version !== null);
    if (living.length >= count || isUnderWay) return true;
    if (!heedsEnded) return false;
    const numbers = Array.from({ length: count }, (_, number) => number);
    const absent = numbers.filter((number) => !living.some(({ replica }) => replica === number));
    return (await Promise.all(absent.map((number) => member.hasEnded(number, signal)))).every(Boolean);
  };
  try {
    await livingOnce(member, commits, areThere, signal);
  } finally {
    await commits.return?.();
  }
}

/** Milliseconds between two tries to be the same replica again. */
const tryEvery = 100;

/** Joins under a number once the lease of the member that died has lapsed; null where another has the number and keeps it. */
async function comingBack(exchange: Exchange, number: number, signal: AbortSignal | undefined): Promise<Member | null> {
  // A server may take its time to drop a lease.
  const until = performance.now() + 1.5 * exchange.leaseTime;
  for (;;) {
    const member = await joinUnlessTaken(exchange, number, signal);
    if (member !== null || performance.now() >= until) return member;
    await new Promise((resolve) => setTimeout(resolve, tryEvery));
  }
}

async function firstFree(
  exchange: Exchange,
  numbers: readonly number[],
  signal: AbortSignal | undefined,
): Promise<Member> {
  for (const number of numbers) {
    const member = await joinUnlessTaken(exchange, number, signal);
    if (member !== null) return member;
  }
  throw new ClusterError("taken", "joinReplicas", `each of ${numbers.length} replicas`, "is held by another member");
}

async function joinUnlessTaken(
  exchange: Exchange,
  number: number,
  signal: AbortSignal | undefined,
): Promise<Member | null> {
  try {
    return await exchange.join(number, signal);
  } catch (error) {
    if (error instanceof ClusterError && error.details.code === "taken") return null;
    throw error;
  }
}
