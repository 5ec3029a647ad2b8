/** How a piece of work has ended: stored once, with the files that its worker has sent. */
import { rangeError } from "entropy-sgd";
import type { StoredMessage, Streams } from "../jetstream/streams.ts";
import type { FileRecord } from "./files.ts";
import type { QueueNames } from "./queueStreams.ts";
import type { Json } from "./workQueue.ts";

export interface Outcome {
  readonly attempt: number;
  /** What the handler returned; absent after a failure. */
  readonly result?: Json;
  /** The message of what it threw. */
  readonly failure?: string;
  /** Whether it was taken off its queue instead; its failure says so, too. */
  readonly removed?: true;
  readonly files: readonly FileRecord[];
}

/** What is stored as the outcome of a piece. */
export interface StoredOutcome {
  /** Sequence number of the newest message; 0 without one. */
  readonly sequence: number;
  /** null while there is none, or where the message is malformed: then the piece has not ended. */
  readonly outcome: Outcome | null;
}

const largest = 512 * 1024;

/** @throws RangeError for what is too large for a message */
export function jsonText(where: string, name: string, value: unknown): string {
  const text = JSON.stringify(value);
  const { length } = new TextEncoder().encode(text);
  if (length > largest) throw rangeError(where, name, `must have at most ${largest} bytes as JSON`, length);
  return text;
}

/** The JSON in a message; undefined where it is none. */
export function jsonIn(data: Uint8Array): Json | undefined {
  try {
    return JSON.parse(new TextDecoder().decode(data)) as Json;
  } catch {
    return undefined;
  }
}

/** The outcome in a message that a worker has stored; null for what is none. */
export function outcomeIn(data: Uint8Array): Outcome | null {
  const value = jsonIn(data);
  if (typeof value !== "object" || value === null) return null;
  const { attempt, files, result, failure, removed } = value as unknown as Partial<Record<keyof Outcome, unknown>>;
  const hasEnded = typeof failure === "string" || removed === true || (failure === undefined && result !== undefined);
  const isWhole = Number.isSafeInteger(attempt) && hasEnded && Array.isArray(files) && files.every(isRecord);
  return isWhole ? (value as unknown as Outcome) : null;
}

function isRecord(value: unknown): value is FileRecord {
  if (typeof value !== "object" || value === null) return false;
  const { file, path, bytes, checks } = value as Partial<Record<keyof FileRecord, unknown>>;
  const isSize = Number.isSafeInteger(bytes) && (bytes as number) >= 0;
  const areChecks = Array.isArray(checks) && checks.every(Number.isInteger);
  const isName = (typeof file === "string" || typeof file === "number") && /^\w+$/.test(String(file));
  return isSize && areChecks && typeof path === "string" && isName;
}

/** The outcome of a piece as it is stored. */
export async function storedOutcome(
  streams: Streams,
  names: QueueNames,
  id: string,
  signal: AbortSignal | undefined,
): Promise<StoredOutcome> {
  const found = await streams.insist(() => streams.newest(names.told, names.subject("outcome", id)), signal);
  return found === null ? { sequence: 0, outcome: null } : storedIn(found);
}

function storedIn({ seq, data }: StoredMessage): StoredOutcome {
  return { sequence: seq, outcome: outcomeIn(data) };
}

/** The outcomes of pieces as they are stored, by their ids. @param isWanted - of an id */
export async function storedOutcomes(
  streams: Streams,
  names: QueueNames,
  isWanted: (id: string) => boolean = () => true,
): Promise<ReadonlyMap<string, StoredOutcome>> {
  const all = await streams.subjects(names.told, names.subject("outcome", "*"));
  const subjects = all.filter((subject) => isWanted(names.idOf(subject)));
  const found = await Promise.all(subjects.map((subject) => streams.newest(names.told, subject)));
  // One that is not there any more was forgotten meanwhile.
  return new Map(
    found.flatMap((message) => (message === null ? [] : [[names.idOf(message.subject), storedIn(message)]])),
  );
}
