/**
 * events.jsonl: one event a line, with its number. Read a piece at a time, as a run of weeks has a long one.
 */
import { join } from "node:path";
import { InputError } from "entropy-sgd-training";
import { endOf, isThere, piecesOf } from "entropy-sgd-training/node";
import type { Digester } from "../io/digest.ts";
import { type EventLine, maxLineLength, parseEvent } from "./eventSchemas.ts";

export const eventsName = "events.jsonl";

/** Of the writer and of all readers. Thinning keeps what runs write far below it; logs made before it may be large. */
export const maxEventBytes: number = 2 ** 32;

/** What ends a line, as a byte. */
export const newline = 0x0a;

/**
 * The lines of a run's events.jsonl; none without the file. A line that a crash cut short, the
 * last one, has no newline after it and is passed over.
 *
 * @param seen - takes every byte of the file, if all lines are asked for
 * @throws InputError if it is no plain file or too large, at a line that is no event, and where a line is missing
 */
export function* eventsOf(path: string, seen?: Digester): Generator<EventLine, void, void> {
  const file = join(path, eventsName);
  if (!isThere(file)) return;
  let number = 0;
  // Runs made before lines were numbered go on with numbers.
  let numbered = false;
  for (const line of linesOf(file, seen)) {
    number += 1;
    const parsed = parseEvent(line, `${file}:${number}`);
    const { sequence } = parsed;
    if (sequence === undefined ? numbered : sequence !== number) {
      throw new InputError(`${file}:${number}: must have the sequence number ${number}, found ${sequence ?? "none"}`);
    }
    numbered = sequence !== undefined;
    yield parsed;
  }
}

/** Whole lines, without their ends. */
function* linesOf(file: string, seen: Digester | undefined): Generator<string, void, void> {
  let number = 1;
  /** Pieces of a line that has not ended. */
  let begun: Buffer[] = [];
  let length = 0;
  for (const piece of piecesOf(file, maxEventBytes)) {
    seen?.update(piece);
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.length);
    let at = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, at)) {
      const text = bytes.toString("utf8", at, end);
      if (length === 0) yield text;
      else yield Buffer.concat([...begun, bytes.subarray(at, end)]).toString("utf8");
      [begun, length] = [[], 0];
      at = end + 1;
      number += 1;
    }
    if (at === bytes.length) continue;
    // The piece is used again for the next one.
    begun.push(Buffer.from(bytes.subarray(at)));
    length += bytes.length - at;
    // Characters take up to four bytes; the exact rule is the parser's.
    if (length > 4 * maxLineLength) {
      throw new InputError(`${file}:${number}: the line must have at most ${maxLineLength} characters`);
    }
  }
}

/** Whether the last line tells of an end: a look at the end of the file, however long it is. @throws InputError as `eventsOf` */
export function endsInEnd(path: string): boolean {
  const file = join(path, eventsName);
  if (!isThere(file)) return false;
  const text = endOf(file, maxEventBytes, maxLineLength).trimEnd();
  return text.slice(text.lastIndexOf("\n") + 1).startsWith('{"type":"end"');
}
