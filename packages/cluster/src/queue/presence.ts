/** Who works on a queue: each worker says every few seconds that it is there, and on which piece it works. */
import { nuid } from "@nats-io/nats-core";
import type { Streams } from "../jetstream/streams.ts";
import { jsonIn } from "./outcome.ts";
import { presenceEvery, type QueueNames } from "./queueStreams.ts";
import type { QueueWorker } from "./workQueue.ts";

export interface Presence {
  /** The piece that it works on from now on; null for none. */
  worksOn(piece: string | null): void;
  leave(): Promise<void>;
}

/** @param name - of the worker, for people */
export function presence(streams: Streams, names: QueueNames, name: string): Presence {
  const subject = names.subject("worker", nuid.next());
  let piece: string | null = null;
  const left = new AbortController();
  // What is lost is said again.
  const say = (): void =>
    void streams.insist(() => streams.store(subject, JSON.stringify({ name, piece })), left.signal).catch(() => {});
  const timer = setInterval(say, presenceEvery);
  say();
  return {
    worksOn(now) {
      piece = now;
      say();
    },
    async leave() {
      clearInterval(timer);
      left.abort();
      // Where the server does not answer, it lapses.
      await streams.remove(names.around, subject).catch(() => {});
    },
  };
}

/** The workers that have said of late that they are there, by their names. */
export async function workersAround(streams: Streams, names: QueueNames): Promise<readonly QueueWorker[]> {
  const workers: QueueWorker[] = [];
  for (const subject of await streams.subjects(names.around)) {
    const data = (await streams.newest(names.around, subject))?.data;
    const said = data === undefined ? null : (jsonIn(data) ?? null);
    if (typeof said !== "object" || said === null) continue;
    const { name, piece } = said as { readonly name?: unknown; readonly piece?: unknown };
    if (typeof name === "string") workers.push({ name, piece: typeof piece === "string" ? piece : null });
  }
  return workers.sort((a, b) => (a.name < b.name ? -1 : 1));
}
