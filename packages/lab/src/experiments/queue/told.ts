/** What a worker tells of a run at work, as JSON on the queue. */
import type { Json } from "entropy-sgd-cluster";
import { InputError } from "entropy-sgd-training";
import { z } from "zod";
import { checkedEvent, type RecordedEvent } from "../../runs/eventSchemas.ts";

/** What a worker tells. */
export type Told =
  /** It begins the run, or goes on with it; the how manyth that was given the piece. */
  | { readonly type: "begin"; readonly worker: string; readonly attempt: number }
  /** It cannot do it. */
  | { readonly type: "declined"; readonly worker: string; readonly why: string }
  /** An event of the run, as in events.jsonl. */
  | { readonly type: "event"; readonly event: RecordedEvent };

const toldSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("begin"), worker: z.string(), attempt: z.int().min(1) }),
  z.strictObject({ type: z.literal("declined"), worker: z.string(), why: z.string() }),
  z.strictObject({ type: z.literal("event"), event: z.unknown() }),
]);

/** What was told; null for what no worker of this version tells. */
export function toldIn(said: Json): Told | null {
  const told = toldSchema.safeParse(said).data;
  if (told?.type !== "event") return told ?? null;
  try {
    const { event } = checkedEvent(told.event, "told");
    return event === null ? null : { type: "event", event };
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}
