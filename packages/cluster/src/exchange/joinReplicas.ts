/** Joining a run whose replicas begin together, as whichever of them is free; or coming back to it. */
import { ClusterError } from "../clusterError.ts";
import type { Exchange, LivingReplica, Member } from "./exchange.ts";
import { livingOnce, newsOf } from "./livingOnce.ts";

export interface JoinReplicasOptions {
  /** Replicas of the run, this one among them. */
  readonly count: number;
  /** The numbers that it may take, the one that it would rather have first; 0 to `count` − 1 when absent. */
  readonly numbers?: readonly number[];
  /** The number under which it has begun and comes back; null, the default, for one that begins. */
  readonly begunAs?: number | null;
  /** Told the member when it has joined and waits for the others. */
  readonly onJoin?: (member: Member) => void;
  /** Told when it begins to wait for others, and whenever some have come or gone; never where it need not wait. */
  readonly onWait?: (waiting: Waiting) => void;
  readonly signal?: AbortSignal;
}

/** For whom one that has joined waits, by their numbers. */
export interface Waiting {
  /** The own number. */
  readonly replica: number;
  /** Those that are there, this one among them. */
  readonly there: readonly number[];
  /** Those for whom it waits. */
  readonly absent: readonly number[];
  /**
   * Those whose numbers' last members have ended: absent ones, and the own number where an earlier member of it has. All of a run
   * where an earlier one of its name has ended.
   */
  readonly ended: readonly number[];
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
  const { count, begunAs = null, onJoin, onWait, signal } = options;
  const { numbers = Array.from({ length: count }, (_, number) => number) } = options;
  const again = begunAs === null ? null : await comingBack(exchange, begunAs, signal);
  const member = again ?? (await firstFree(exchange, numbers, signal));
  try {
    onJoin?.(member);
    await awaitOthers(member, { count, isBack: begunAs === member.replica, onWait, signal });
    return member;
  } catch (error) {
    // Without a server its lease lapses by itself.
    await member.leave().catch(() => {});
    throw error;
  }
}

/** How one that has joined waits. */
interface AwaitOptions extends Pick<JoinReplicasOptions, "count"> {
  readonly isBack: boolean;
  readonly onWait: JoinReplicasOptions["onWait"];
  readonly signal: AbortSignal | undefined;
}

async function awaitOthers(member: Member, { count, isBack, onWait, signal }: AwaitOptions): Promise<void> {
  const { replica } = member;
  const commits = member.watch(signal);
  // Where its own number has ended too, that was in an earlier run of this name.
  const hadEnded = await member.hasEnded(replica, signal);
  let waiting: Waiting | null = null;
  const areThere = async (living: readonly LivingReplica[]): Promise<boolean> => {
    const isUnderWay = living.some((one) => one.replica !== replica && one.version !== null);
    if (living.length >= count || isUnderWay) return true;
    const there = living.map((one) => one.replica);
    const before: readonly number[] = waiting?.there ?? [];
    // Those who have ended may be all that is waited for; who begins, or begins again, waits for all.
    const heedsEnded = isBack && !hadEnded;
    if (there.join() === before.join() && !heedsEnded) return false;
    waiting = await waitingFor(member, { count, there, hadEnded, signal });
    if (heedsEnded && waiting.absent.every((number) => waiting!.ended.includes(number))) return true;
    if (there.join() !== before.join()) onWait?.(waiting);
    return false;
  };
  try {
    await livingOnce(member, newsOf(commits), areThere, signal);
  } finally {
    await commits.return?.();
  }
}

/** What is known of those for whom one waits. @param of - who is there, and whether its own number had ended before it joined */
async function waitingFor(
  member: Member,
  of: Pick<Waiting, "there"> & { readonly hadEnded: boolean } & Pick<AwaitOptions, "count" | "signal">,
): Promise<Waiting> {
  const { count, there, hadEnded, signal } = of;
  const { replica } = member;
  const numbers = Array.from({ length: count }, (_, number) => number);
  const absent = numbers.filter((number) => !there.includes(number));
  const haveEnded = await Promise.all(absent.map((number) => member.hasEnded(number, signal)));
  const ended = numbers.filter((number) => haveEnded[absent.indexOf(number)] ?? (number === replica && hadEnded));
  return { replica, there, absent, ended };
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
