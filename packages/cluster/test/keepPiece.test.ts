/** What a worker makes of a server that does not find the piece at which it is. */
import type { JsMsg } from "@nats-io/jetstream";
import { EndedElsewhere } from "entropy-sgd-cluster";
import { expect, test } from "vitest";
import type { Streams } from "../src/jetstream/streams.ts";
import { keepPiece } from "../src/queue/keepPiece.ts";
import { queueNames } from "../src/queue/queueStreams.ts";

/** Of streams that hold nothing. @returns what the piece's signal is aborted with */
async function lookedAt(own: { readonly haveCopies: boolean; readonly isOfStream: boolean }): Promise<unknown> {
  const names = queueNames("test", "queue");
  const streams = {
    haveCopies: own.haveCopies,
    insist: (ask: () => unknown) => ask(),
    newest: async () => null,
    at: async () => null,
  };
  const message = { subject: names.subject("work", "a"), seq: 1, working() {} };
  const kept = keepPiece(
    { streams: streams as unknown as Streams, names, onLapse: () => {} },
    { message: message as unknown as JsMsg, heartbeat: 60_000, isOfStream: () => own.isOfStream },
    new AbortController().signal,
  );
  await kept.look();
  kept.end();
  return kept.signal.reason;
}

test("what the one server of a queue does not find is gone", async () => {
  expect(await lookedAt({ haveCopies: false, isOfStream: true })).toEqual(new EndedElsewhere("gone"));
});

test("what a server that has lost its disk does not find is not gone, nor is what one of several does not", async () => {
  expect(await lookedAt({ haveCopies: false, isOfStream: false })).toBeUndefined();
  expect(await lookedAt({ haveCopies: true, isOfStream: true })).toBeUndefined();
});
