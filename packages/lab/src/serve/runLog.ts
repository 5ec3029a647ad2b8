/** The log of a run, read once and then followed: each look reads what was appended since the last one. */
import { createHash } from "node:crypto";
import { lstatSync } from "node:fs";
import { join } from "node:path";
import { isKept } from "entropy-sgd-training";
import { isMissing, piecesOf } from "entropy-sgd-training/node";
import { eventsIn, eventsName, type LogPlace, logStart, maxEventBytes } from "../runs/eventFile.ts";
import { appendEvent, emptyColumns, type LogColumns } from "./logColumns.ts";

/** Outer steps beyond this number are thinned as logs are when they are written, so that an old log of any length fits the memory. */
const numKeptHere = 2 ** 20;

/** Bytes before a place by which it is recognised. */
const tailBytes = 1024;

/** A place in a log by its offset and a hash of what is before it: another log has another there. */
export interface LogPosition {
  readonly offset: number;
  readonly tail: string;
}

/** The log of a run. */
export interface RunLog {
  /** What was read so far; another object after the log was replaced. */
  readonly content: LogColumns;
  readonly position: LogPosition;
  /** Reads what was appended; all again where the log was replaced. @throws InputError if it is damaged or cannot be read */
  advance(): void;
  /** Whether the log has the same bytes before the place, which may have been read in another process. */
  holds(position: LogPosition): boolean;
}

/** The log in a run's folder; nothing is read yet. */
export function runLog(path: string): RunLog {
  const file = join(path, eventsName);
  let content = emptyColumns();
  let place: LogPlace = logStart;
  let tail = logBeginning.tail;
  let seen: FileState | null = null;
  let failure: unknown = null;
  const begin = (): void => {
    [content, place, tail] = [emptyColumns(), logStart, logBeginning.tail];
  };
  const read = (): void => {
    for (const { event, after } of eventsIn(piecesAfter(file, { offset: place.offset, tail }), file, place)) {
      place = after;
      if (event === null) continue;
      const innerSteps = content.start?.innerSteps ?? 1;
      const number = event.type === "outer" ? Math.ceil(event.gradients / innerSteps) : 0;
      if (number <= numKeptHere || isKept(number)) appendEvent(content, event, place.offset);
    }
  };
  const readAgain = (): void => {
    try {
      read();
    } catch (error) {
      if (!(error instanceof Replaced)) throw error;
      begin();
      read();
    }
  };
  return {
    get content() {
      return content;
    },
    get position() {
      return { offset: place.offset, tail };
    },
    advance() {
      const now = stateOf(file);
      if (now?.text !== seen?.text) {
        [seen, failure] = [now, null];
        try {
          if (now === null) begin();
          else readAgain();
        } catch (error) {
          failure = error;
        }
        tail = tailBefore(file, place.offset);
        // Another file took its place meanwhile: the next look reads it from its beginning.
        if (stateOf(file)?.inode !== now?.inode)
          [seen, content, place, tail] = [null, emptyColumns(), logStart, logBeginning.tail];
      }
      if (failure !== null) throw failure;
    },
    holds(position) {
      if (position.offset === place.offset) return position.tail === tail;
      return position.offset < place.offset && position.tail === tailBefore(file, position.offset);
    },
  };
}

/** The beginning of every log. */
export const logBeginning: LogPosition = { offset: 0, tail: tailOf(new Uint8Array(0)) };

/** A place as text for `at` and ids of events. */
export function positionText({ offset, tail }: LogPosition): string {
  return `${offset}.${tail}`;
}

/** The place of such a text; null if it is none. */
export function positionOf(text: string): LogPosition | null {
  const match = /^(\d{1,15})\.([\w-]{8})$/.exec(text);
  return match === null ? null : { offset: Number(match[1]), tail: match[2]! };
}

/** The log is not the one that was read so far. */
class Replaced extends Error {}

/** The bytes behind a place. @throws Replaced if other bytes are before it */
function* piecesAfter(file: string, { offset, tail }: LogPosition): Generator<Uint8Array, void, void> {
  const from = Math.max(0, offset - tailBytes);
  let before: number | null = offset - from;
  for (const piece of piecesOf(file, maxEventBytes, { from })) {
    if (before === null) yield piece;
    else {
      if (tailOf(piece.subarray(0, before)) !== tail) throw new Replaced();
      yield piece.subarray(before);
    }
    before = null;
  }
  // Nothing was read: the file is shorter.
  if (before !== null && before > 0) throw new Replaced();
}

/** What recognises a place in a file; that of no bytes where the file is gone or shorter. */
function tailBefore(file: string, offset: number): string {
  const from = Math.max(0, offset - tailBytes);
  try {
    for (const piece of piecesOf(file, maxEventBytes, { from })) return tailOf(piece.subarray(0, offset - from));
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  return logBeginning.tail;
}

function tailOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("base64url").slice(0, 8);
}

/** What changes when a file does. */
interface FileState {
  readonly inode: number;
  readonly text: string;
}

/** Null without the file. */
function stateOf(file: string): FileState | null {
  const stats = lstatSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return null;
  return { inode: stats.ino, text: `${stats.ino} ${stats.size} ${stats.mtimeMs} ${stats.ctimeMs}` };
}
