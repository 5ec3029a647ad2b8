/** A vector of the store: its chunks, read at once, checked and put together. */
import type { RefusalReason } from "../exchange/refusals.ts";
import { chunkCount, decodeVector, type VectorHeader } from "../wire/chunks.ts";
import type { SlotRecord } from "./commitRecord.ts";
import type { RunSubjects } from "./runSubjects.ts";
import type { Streams } from "./streams.ts";

/** The vector that `slot` tells of, or why it is refused. */
export async function readSlot(
  streams: Streams,
  subjects: RunSubjects,
  wanted: Pick<VectorHeader, "run" | "replica" | "elements">,
  { slot, version, elements, encoding }: SlotRecord,
  signal: AbortSignal | undefined,
): Promise<Float32Array | RefusalReason> {
  if (elements !== wanted.elements) return "wrong-length";
  const places = Array.from({ length: chunkCount(elements, encoding) }, (_, place) => place);
  const chunks = await Promise.all(
    places.map(async (place) => {
      const subject = subjects.chunk(wanted.replica, slot, place);
      return (await streams.insist(() => streams.newest(subjects.streams.vectors, subject), signal))?.data ?? null;
    }),
  );
  return decodeVector(chunks, { ...wanted, version, encoding });
}
