import type { Json, QueueEvent, QueueStatus } from "entropy-sgd-cluster";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { pieceWatch } from "./pieceWatch.ts";
import type { Told } from "./told.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const begin: Json = { type: "begin", worker: "one", attempt: 1, resumes: false };

/** A queue that tells these events, its state at each look, and which pieces are nowhere on it. */
function watched(events: readonly QueueEvent[], status: () => Partial<QueueStatus>, lost: readonly string[] = []) {
  const words: string[] = [];
  const told: [string, Told][] = [];
  const queue = {
    async *follow(signal: AbortSignal) {
      yield* events;
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    },
    status: async () => ({ waiting: 0, atWork: 1, ended: 0, workers: [], ...status() }),
    missing: async (ids: readonly string[]) => ids.filter((id) => lost.includes(id)),
  };
  const putAgain = vi.fn(async () => {});
  const listener = {
    nameOf: (id: string) => (id === "others" ? null : `run ${id}`),
    onTold: (...own: [string, Told]) => void told.push(own),
    onWords: (own: string) => void words.push(own),
    putAgain,
  };
  return { watch: pieceWatch(queue, "the queue", listener), words, told, putAgain };
}

test("a worker that is heard of no more is named once, when two looks have missed it", async () => {
  let names = ["one", "two"];
  const { watch, words, told } = watched([{ kind: "event", id: "a", event: begin }], () => ({
    workers: names.map((name) => ({ name, piece: null })),
  }));
  const outcome = watch.outcome("a", new AbortController().signal);
  await vi.advanceTimersByTimeAsync(3_000);
  expect(told).toEqual([["a", begin]]);
  names = ["two"];
  await vi.advanceTimersByTimeAsync(10_000);
  expect(words).toEqual([]);
  await vi.advanceTimersByTimeAsync(30_000);
  const then = "the run goes to another after three missed heartbeats";
  expect(words).toEqual([`run a: nothing is heard of one any more; ${then}`]);
  await watch.end();
  void outcome;
});

test("a piece that is nowhere on the queue is put there again whatever else is there, one that was removed is not", async () => {
  // Others are at work, and have ended without being fetched.
  const others = () => ({ waiting: 1, atWork: 2, ended: 3 });
  const { watch, putAgain } = watched([{ kind: "removed", id: "a" }], others, ["a", "b"]);
  const [removed, ...left] = ["a", "b", "c"].map((id) => watch.outcome(id, new AbortController().signal));
  expect(await removed).toEqual({ kind: "removed", id: "a" });
  await vi.advanceTimersByTimeAsync(3_000);
  expect(putAgain.mock.calls).toEqual([["b", expect.any(AbortSignal)]]);
  await watch.end();
  void left;
});

test("a result is passed over where a piece is done anew, a removal is not", async () => {
  const events: QueueEvent[] = [
    { kind: "result", id: "a", result: null },
    { kind: "removed", id: "b" },
  ];
  const { watch } = watched(events, () => ({}));
  const [never, stop] = [new AbortController().signal, new AbortController()];
  expect(await watch.outcome("b", never)).toEqual({ kind: "removed", id: "b" });
  for (const id of ["a", "b"]) watch.clear(id);
  const anew = watch.outcome("a", stop.signal);
  expect(await watch.outcome("b", never)).toEqual({ kind: "removed", id: "b" });
  stop.abort();
  expect(await anew).toBeNull();
  await watch.end();
});
