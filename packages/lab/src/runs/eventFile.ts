/**
 * events.jsonl: one event a line, with its number. Read a piece at a time, as a run of weeks has a long one.
 */
import { join } from "node:path";
import { InputError } from "entropy-sgd-training";
import type { Digester } from "entropy-sgd-training/formats";
import { endOf, isThere, piecesOf } from "entropy-sgd-training/node";
import { type EventLine, maxLineLength, parseEvent } from "./eventSchemas.ts";

export const eventsName = "events.jsonl";

/** The largest file that is written or read. Thinned logs stay far below it; those of earlier versions may be large. */
export const maxEventBytes: number = 2 ** 32;

/** The byte that ends a line. */
export const newline = 0x0a;

/** A line of events.jsonl and its place there. */
export interface PlacedLine extends EventLine {
  /** The place behind it, from where reading can go on. */
  readonly after: LogPlace;
}

/** A place between two lines of events.jsonl. */
export interface LogPlace {
  /** Bytes before it. */
  readonly offset: number;
  /** Lines before it. */
  readonly lines: number;
  /** Whether those have numbers: runs of versions without line numbers are continued with numbers. */
  readonly numbered: boolean;
}

/** The beginning of events.jsonl. */
export const logStart: LogPlace = { offset: 0, lines: 0, numbered: false };

/**
 * The lines of a run's events.jsonl; none without the file. The last line is passed over if a crash cut it before its newline.
 *
 * @param seen - a digest that is given every byte of the file, once all lines are read
 * @throws InputError if it is not a plain file or too large, at a line that is not an event, and where a line is missing
 */
export function* eventsOf(path: string, seen?: Digester): Generator<PlacedLine, void, void> {
  const file = join(path, eventsName);
  if (!isThere(file)) return;
  yield* eventsIn(seenPieces(piecesOf(file, maxEventBytes), seen), file, logStart);
}

function* seenPieces(pieces: Iterable<Uint8Array>, seen: Digester | undefined): Generator<Uint8Array, void, void> {
  for (const piece of pieces) {
    seen?.update(piece);
    yield piece;
  }
}

/** The lines in the bytes from a place in the file on. @throws InputError as `eventsOf` */
export function* eventsIn(
  pieces: Iterable<Uint8Array>,
  file: string,
  from: LogPlace,
): Generator<PlacedLine, void, void> {
  let { offset, lines, numbered } = from;
  for (const { text, bytes } of linesOf(pieces, file, lines)) {
    lines += 1;
    offset += bytes;
    const parsed = parseEvent(text, `${file}:${lines}`);
    const { sequence } = parsed;
    if (sequence === undefined ? numbered : sequence !== lines) {
      throw new InputError({
        path: `${file}:${lines}`,
        rule: `must have the sequence number ${lines}`,
        value: sequence ?? "none",
        got: `found ${sequence ?? "none"}`,
      });
    }
    numbered = sequence !== undefined;
    yield { ...parsed, after: { offset, lines, numbered } };
  }
}

/** Whole lines, without their ends, and their lengths with them. */
function* linesOf(
  pieces: Iterable<Uint8Array>,
  file: string,
  before: number,
): Generator<{ readonly text: string; readonly bytes: number }, void, void> {
  let number = before + 1;
  /** Pieces of a line that has not ended. */
  let begun: Buffer[] = [];
  let length = 0;
  for (const piece of pieces) {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.length);
    let at = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, at)) {
      const line = length === 0 ? bytes.subarray(at, end) : Buffer.concat([...begun, bytes.subarray(at, end)]);
      yield { text: line.toString("utf8"), bytes: line.length + 1 };
      [begun, length] = [[], 0];
      at = end + 1;
      number += 1;
    }
    if (at === bytes.length) continue;
    // The buffer is reused for the next piece.
    begun.push(Buffer.from(bytes.subarray(at)));
    length += bytes.length - at;
    // Characters take up to four bytes; the parser checks the exact length.
    if (length > 4 * maxLineLength) {
      throw new InputError({
        path: `${file}:${number}`,
        rule: `the line must have at most ${maxLineLength} characters`,
      });
    }
  }
}

/** Whether the last line is an end event; reads only the end of the file. @throws InputError as `eventsOf` */
export function endsInEnd(path: string): boolean {
  const file = join(path, eventsName);
  if (!isThere(file)) return false;
  const text = endOf(file, maxEventBytes, maxLineLength).trimEnd();
  return text.slice(text.lastIndexOf("\n") + 1).startsWith('{"type":"end"');
}
