/** `/api/events`: server-sent events, a few times a second. */
import { setTimeout } from "node:timers/promises";
import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import { eventSession, type Following } from "./eventSession.ts";
import type { FreshTable } from "./freshTable.ts";

/** How often a listener is told what is new, and that the server is there, in milliseconds. */
export interface StreamTimes {
  readonly tick: number;
  readonly heartbeat: number;
}

/** Streams until the listener goes or the server ends. */
export function streamEvents(
  context: Context,
  { table, refresh }: FreshTable,
  following: Following,
  { tick, heartbeat }: StreamTimes,
  ending: AbortSignal,
): Response {
  return streamSSE(context, async (stream) => {
    const end = new AbortController();
    stream.onAbort(() => end.abort());
    const signal = AbortSignal.any([ending, end.signal]);
    await refresh().catch(() => {});
    const news = eventSession(table, following);
    // So that the listener knows that whatever happens from now on is told.
    await stream.write(`retry: ${2 * tick}\n\n: connected\n\n`);
    let written = performance.now();
    while (!signal.aborted) {
      // A folder that cannot be read has no news; it may come back.
      await refresh().catch(() => {});
      for (const message of news()) {
        await stream.writeSSE(message);
        written = performance.now();
      }
      if (performance.now() - written >= heartbeat) {
        await stream.write(": here\n\n");
        written = performance.now();
      }
      await setTimeout(tick, undefined, { signal }).catch(() => {});
    }
  });
}
