/** How a piece of work has ended: stored once, with the files that its worker has sent. */
import { rangeError } from "entropy-sgd";
import type { Streams } from "../jetstream/streams.ts";
import type { FileRecord } from "./files.ts";
import type { QueueNames } from "./queueStreams.ts";
import type { Json } from "./workQueue.ts";

export interface Outcome {
  readonly attempt: number;
  /** What the handler returned; absent after a failure. */
  readonly result?: Json;
  /** The message of what it threw. */
  readonly failure?: string;
  readonly files: readonly FileRecord[];
}

const largest = 512 * 1024;

/** @throws RangeError for what is too large for a message */
export function jsonText(where: string, name: string, value: unknown): string {
  const text = JSON.stringify(value);
  const { length } = new TextEncoder().encode(text);
  if (length > largest) throw rangeError(where, name, `must have at most ${largest} bytes as JSON`, length);
  return text;
}

/** The outcome in a message that a worker has stored. */
export function outcomeIn(data: Uint8Array): Outcome {
  return JSON.parse(new TextDecoder().decode(data)) as Outcome;
}

/** The outcome of a piece, null while it has none. */
export async function storedOutcome(
  streams: Streams,
  names: QueueNames,
  id: string,
  signal: AbortSignal | undefined,
): Promise<Outcome | null> {
  const found = await streams.insist(() => streams.newest(names.told, names.subject("outcome", id)), signal);
  return found === null ? null : outcomeIn(found.data);
}
