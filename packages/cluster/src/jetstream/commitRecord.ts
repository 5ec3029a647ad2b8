/** What a replica says once all chunks of a vector are acknowledged: which vectors its two slots hold. */
import { chunkCount, type Encoding, wireFormat } from "../wire/chunks.ts";

export interface SlotRecord {
  readonly slot: number;
  readonly version: number;
  readonly elements: number;
  readonly encoding: Encoding;
}

export interface CommitRecord {
  /** Under which lease the newest was shared, or its replica has ended. */
  readonly lease: string;
  /** Version that was shared before under the same lease; absent where there was none. */
  readonly before?: number;
  /** Whether its replica has left as one that has ended. */
  readonly hasEnded?: true;
  /** One or two, newest first. */
  readonly slots: readonly [SlotRecord, ...SlotRecord[]];
}

/** Why a message is no record that can be used. */
export type CommitRefusal = "unreadable" | "newer-format" | "implausible-version";

/**
 * How far ahead of a reader's own version another's may be. Versions count exchanges: at a thousand a second nobody lags so far
 * within 49 days. A replica that follows others takes over their version, and could count no further from one near 2⁵³.
 */
const furthestAhead = 2 ** 32;

export function encodeCommit(record: CommitRecord): string {
  return JSON.stringify({ format: wireFormat, ...record });
}

/** The record in a message, or why there is none. @param own - the newest version of whoever reads it */
export function decodeCommit(data: Uint8Array, own: number = 0): CommitRecord | CommitRefusal {
  try {
    const { format, lease, slots, before, hasEnded } = JSON.parse(
      new TextDecoder().decode(data),
    ) as Partial<CommitRecord> & {
      format?: unknown;
    };
    if (Number.isSafeInteger(format) && (format as number) > wireFormat) return "newer-format";
    const isRecord = typeof lease === "string" && Array.isArray(slots) && slots.length > 0 && slots.every(isSlot);
    if (!isRecord || !(before === undefined || isCount(before))) return "unreadable";
    const versions = [...slots.map(({ version }) => version), before ?? 0];
    if (versions.some((version) => version - own > furthestAhead)) return "implausible-version";
    return {
      ...{ lease, slots: slots as unknown as CommitRecord["slots"] },
      ...(before !== undefined && { before }),
      ...(hasEnded === true && { hasEnded }),
    };
  } catch {
    return "unreadable";
  }
}

function isSlot(value: unknown): value is SlotRecord {
  if (typeof value !== "object" || value === null) return false;
  const { slot, version, elements, encoding } = value as Partial<Record<keyof SlotRecord, unknown>>;
  return (
    (slot === 0 || slot === 1) &&
    isCount(version) &&
    isCount(elements) &&
    (encoding === "float32" || encoding === "float16") &&
    chunkCount(elements, encoding) < 0x10000
  );
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
