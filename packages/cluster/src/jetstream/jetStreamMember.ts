/** One replica in an exchange on JetStream. */
import type { NatsConnection } from "@nats-io/nats-core";
import { ClusterError, checkInteger } from "../clusterError.ts";
import { broadcast } from "../exchange/broadcast.ts";
import type { Commit, Heard, Member, Published } from "../exchange/exchange.ts";
import { refusalLog } from "../exchange/refusals.ts";
import { type CommitHeads, commitHeads, slotsOf } from "./commitHeads.ts";
import type { CommitRecord, CommitRefusal, SlotRecord } from "./commitRecord.ts";
import { throwIfDenied } from "./insistent.ts";
import { type Lease, takeLease } from "./lease.ts";
import { livingReplicas } from "./livingReplicas.ts";
import { type MemberList, memberList } from "./memberList.ts";
import { type Publisher, type PublisherParts, publisher } from "./publisher.ts";
import { readSlot } from "./readSlot.ts";
import { requireSameRun } from "./requireSameRun.ts";

/** How long a replica that has ended tries to say so, in milliseconds. */
const timeToEnd = 2_000;

/** Three missed heartbeats end a lease. */
export const leaseTime = (heartbeat: number): number => 3 * heartbeat;

export interface Joining extends PublisherParts {
  readonly connection: NatsConnection;
  /** Milliseconds between renewals of the lease. */
  readonly heartbeat: number;
  /** What all members must have alike, and what that is made of. */
  readonly settings: ReadonlyMap<string, string>;
  readonly details: ReadonlyMap<string, string>;
}

export async function joinRun(joining: Joining, signal: AbortSignal | undefined): Promise<Member> {
  const { connection, streams, subjects, run, elements, heartbeat, replica } = joining;
  const refusals = refusalLog();
  const commits = broadcast<Commit>();
  const heads = commitHeads(streams, subjects, refusals, commits.emit, () => own.newest());
  const own: Publisher = publisher(joining, heads);
  const left = new AbortController();
  const retaken = (): Promise<void> => own.restore(left.signal);
  const lease = await leaseOf(joining, retaken, signal);
  const living = livingReplicas(streams, subjects, {
    replica,
    leaseTime: leaseTime(heartbeat),
    lapsed: lease.lapsed,
  });
  const list = memberList(streams, subjects, heads, living);
  let refusedNews: Error | null = null;
  const subscription = connection.subscribe(subjects.every.commit, {
    callback: (error, { subject, data }) => {
      if (error === null) heads.heard(subject, data);
      else refusedNews = error;
    },
  });
  return {
    replica,
    elements,
    publish: (version, vector, until) => own.publish(lease, version, vector, until),
    async latest(of, until) {
      lease.check("latest");
      return read(of, slotsOf(await heads.newest(of, until))[0], until);
    },
    async at(of, version, until) {
      lease.check("at");
      checkInteger("at", "version", version);
      const slotIn = (record: CommitRecord | CommitRefusal | null): SlotRecord | undefined =>
        slotsOf(record).find((slot) => slot.version === version);
      return read(of, slotIn(list.known(of)) ?? slotIn(await heads.newest(of, until)), until);
    },
    async members(until) {
      lease.check("members");
      // The answer to the subscription, which may come late.
      throwIfDenied(refusedNews);
      return list.ask(until);
    },
    heard: list.heard,
    heardOf: (of) => heardIn(list, heads, of),
    watch: (until) => commits.iterate(until === undefined ? left.signal : AbortSignal.any([left.signal, until])),
    refusals: refusals.all,
    async hasEnded(of, until) {
      lease.check("hasEnded");
      return isOfEnded(await heads.newest(of, until));
    },
    async leave({ hasEnded = false } = {}) {
      if (left.signal.aborted) return;
      // Without a server those who come back wait for it, as for one that was killed.
      if (hasEnded) await own.end(lease, AbortSignal.timeout(timeToEnd)).catch(() => {});
      left.abort();
      subscription.unsubscribe();
      await lease.release();
    },
  };

  async function read(of: number, slot: SlotRecord | undefined, until?: AbortSignal): Promise<Published | null> {
    if (slot === undefined) return null;
    const vector = await readSlot(streams, subjects, { run, replica: of, elements }, slot, until);
    if (typeof vector !== "string") return { replica: of, version: slot.version, vector };
    refusals.add({ replica: of, version: slot.version, reason: vector });
    return null;
  }
}

function heardIn(list: MemberList, heads: CommitHeads, replica: number): Heard {
  const isLiving = list.heard().some((one) => one.replica === replica);
  // Of one that lives, or has lived, what an earlier member of its number has said does not count, such as of an earlier run of this name.
  const record = list.hasLived(replica) ? list.known(replica) : heads.known(replica);
  return { isLiving, hasEnded: isOfEnded(record), secondsAgo: heads.secondsAgo(replica) };
}

function isOfEnded(record: CommitRecord | CommitRefusal | null): boolean {
  return record !== null && typeof record !== "string" && record.hasEnded === true;
}

/** The lease of a member that is a replica of the same training as the others. */
async function leaseOf(
  { streams, subjects, elements, settings, details, heartbeat, replica }: Joining,
  retaken: () => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<Lease> {
  const own = { elements, settings, details };
  const requireSame = () => requireSameRun(streams, subjects, own, signal);
  const lease = await takeLease(streams, subjects, { ...own, replica, heartbeat, retaken }, signal).catch(
    async (error: unknown) => {
      // One of another training is told so, whether its number is free or taken.
      if (error instanceof ClusterError && error.details.code === "taken") await requireSame();
      throw error;
    },
  );
  try {
    // After the lease was taken: of two that join at once, one sees the other.
    await requireSame();
    return lease;
  } catch (error) {
    await lease.release().catch(() => {});
    throw error;
  }
}
