/** The newest commit of each replica, of what was heard and what is stored. */
import type { Commit } from "../exchange/exchange.ts";
import type { RefusalLog } from "../exchange/refusals.ts";
import { secondsSince } from "../exchange/secondsSince.ts";
import { type CommitRecord, type CommitRefusal, decodeCommit } from "./commitRecord.ts";
import type { RunSubjects } from "./runSubjects.ts";
import type { Streams } from "./streams.ts";

export interface CommitHeads {
  /** A commit on its way to the store. */
  heard(subject: string, data: Uint8Array): void;
  /** The newest record that was heard or read before; null without one. */
  known(replica: number): CommitRecord | null;
  /** Seconds since anything of a replica was heard; null where nothing was. */
  secondsAgo(replica: number): number | null;
  /** The newest record of a replica, null without one; or why it is refused where nothing before it is known. */
  newest(replica: number, signal?: AbortSignal): Promise<CommitRecord | CommitRefusal | null>;
}

/**
 * @param emit - called with what is heard and new
 * @param ownVersion - the newest of whoever reads them
 */
export function commitHeads(
  streams: Streams,
  subjects: RunSubjects,
  refusals: RefusalLog,
  emit: (commit: Commit) => void,
  ownVersion: () => number,
): CommitHeads {
  const heads = new Map<number, CommitRecord>();
  const times = new Map<number, number>();
  const versionOf = (record: CommitRecord): number => record.slots[0].version;
  const refused = (replica: number, reason: CommitRefusal): void => refusals.add({ replica, version: null, reason });
  return {
    heard(subject, data) {
      const replica = subjects.replicaOf(subject);
      const record = decodeCommit(data, ownVersion());
      if (typeof record === "string") return refused(replica, record);
      times.set(replica, performance.now());
      const [known, version] = [heads.get(replica), versionOf(record)];
      if (known?.lease === record.lease && version <= versionOf(known)) {
        // The same again is a duplicate, such as after a lost acknowledgement, or says that its replica has ended.
        if (version < versionOf(known)) refusals.add({ replica, version, reason: "version-went-back" });
        else if (record.hasEnded === true) heads.set(replica, record);
        return;
      }
      heads.set(replica, record);
      emit({ replica, version });
    },
    known: (replica) => heads.get(replica) ?? null,
    secondsAgo: (replica) => secondsSince(times.get(replica)),
    async newest(replica, signal) {
      const read = () => streams.newest(subjects.streams.commits, subjects.commit(replica));
      const data = (await streams.insist(read, signal))?.data;
      const stored = data === undefined ? null : decodeCommit(data, ownVersion());
      const known = heads.get(replica);
      if (stored === null) return known ?? null;
      if (typeof stored === "string") {
        refused(replica, stored);
        return known ?? stored;
      }
      // What was heard may not be stored yet.
      if (known?.lease === stored.lease && versionOf(known) > versionOf(stored)) return known;
      heads.set(replica, stored);
      return stored;
    },
  };
}

/** The slots of a record, none where there is none. */
export function slotsOf(record: CommitRecord | CommitRefusal | null): readonly CommitRecord["slots"][number][] {
  return record === null || typeof record === "string" ? [] : record.slots;
}
