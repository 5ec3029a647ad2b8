/** One exchange of Parle: share the own average, wait for the others', take the mean. */
import { allFinite, meanInto } from "entropy-sgd";
import type { LivingReplica, Member, Published } from "./exchange.ts";
import { isLate, leftBehindAt, othersTogether } from "./late.ts";
import { heardOnce, livingOnce, newsOf } from "./livingOnce.ts";

/** The mean over the replicas that took part. */
export interface ExchangedMean {
  /** Shape (n,); the own contribution where no replica has a finite one. */
  readonly mean: Float32Array;
  /** Whose vectors are in the mean, in the order of their numbers. */
  readonly replicas: readonly number[];
  /** The version at which it took place: the own one, or where the others have gone on without this replica theirs. */
  readonly version: number;
}

/**
 * The mean x over the replicas whose lease lives, for `couple` of `parleReplica`:
 *
 *   x = (1/|A|) Σₐ zᵃ,   a ∈ A in the order of their numbers
 *
 * Publishes zᵃ at version t, then waits until each living member has shared its version t or a later one, or its lease has
 * lapsed: a dead replica blocks for the length of a lease at most. Of each member its vector of version t is taken; of one that
 * is two or more ahead its newest. So replicas that start together at version 0 compute the same x, bit for bit, on every
 * backend without rounding. What is not finite or not whole is left out, and told by `member.refusals()`.
 *
 * Whoever was not in the exchange before, having joined or come back late, is neither waited for nor in the mean, and gets that of
 * the others without its own vector, with their version: `meanExchange` brings it back among them.
 *
 * Cost: n elements to send and (|A| − 1)·n to receive; memory |A|·n. The thread is free while it waits.
 *
 * @param version - t, a replica's count of exchanges; grows
 * @param contribution - zᵃ, shape (n,); not kept
 * @throws what `signal` was aborted with; ClusterError and RangeError as `Member.publish`
 * @example
 * ```ts
 * import { exchangeMean, inProcessExchange } from "entropy-sgd-cluster";
 * const exchange = inProcessExchange({ elements: 1 });
 * const [one, two] = [await exchange.join(0), await exchange.join(1)];
 * const both = [exchangeMean(one, 0, new Float32Array([1])), exchangeMean(two, 0, new Float32Array([4]))];
 * (await both[1])?.mean[0]; // => 2.5
 * (await both[0])?.replicas.join(); // => "0,1"
 * ```
 */
export async function exchangeMean(
  member: Member,
  version: number,
  contribution: Float32Array,
  signal?: AbortSignal,
): Promise<ExchangedMean> {
  const commits = member.watch(signal);
  try {
    const own = await member.publish(version, contribution, signal);
    const { replica: me } = member;
    const isAwaited = (other: LivingReplica, all: readonly LivingReplica[]): boolean =>
      other.isRefused !== true && (other.version ?? -1) < version && !isLate(other, me, all);
    const isReady = (all: readonly LivingReplica[]): boolean =>
      leftBehindAt(version, me, all) !== null || !all.some((other) => isAwaited(other, all));
    const news = newsOf(commits);
    await heardOnce(member, news, isReady);
    const living = await livingOnce(member, news, isReady, signal);
    const ahead = leftBehindAt(version, me, living);
    if (ahead !== null) {
      const others = await latestOf(member, othersTogether(me, living), signal);
      return { ...meanOf(others, contribution), version: ahead };
    }
    const read = async ({ replica }: LivingReplica): Promise<Published | null> => {
      if (replica === me) return allFinite(own) ? { replica, version, vector: own } : null;
      const found = (await member.at(replica, version, signal)) ?? (await member.latest(replica, signal));
      // What is older is of an earlier member of its number.
      return found !== null && found.version >= version ? found : null;
    };
    const there = living.filter((other) => !isLate(other, me, living));
    return { ...meanOf(await Promise.all(there.map(read)), contribution), version };
  } finally {
    await commits.return?.();
  }
}

/** The mean of the others that are together, without sharing anything; null where there are none. */
export async function meanOfOthers(
  member: Member,
  contribution: Float32Array,
  signal?: AbortSignal,
): Promise<ExchangedMean | null> {
  const together = othersTogether(member.replica, await member.members(signal));
  if (together.length === 0) return null;
  const version = Math.max(...together.map((one) => one.version ?? 0));
  return { ...meanOf(await latestOf(member, together, signal), contribution), version };
}

function latestOf(
  member: Member,
  replicas: readonly LivingReplica[],
  signal: AbortSignal | undefined,
): Promise<readonly (Published | null)[]> {
  return Promise.all(replicas.map(({ replica }) => member.latest(replica, signal)));
}

/** @param contribution - taken where there is no vector */
function meanOf(
  read: readonly (Published | null)[],
  contribution: Float32Array,
): Pick<ExchangedMean, "mean" | "replicas"> {
  const shared = read.filter((one) => one !== null);
  if (shared.length === 0) return { mean: contribution.slice(), replicas: [] };
  const vectors = shared.map(({ vector }) => vector);
  const mean = meanInto(new Float32Array(contribution.length), vectors);
  return { mean, replicas: shared.map(({ replica }) => replica) };
}

/**
 * Waits until `count` replicas have joined, this one among them; without it the first to come would start alone.
 *
 * @throws what `signal` was aborted with
 */
export async function awaitMembers(member: Member, count: number, signal?: AbortSignal): Promise<readonly number[]> {
  const commits = member.watch(signal);
  try {
    const living = await livingOnce(member, newsOf(commits), (all) => all.length >= count, signal);
    return living.map(({ replica }) => replica);
  } finally {
    await commits.return?.();
  }
}
