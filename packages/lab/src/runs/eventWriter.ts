/** Writing events.jsonl: lines are numbered, long runs thinned as they are written, and no line is ever rewritten. */
import { join } from "node:path";
import { isKept } from "entropy-sgd-training";
import { appendTo, writeWhole } from "../io/files.ts";
import { eventsName, maxEventBytes, newline } from "./eventFile.ts";
import type { RecordedEvent } from "./eventSchemas.ts";

/** Appends to the events of a run. */
export interface EventWriter {
  /** Appends the event, unless it is thinned out. @throws InputError if that is impossible */
  append(event: RecordedEvent): void;
}

/** The position of a writer in a run. */
export interface EventPosition {
  /** Lines written so far. */
  readonly numLines: number;
  /** Evaluations so far, written or thinned out. */
  readonly numEvaluations: number;
  /** Gradients between two outer events. */
  readonly innerSteps: number;
}

/**
 * A writer that appends to the existing lines.
 *
 * Outer steps, evaluations and checkpoints are thinned by their numbers (thinning.ts). The last of each before the end is
 * kept whatever its number, so that curves reach the end.
 *
 * @param requireHeld - called before each line, which is not written if it throws
 */
export function eventWriter(run: string, position: EventPosition, requireHeld: () => void): EventWriter {
  const { innerSteps } = position;
  let { numLines, numEvaluations } = position;
  const leftOut = new Map<RecordedEvent["type"], RecordedEvent>();
  const write = (event: RecordedEvent): void => {
    requireHeld();
    const line = `${JSON.stringify({ ...event, sequence: numLines + 1 })}\n`;
    appendTo(join(run, eventsName), line, { sync: event.type === "end", maxBytes: maxEventBytes });
    numLines += 1;
  };
  const numberOf = (event: RecordedEvent): number => {
    if (event.type === "outer") return Math.ceil(event.gradients / innerSteps);
    if (event.type === "evaluation") return ++numEvaluations;
    return event.type === "checkpoint" ? Number(event.name) : 1;
  };
  return {
    append(event) {
      if (event.type === "end") {
        for (const last of leftOut.values()) write(last);
        leftOut.clear();
      } else if (!isKept(numberOf(event))) {
        leftOut.set(event.type, event);
        return;
      } else leftOut.delete(event.type);
      write(event);
    },
  };
}

/** Writes the events so far, from the copy of a checkpoint, whole or not at all; gives the number of lines. */
export function writeEvents(run: string, events: Iterable<Uint8Array>, requireHeld: () => void): number {
  let numLines = 0;
  function* counted(): Generator<Uint8Array, void, void> {
    for (const piece of events) {
      for (let at = piece.indexOf(newline); at >= 0; at = piece.indexOf(newline, at + 1)) numLines += 1;
      yield piece;
    }
  }
  writeWhole(join(run, eventsName), counted(), requireHeld);
  return numLines;
}
