import type { CheckpointContent } from "../formats/checkpoint.ts";

/** The events that a saved run keeps with its checkpoints, for its curves. */
export interface SavedEvents<E> {
  /** All so far, those of the checkpoint first. */
  readonly events: readonly E[];
  keep(event: E): void;
  /** What `write` of a held run takes as `events`. */
  pieces(): readonly Uint8Array[];
}

/**
 * The events of a run that begins, or goes on from a checkpoint: those that were kept until then.
 *
 * @param from - whose events were written from the `pieces` of such a list; null for a new run
 * @throws SyntaxError for events of another program that are no lines of JSON
 * @example
 * ```ts
 * import { savedEvents } from "entropy-sgd-training/web";
 * const kept = savedEvents<{ loss: number }>(null);
 * kept.keep({ loss: 0.5 });
 * kept.pieces().length; // => 1
 * ```
 */
export function savedEvents<E extends object>(from: Pick<CheckpointContent, "events"> | null): SavedEvents<E> {
  const decoder = new TextDecoder();
  const text = [...(from?.events ?? [])].map((piece) => decoder.decode(piece, { stream: true })).join("");
  const events = text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as E]));
  return {
    events,
    keep: (event) => events.push(event),
    pieces: () => [new TextEncoder().encode(events.map((event) => `${JSON.stringify(event)}\n`).join(""))],
  };
}
