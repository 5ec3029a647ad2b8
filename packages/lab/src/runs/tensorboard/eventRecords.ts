/** Records of an event file. */
import { type EventMessage, encodeEvent } from "./eventMessages.ts";
import { recordOf } from "./records.ts";
import type { Summary } from "./summaries.ts";

/** The first record of a file: the version of its format. */
export function headRecord(wallTime: number): Uint8Array {
  return recordOf(
    encodeEvent({ wallTime, fileVersion: "brain.Event:2", sourceMetadata: { writer: "entropy-sgd-lab" } }),
  );
}

/** The records of one file, which describe each tag at its first value. @param wallTime - in seconds since 1970 */
export function eventRecords(): {
  summaries(wallTime: number, step: number, summaries: readonly Summary[]): Uint8Array;
  event(event: EventMessage): Uint8Array;
} {
  const described = new Set<string>();
  return {
    summaries(wallTime, step, summaries) {
      const value = summaries.map(({ metadata, ...own }) => {
        if (described.has(own.tag)) return own;
        described.add(own.tag);
        return { ...own, metadata };
      });
      return recordOf(encodeEvent({ wallTime, step, summary: { value } }));
    },
    event: (event) => recordOf(encodeEvent(event)),
  };
}
