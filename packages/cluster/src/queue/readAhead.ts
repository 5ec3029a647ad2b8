/** Messages of a stream, asked for together where many wait. */
import type { StoredMessage } from "../jetstream/streams.ts";

/** Messages asked for at a time, at most. */
const most = 64;

/** Asks for the first message from a sequence number on; null where there is none yet. */
export type AskNext = (from: number) => Promise<StoredMessage | null>;

/** Reads a stream from its first message on. */
export interface ReadAhead {
  /** What comes next, in its order; none where everything there was has been read. */
  next(): Promise<readonly StoredMessage[]>;
  /** Sequence number of the last that was read; 0 for none. */
  last(): number;
}

/**
 * An answer takes its time on its way, and what has been told of many runs are thousands of messages: as long as there are more,
 * twice as many are asked for at a time.
 */
export function readAhead(ask: AskNext): ReadAhead {
  let [from, count] = [1, 1];
  return {
    last: () => from - 1,
    async next() {
      const answers = await Promise.all(Array.from({ length: count }, (_, i) => ask(from + i)));
      // After a question without an answer another may have been stored, before those that were asked for later.
      const end = answers.indexOf(null);
      const messages: StoredMessage[] = [];
      // Where some are missing, several questions have one answer.
      for (const message of end < 0 ? answers : answers.slice(0, end))
        if (message!.seq > (messages.at(-1)?.seq ?? 0)) messages.push(message!);
      from = (messages.at(-1)?.seq ?? from - 1) + 1;
      count = end < 0 ? Math.min(2 * count, most) : 1;
      return messages;
    },
  };
}
