/** What a replica shares: chunks, and a commit once all of them are acknowledged. */
import { checkPublished } from "../clusterError.ts";
import { type Encoding, encodeVector } from "../wire/chunks.ts";
import { type CommitHeads, slotsOf } from "./commitHeads.ts";
import { type CommitRecord, type CommitRefusal, encodeCommit, type SlotRecord } from "./commitRecord.ts";
import type { Lease } from "./lease.ts";
import { readSlot } from "./readSlot.ts";
import type { RunSubjects } from "./runSubjects.ts";
import type { Streams } from "./streams.ts";

export interface PublisherParts {
  readonly streams: Streams;
  readonly subjects: RunSubjects;
  readonly run: string;
  readonly elements: number;
  readonly encoding: Encoding;
  readonly replica: number;
}

export interface Publisher {
  /** As `Member.publish`. */
  publish(lease: Lease, version: number, vector: Float32Array, signal?: AbortSignal): Promise<Float32Array>;
  /** The newest version that was shared; 0 before the first. */
  newest(): number;
  /** Says beside the newest vector that its replica has ended. */
  end(lease: Lease, signal: AbortSignal): Promise<void>;
  /** Shares the newest vector again where the server has lost it. */
  restore(signal: AbortSignal): Promise<void>;
}

/** What was sent last, to be sent again. */
interface Sent {
  readonly record: CommitRecord;
  readonly chunks: readonly Uint8Array[];
}

/** Of one that came back when all was done, and has shared nothing itself: what it had shared before, as its own. */
function underLease({ id }: Lease, earlier: CommitRecord | CommitRefusal | null): CommitRecord | null {
  return earlier === null || typeof earlier === "string" ? null : { lease: id, slots: earlier.slots };
}

export function publisher(parts: PublisherParts, heads: CommitHeads): Publisher {
  const { streams, subjects, run, elements, encoding, replica } = parts;
  let sent: Sent | null = null;
  return {
    async publish(lease, version, vector, signal) {
      lease.check("publish");
      checkPublished(version, sent?.record.slots[0].version ?? null, vector, elements);
      const { chunks, asRead } = encodeVector(vector, { run, replica, version, elements, encoding });
      // What an earlier member of this number has shared stays readable until it is replaced, slot by slot.
      const before = slotsOf(sent?.record ?? (await heads.newest(replica, signal)))[0];
      const next: SlotRecord = { slot: before === undefined ? 0 : 1 - before.slot, version, elements, encoding };
      const record: CommitRecord = {
        ...{ lease: lease.id, slots: before === undefined ? [next] : [next, before] },
        ...(sent !== null && { before: sent.record.slots[0].version }),
      };
      await sendChunks(next.slot, chunks, signal);
      lease.check("publish");
      await sendCommit(record, signal);
      sent = { record, chunks };
      return asRead;
    },
    newest: () => sent?.record.slots[0].version ?? 0,
    async end(lease, signal) {
      lease.check("leave");
      const record = sent?.record ?? underLease(lease, await heads.newest(replica, signal));
      if (record !== null) await sendCommit({ ...record, hasEnded: true }, signal);
    },
    async restore(signal) {
      if (sent === null) return;
      const [newest] = sent.record.slots;
      const there = await readSlot(streams, subjects, { run, replica, elements }, newest, signal);
      if (typeof there === "string" && there !== "not-finite") await sendChunks(newest.slot, sent.chunks, signal);
      await sendCommit(sent.record, signal);
    },
  };

  async function sendChunks(slot: number, chunks: readonly Uint8Array[], signal?: AbortSignal): Promise<void> {
    const send = (chunk: Uint8Array, place: number): Promise<number> =>
      streams.insist(() => streams.store(subjects.chunk(replica, slot, place), chunk), signal);
    await Promise.all(chunks.map(send));
  }

  async function sendCommit(record: CommitRecord, signal?: AbortSignal): Promise<void> {
    await streams.insist(() => streams.store(subjects.commit(replica), encodeCommit(record)), signal);
  }
}
