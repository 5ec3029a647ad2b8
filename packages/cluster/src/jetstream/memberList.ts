/** The members of a run, as the server tells of them and as commits that are heard have it. */
import type { LivingReplica } from "../exchange/exchange.ts";
import type { CommitHeads } from "./commitHeads.ts";
import type { CommitRecord } from "./commitRecord.ts";
import { isUnder, readLease } from "./lease.ts";
import type { RunSubjects } from "./runSubjects.ts";
import type { Streams } from "./streams.ts";

export interface MemberList {
  /** As `Member.members`. */
  ask(signal?: AbortSignal): Promise<readonly LivingReplica[]>;
  /** As `Member.heard`. */
  heard(): readonly LivingReplica[];
  /** The newest record that is known of a replica, where it is of the member that held its number when the server was asked last. */
  known(replica: number): CommitRecord | null;
  /** Whether a replica has lived when the server was asked. */
  hasLived(replica: number): boolean;
}

/** @param living - the numbers whose leases live */
export function memberList(
  streams: Streams,
  subjects: RunSubjects,
  heads: CommitHeads,
  living: (signal?: AbortSignal) => Promise<readonly number[]>,
): MemberList {
  let last: readonly LivingReplica[] = [];
  /** The newest lease of each replica that has lived. */
  const leases = new Map<number, string>();
  return {
    async ask(signal) {
      const asked = async (replica: number): Promise<LivingReplica> => {
        const [newest, held] = await Promise.all([
          heads.newest(replica, signal),
          readLease(streams, subjects, replica, signal),
        ]);
        if (held !== null) leases.set(replica, held.id);
        if (typeof newest === "string") return { replica, version: null, isRefused: true };
        // What an earlier member of this number has shared, such as of an earlier run of this name, is not this one's.
        if (newest === null || !isUnder(held, newest)) return { replica, version: null };
        // A server that has lost its leases tells none.
        if (held === null && !leases.has(replica)) leases.set(replica, newest.lease);
        return asLiving(replica, newest);
      };
      last = await Promise.all((await living(signal)).map(asked));
      return last;
    },
    heard: () =>
      last.map((one) => {
        const known = heads.known(one.replica);
        return known === null ? one : asLiving(one.replica, known);
      }),
    known(replica) {
      const known = heads.known(replica);
      return known !== null && known.lease === leases.get(replica) ? known : null;
    },
    hasLived: (replica) => leases.has(replica),
  };
}

function asLiving(replica: number, { slots, before }: CommitRecord): LivingReplica {
  return { replica, version: slots[0].version, ...(before !== undefined && { before }) };
}
