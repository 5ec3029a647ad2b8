/** Replicas in one thread: vectors are copied within its memory. */
import { allFinite } from "entropy-sgd";
import { ClusterError, checkInteger, checkPublished } from "../clusterError.ts";
import { type Broadcast, broadcast } from "./broadcast.ts";
import type { Commit, Exchange, LivingReplica, Member, Published } from "./exchange.ts";
import { type RefusalLog, refusalLog } from "./refusals.ts";
import { secondsSince } from "./secondsSince.ts";

export interface InProcessOptions {
  /** Elements n of every vector. */
  readonly elements: number;
}

/**
 * An exchange between replicas in one thread. A lease lives until its member leaves: what dies in a thread dies with it.
 *
 * Cost: memory 2n per replica.
 *
 * @throws RangeError for elements that are no integer from 1 on
 * @example
 * ```ts
 * import { inProcessExchange } from "entropy-sgd-cluster";
 * const exchange = inProcessExchange({ elements: 2 });
 * const [one, two] = [await exchange.join(0), await exchange.join(1)];
 * await one.publish(0, new Float32Array([1, 2]));
 * (await two.latest(0))?.vector[1]; // => 2
 * ```
 */
export function inProcessExchange({ elements }: InProcessOptions): Exchange {
  checkInteger("inProcessExchange", "elements", elements, 1);
  const run: Run = {
    elements,
    replicas: new Map(),
    ended: new Set(),
    back: new Set(),
    times: new Map(),
    commits: broadcast<Commit>(),
  };
  return {
    elements,
    leaseTime: 0,
    async join(replica, signal) {
      checkInteger("join", "replica", replica);
      signal?.throwIfAborted();
      if (run.replicas.has(replica))
        throw new ClusterError("taken", "join", `replica ${replica}`, "is held by another member");
      run.replicas.set(replica, []);
      run.back.add(replica);
      return memberOf(run, replica);
    },
  };
}

/** What all members of an exchange share. */
interface Run extends InProcessOptions {
  /** What each member has shared: the newest two, newest first. */
  readonly replicas: Map<number, readonly Published[]>;
  readonly ended: Set<number>;
  /** Those whose number another member has taken since, or who have not ended. */
  readonly back: Set<number>;
  /** When each replica has shared something, or left, by `performance.now`. */
  readonly times: Map<number, number>;
  readonly commits: Broadcast<Commit>;
}

function memberOf({ elements, replicas, ended, back, times, commits }: Run, replica: number): Member {
  const refusals = refusalLog();
  const left = new AbortController();
  const check = (path: string, signal: AbortSignal | undefined): void => {
    signal?.throwIfAborted();
    if (left.signal.aborted) throw new ClusterError("left", path, `replica ${replica}`, "has left the exchange");
  };
  return {
    replica,
    elements,
    async publish(version, vector, signal) {
      check("publish", signal);
      const [newest] = replicas.get(replica)!;
      checkPublished(version, newest?.version ?? null, vector, elements);
      const published = { replica, version, vector: vector.slice() };
      replicas.set(replica, newest === undefined ? [published] : [published, newest]);
      ended.delete(replica);
      times.set(replica, performance.now());
      commits.emit({ replica, version });
      return vector;
    },
    async latest(of, signal) {
      check("latest", signal);
      return accepted(replicas.get(of)?.[0], refusals);
    },
    async at(of, version, signal) {
      check("at", signal);
      return accepted(
        replicas.get(of)?.find((one) => one.version === version),
        refusals,
      );
    },
    async members(signal) {
      check("members", signal);
      return livingOf(replicas);
    },
    heard: () => livingOf(replicas),
    heardOf: (of) => ({
      isLiving: replicas.has(of),
      hasEnded: ended.has(of) && !back.has(of),
      secondsAgo: secondsSince(times.get(of)),
    }),
    watch: (signal) => commits.iterate(signal === undefined ? left.signal : AbortSignal.any([left.signal, signal])),
    refusals: refusals.all,
    async hasEnded(of, signal) {
      check("hasEnded", signal);
      return ended.has(of);
    },
    async leave({ hasEnded = false } = {}) {
      if (left.signal.aborted) return;
      left.abort();
      if (hasEnded) {
        ended.add(replica);
        back.delete(replica);
      }
      times.set(replica, performance.now());
      replicas.delete(replica);
    },
  };
}

function livingOf(replicas: ReadonlyMap<number, readonly Published[]>): LivingReplica[] {
  return [...replicas]
    .map(([replica, [newest, before]]) => ({
      ...{ replica, version: newest?.version ?? null },
      ...(before !== undefined && { before: before.version }),
    }))
    .sort((a, b) => a.replica - b.replica);
}

function accepted(published: Published | undefined, refusals: RefusalLog): Published | null {
  if (published === undefined) return null;
  if (allFinite(published.vector)) return published;
  refusals.add({ replica: published.replica, version: published.version, reason: "not-finite" });
  return null;
}
