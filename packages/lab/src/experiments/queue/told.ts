/** What a worker tells of a run at work, as JSON on the queue. */
import type { Json } from "entropy-sgd-cluster";
import { InputError } from "entropy-sgd-training";
import { z } from "zod";
import { checkedEvent, type RecordedEvent } from "../../runs/eventSchemas.ts";

/** What a worker tells. */
export type Told =
  /** It begins the run, or goes on with it. */
  | {
      readonly type: "begin";
      readonly worker: string;
      /** The how manyth it is that was given the piece. */
      readonly attempt: number;
      /** Whether it goes on from a checkpoint; false when absent. */
      readonly resumes?: boolean | undefined;
      /** The worker that had it before; the planner adds it. */
      readonly after?: string;
    }
  /** It cannot do it. */
  | { readonly type: "declined"; readonly worker: string; readonly why: string }
  /** It was stopped, and gives the run back. */
  | { readonly type: "returned"; readonly worker: string; readonly why: string }
  /** An event of the run, as in events.jsonl. */
  | { readonly type: "event"; readonly event: RecordedEvent };

/** Later versions may tell more, which this one passes over. */
const toldSchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("begin"),
    worker: z.string(),
    attempt: z.int().min(1),
    resumes: z.boolean().optional(),
  }),
  z.object({ type: z.literal("declined"), worker: z.string(), why: z.string() }),
  z.object({ type: z.literal("returned"), worker: z.string(), why: z.string() }),
  z.object({ type: z.literal("event"), event: z.unknown() }),
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
