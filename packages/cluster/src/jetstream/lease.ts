/** A replica's number, held while a message of it lives: the server drops it unless it is renewed in time. */
import { nuid } from "@nats-io/nats-core";
import { ClusterError } from "../clusterError.ts";
import { decodeLease, encodeLease, type LeaseContent } from "./leaseContent.ts";
import type { RunSubjects } from "./runSubjects.ts";
import { type StoredMessage, type Streams, storeAfter } from "./streams.ts";

export interface Lease {
  /** Tells this lease from earlier ones of the same replica. */
  readonly id: string;
  /** @throws ClusterError "lease-lost" where another has taken it */
  check(path: string): void;
  /** When it was last taken again, by `performance.now`; −∞ while it never was. */
  lapsed(): number;
  release(): Promise<void>;
}

/** What is told to those who join, and how. */
export interface LeaseOptions extends Pick<LeaseContent, "settings" | "details"> {
  readonly replica: number;
  /** Length of the vectors that it shares. */
  readonly elements: number;
  /** Milliseconds between renewals. */
  readonly heartbeat: number;
  /** Called after the lease had lapsed, or the server had lost it, and was taken again. */
  readonly retaken: () => Promise<void>;
}

/** Whether a commit is of the member that holds a replica's number now, and not of an earlier one; where nobody does, it stands. */
export function isUnder(held: LeaseContent | null, commit: { readonly lease: string }): boolean {
  return held === null || held.id === commit.lease;
}

/** The lease of a replica; null where none lives. */
export async function readLease(
  streams: Streams,
  subjects: RunSubjects,
  replica: number,
  signal?: AbortSignal,
): Promise<LeaseContent | null> {
  const read = () => streams.newest(subjects.streams.leases, subjects.lease(replica));
  const message = await streams.insist(read, signal);
  return message === null ? null : decodeLease(message.data);
}

/** @throws ClusterError "taken" while another holds it */
export async function takeLease(
  streams: Streams,
  subjects: RunSubjects,
  { replica, heartbeat, retaken, ...told }: LeaseOptions,
  signal: AbortSignal | undefined,
): Promise<Lease> {
  const id = nuid.next();
  const content = encodeLease({ id, ...told });
  const subject = subjects.lease(replica);
  let sequence = await storeAfter(streams, subjects.streams.leases, 0, subject, content, signal);
  sequence ??= (await own(signal))?.seq ?? null;
  if (sequence === null) throw new ClusterError("taken", "join", `replica ${replica}`, "is held by another member");
  let [isLost, lapsed] = [false, Number.NEGATIVE_INFINITY];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let renewing: Promise<void> = Promise.resolve();
  const [released, unanswered] = [new AbortController(), new AbortController()];
  beat();
  return {
    id,
    check(path) {
      if (released.signal.aborted) throw new ClusterError("left", path, `replica ${replica}`, "has left the exchange");
      if (isLost) throw new ClusterError("lease-lost", path, `replica ${replica}`, "is held by another member now");
    },
    lapsed: () => lapsed,
    async release() {
      if (released.signal.aborted) return;
      released.abort();
      clearTimeout(timer);
      // A renewal on its way is waited for: given up, it would be stored behind what is removed here, and live on for its time.
      await ended(renewing, heartbeat, () => unanswered.abort());
      // Another may have taken it since it was renewed last: its message is a later one.
      if (!isLost) await streams.remove(subjects.streams.leases, subject, sequence!);
    },
  };

  function beat(): void {
    timer = setTimeout(() => {
      renewing = renew()
        .catch(() => {})
        .finally(() => {
          if (!isLost && !released.signal.aborted) beat();
        });
    }, heartbeat);
  }

  async function renew(): Promise<void> {
    const { signal: until } = unanswered;
    const renewed = await storeAfter(streams, subjects.streams.leases, sequence!, subject, content, until);
    if (renewed !== null) {
      sequence = renewed;
      return;
    }
    const again = await storeAfter(streams, subjects.streams.leases, 0, subject, content, until);
    if (again === null) {
      const stored = await own(until);
      isLost = stored === null;
      sequence = stored?.seq ?? sequence;
      return;
    }
    sequence = again;
    lapsed = performance.now();
    await retaken();
  }

  /** This lease's message where it stands although no acknowledgement has come; null where another's does. */
  async function own(until: AbortSignal | undefined): Promise<StoredMessage | null> {
    const found = await streams.insist(() => streams.newest(subjects.streams.leases, subject), until);
    return found !== null && new TextDecoder().decode(found.data) === content ? found : null;
  }
}

/** Waits until something has ended that is given up after a time. */
async function ended(work: Promise<void>, patience: number, giveUp: () => void): Promise<void> {
  const timer = setTimeout(giveUp, patience);
  await work;
  clearTimeout(timer);
}
