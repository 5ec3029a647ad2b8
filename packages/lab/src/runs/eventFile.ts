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

/**
 * The lines of a run's events.jsonl; none without the file. The last line is passed over if a crash cut it before its newline.
 *
 * @param seen - a digest that is given every byte of the file, once all lines are read
 * @throws InputError if it is not a plain file or too large, at a line that is not an event, and where a line is missing
 */
export function* eventsOf(path: string, seen?: Digester): Generator<EventLine, void, void> {
  const file = join(path, eventsName);
  if (!isThere(file)) return;
  let number = 0;
  // Runs of versions without line numbers are continued with numbers.
  let numbered = false;
  for (const line of linesOf(file, seen)) {
    number += 1;
    const parsed = parseEvent(line, `${file}:${number}`);
    const { sequence } = parsed;
    if (sequence === undefined ? numbered : sequence !== number) {
      throw new InputError({
        path: `${file}:${number}`,
        rule: `must have the sequence number ${number}`,
        value: sequence ?? "none",
        got: `found ${sequence ?? "none"}`,
      });
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
