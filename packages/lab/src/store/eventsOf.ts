import { lstatSync } from "node:fs";
import { join } from "node:path";
import { readPlainText } from "../runs/files.ts";
import { parseEvent, type RecordedEvent } from "../training/eventSchemas.ts";

const maxBytes = 256 * 2 ** 20;

/**
 * The events of a run's events.jsonl, null for unknown ones; none without the file. A line that a crash cut short, the
 * last one, is passed over.
 *
 * @throws InputError if it is no plain file or too large, and at a line that is no event
 */
export function* eventsOf(run: string): Generator<RecordedEvent | null> {
  const file = join(run, "events.jsonl");
  if (lstatSync(file, { throwIfNoEntry: false }) === undefined) return;
  const text = readPlainText(file, maxBytes);
  let at = 0;
  for (let number = 1, end = text.indexOf("\n"); end >= 0; number++, end = text.indexOf("\n", at)) {
    yield parseEvent(text.slice(at, end), `${file}:${number}`);
    at = end + 1;
  }
}
