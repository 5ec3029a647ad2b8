/** Work on many machines: done once, counted once. */
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { millis } from "@nats-io/nats-core";
import {
  clusterStatus,
  Declined,
  jetStreamQueue,
  type QueueEvent,
  type QueueStatus,
  type WorkPiece,
  type WorkQueue,
} from "entropy-sgd-cluster";
import { describe, expect, test } from "vitest";
import { hasServer } from "./natsServer.ts";
import { queuesForTests } from "./queuesForTests.ts";

describe.skipIf(!hasServer)("a queue on JetStream", () => {
  const { server, connections, connected, newName, opened } = queuesForTests("queue");
  /** Events until `count` pieces have ended. */
  const ended = async (queue: WorkQueue, count: number): Promise<QueueEvent[]> => {
    const stop = new AbortController();
    const events: QueueEvent[] = [];
    for await (const event of queue.follow(stop.signal)) {
      events.push(event);
      if (events.filter(({ kind }) => kind !== "event").length === count) stop.abort();
    }
    return events;
  };

  test("does each piece once, tells events and outcomes in their order, and knows pieces that it had", async () => {
    const name = newName();
    const [planner, one, two] = [await opened(name), await opened(name), await opened(name)];
    const ids = Array.from({ length: 9 }, (_, i) => `run-${i}`);
    for (const [i, id] of ids.entries()) expect(await planner.enqueue(id, { seed: i })).toBe(true);
    expect(await planner.enqueue("run-3", { seed: 9 })).toBe(false);
    const [stop, counts] = [new AbortController(), new Map<string, number>()];
    const work = (queue: WorkQueue): Promise<void> =>
      queue.work(async ({ id, work, attempt, tell }) => {
        counts.set(id, (counts.get(id) ?? 0) + 1);
        await tell({ attempt });
        if (id === "run-5") throw new Error("diverged");
        return { of: work };
      }, stop.signal);
    const workers = [work(one), work(two)];
    const events = await ended(planner, ids.length);
    stop.abort();
    await Promise.all(workers);
    expect([...counts].sort()).toEqual(ids.map((id) => [id, 1]));
    const own = (id: string): QueueEvent[] => events.filter((event) => event.id === id);
    for (const [i, id] of ids.entries()) {
      const outcome =
        i === 5 ? { kind: "failure", id, message: "diverged" } : { kind: "result", id, result: { of: { seed: i } } };
      expect(own(id)).toEqual([{ kind: "event", id, event: { attempt: 1 } }, outcome]);
    }
    expect(await planner.enqueue("run-3", { seed: 9 })).toBe(false);
  });

  test("gives the piece of a worker that died to another, and keeps that of a slow one", async () => {
    const name = newName();
    const [planner, one, two] = [await opened(name), await opened(name), await opened(name)];
    await planner.enqueue("a", null);
    const stop = new AbortController();
    const taken = new Promise<void>((resolve) => {
      const never = new Promise<never>(() => {});
      one
        .work(() => {
          resolve();
          return never;
        }, stop.signal)
        .catch(() => {});
    });
    await taken;
    await connections.at(-2)!.close();
    const attempts: number[] = [];
    const working = two.work(async ({ attempt }) => {
      attempts.push(attempt);
      // Longer than a piece is kept without heartbeats.
      await new Promise((resolve) => setTimeout(resolve, 700));
      return "done";
    }, stop.signal);
    expect(await ended(planner, 1)).toEqual([{ kind: "result", id: "a", result: "done" }]);
    expect(attempts).toEqual([2]);
    stop.abort();
    await working;
  });

  test("has one heartbeat, that of its first worker: others keep to it, and one that asks for another is refused", async () => {
    const name = newName();
    const [planner, first] = [await opened(name), await opened(name)];
    const slow = jetStreamQueue(await connected(), { name });
    const other = await opened(name, { heartbeat: 5_000 });
    const { consumers } = await jetstreamManager(connections.at(-1)!);
    const ackTime = async () => millis((await consumers.info(`queue_${name}_work`, "workers")).config.ack_wait!);
    const stop = new AbortController();
    const attempts: number[] = [];
    const handler = async ({ attempt }: WorkPiece): Promise<null> => {
      attempts.push(attempt);
      // Longer than a piece is kept without the heartbeats of the queue.
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      return null;
    };
    const working = [first.work(handler, stop.signal)];
    await expect.poll(ackTime).toBe(450);
    working.push(slow.work(handler, stop.signal));
    await expect(other.work(handler, stop.signal)).rejects.toMatchObject({
      details: {
        code: "other-heartbeat",
        rule: "must be 150 ms (0.15 s), that of the workers of this queue, or absent, got 5000 ms (5 s)",
      },
    });
    for (const id of ["a", "b"]) await planner.enqueue(id, null);
    await ended(planner, 2);
    expect([attempts, await ackTime()]).toEqual([[1, 1], 450]);
    stop.abort();
    await Promise.all(working);
  });

  test("gives a piece that was declined, or whose worker was stopped, to another", async () => {
    const name = newName();
    const [planner, one, two] = [await opened(name), await opened(name), await opened(name)];
    await planner.enqueue("a", 1);
    const [stopOne, stopTwo] = [new AbortController(), new AbortController()];
    const attempts: number[] = [];
    await one.work(async ({ attempt }, signal) => {
      attempts.push(attempt);
      if (attempt === 1) throw new Declined("no such data");
      stopOne.abort();
      signal.throwIfAborted();
      return null;
    }, stopOne.signal);
    const working = two.work(async ({ attempt }) => attempt, stopTwo.signal);
    expect(await ended(planner, 1)).toEqual([{ kind: "result", id: "a", result: 3 }]);
    expect(attempts).toEqual([1, 2]);
    stopTwo.abort();
    await working;
  });

  test("outlives a server that is killed while pieces are done", async () => {
    const name = newName();
    const [planner, one] = [await opened(name), await opened(name)];
    for (const id of ["a", "b", "c"]) await planner.enqueue(id, id);
    const stop = new AbortController();
    const working = one.work(async ({ id, work }) => {
      if (id === "b") await server().restart();
      return work;
    }, stop.signal);
    const events = await ended(planner, 3);
    expect(events.map(({ id }) => id).sort()).toEqual(["a", "b", "c"]);
    stop.abort();
    await working;
  });

  test("follows a queue whose server has lost its disk, and asks for its next message only while there is none", async () => {
    const name = newName();
    const [planner, one] = [await opened(name), await opened(name)];
    const stop = new AbortController();
    const asked: string[] = [];
    connections.at(-1)!.subscribe("$JS.API.>", { callback: (_, { subject }) => void asked.push(subject) });
    const heard: string[] = [];
    const following = (async () => {
      for await (const { kind, id } of planner.follow(stop.signal)) heard.push(`${kind} ${id}`);
    })();
    const working = one.work(async () => null, stop.signal);
    for (const id of ["a", "b", "c"]) await planner.enqueue(id, null);
    await expect.poll(() => heard.length).toBe(3);
    asked.length = 0;
    const next = `$JS.API.DIRECT.GET.queue_${name}_told`;
    await expect.poll(() => asked.filter((subject) => subject === next).length).toBeGreaterThan(1);
    expect(asked.filter((subject) => subject.startsWith("$JS.API.STREAM."))).toEqual([]);
    await server().restart({ loseDisk: true });
    for (const id of ["d", "e"]) await planner.enqueue(id, null);
    await expect.poll(() => [...heard].sort()).toEqual(["a", "b", "c", "d", "e"].map((id) => `result ${id}`));
    stop.abort();
    await Promise.all([following, working]);
  });

  test("reads what was told of many pieces at once without a warning of a leak, and stops at a signal", async () => {
    const name = newName();
    const [planner, one] = [await opened(name), await opened(name)];
    const ids = Array.from({ length: 60 }, (_, i) => `run-${i}`);
    for (const id of ids) await planner.enqueue(id, 1);
    const [stop, warnings] = [new AbortController(), [] as Error[]];
    const warned = (warning: Error): void => void warnings.push(warning);
    process.on("warning", warned);
    const working = one.work(async () => null, stop.signal);
    await expect.poll(() => planner.status()).toMatchObject({ ended: 60 });
    expect((await ended(await opened(name), 60)).map(({ id }) => id)).toEqual(ids);
    stop.abort();
    await working;
    process.off("warning", warned);
    expect(warnings).toEqual([]);
  });

  test("carries the files back of the attempt that counts, and refuses damaged ones", async () => {
    const name = newName();
    const [planner, one] = [await opened(name), await opened(name)];
    const weights = Uint8Array.from({ length: 700_000 }, (_, i) => (i * 31) & 255);
    await planner.enqueue("a", 1);
    const stop = new AbortController();
    const working = one.work(async ({ attempt, send }) => {
      await send("config.json", new TextEncoder().encode(`{"attempt":${attempt}}`));
      if (attempt === 1) throw new Declined("not here");
      await send("checkpoints/weights.bin", weights);
      await send("empty", new Uint8Array(0));
      await expect(send("../outside", weights)).rejects.toThrow("send: path must be relative");
      for (const bad of ["/etc/a", "a/../b", "a//b", "a\\b", ".", ""])
        await expect(send(bad, weights)).rejects.toThrow(RangeError);
      return null;
    }, stop.signal);
    await ended(planner, 1);
    stop.abort();
    await working;
    const files = [];
    for await (const file of planner.files("a")) files.push(file);
    expect(files.map(({ path, bytes }) => [path, bytes.length])).toEqual([
      ["config.json", 13],
      ["checkpoints/weights.bin", 700_000],
      ["empty", 0],
    ]);
    expect(new TextDecoder().decode(files[0]!.bytes)).toBe('{"attempt":2}');
    expect(Buffer.compare(files[1]!.bytes, weights)).toBe(0);
    for await (const _ of planner.files("unknown")) expect.unreachable();

    weights[600_000]! ^= 1;
    const { streams } = await jetstreamManager(connections.at(-1)!);
    const outcome = await streams.getMessage(`queue_${name}_told`, { last_by_subj: `queue.${name}.outcome.a` });
    const { file } = outcome!.json<{ files: { file: string }[] }>().files[1]!;
    await jetstream(connections.at(-1)!).publish(`queue.${name}.file.a.2.${file}.1`, weights.slice(512 * 1024));
    const read = async (): Promise<void> => {
      for await (const _ of planner.files("a"));
    };
    await expect(read()).rejects.toMatchObject({
      message: "files: a/checkpoints/weights.bin is not what was sent (chunk 1)",
      details: { code: "damaged" },
    });
  });

  test("refuses files of an outcome whose paths lead out of their folder", async () => {
    const name = newName();
    const planner = await opened(name);
    await planner.enqueue("a", 1);
    const files = [{ file: "x", path: "../outside", bytes: 0, checks: [] }];
    const forged = JSON.stringify({ attempt: 1, result: 2, files });
    await jetstream(connections.at(-1)!).publish(`queue.${name}.outcome.a`, forged);
    const read = async (): Promise<void> => {
      for await (const _ of planner.files("a"));
    };
    await expect(read()).rejects.toMatchObject({
      message: "files: a/../outside has a path that no worker sends",
      details: { code: "damaged" },
    });
  });

  test("passes over what is no message of a worker, tells so, and counts a piece with such an outcome as not ended", async () => {
    const name = newName();
    const [planner, one] = [await opened(name), await opened(name)];
    await planner.enqueue("a", 1);
    const client = jetstream(connections.at(-1)!);
    await client.publish(`queue.${name}.event.a`, "{");
    // Without the name of its file.
    const nameless = '{"attempt":1,"result":2,"files":[{"path":"a","bytes":0,"checks":[]}]}';
    for (const outcome of ["not JSON", "null", '{"attempt":1,"result":2}', '{"attempt":1,"files":[]}', nameless])
      await client.publish(`queue.${name}.outcome.a`, outcome);
    await client.publish(`queue.${name}.work.b`, "}");
    const stop = new AbortController();
    const working = one.work(async ({ work }) => work, stop.signal);
    const seen: QueueEvent[] = [];
    for await (const event of planner.follow(stop.signal)) {
      seen.push(event);
      if (["result", "failure"].includes(event.kind) && event.id === "b") stop.abort();
    }
    await working;
    expect(seen).toEqual([
      ...Array.from({ length: 6 }, () => ({ kind: "malformed", id: "a" })),
      { kind: "result", id: "a", result: 1 },
      { kind: "failure", id: "b", message: expect.stringContaining("JSON") },
    ]);
    expect(await planner.enqueue("a", 1)).toBe(false);
  });

  test("forgets a piece, which can be added anew then, and tells how it stands", async () => {
    const name = newName();
    const [planner, one] = [await opened(name), await opened(name)];
    for (const id of ["a", "b"]) await planner.enqueue(id, id);
    const none = { waiting: 2, atWork: 0, ended: 0, workers: [] };
    expect(await planner.status()).toEqual(none);
    const stop = new AbortController();
    let during: unknown;
    const working = one.work(async ({ id, tell, send }) => {
      await tell("begun");
      await send("file", new Uint8Array(600_000));
      if (id === "b") {
        // What a worker says of itself is on its way for a moment.
        do during = await planner.status();
        while ((during as QueueStatus).atWork === 0);
      }
      return id;
    }, stop.signal);
    await ended(planner, 2);
    expect(during).toEqual({ waiting: 0, atWork: 1, ended: 1, workers: [{ name: "worker", piece: "b" }] });
    await expect.poll(() => planner.status()).toMatchObject({ waiting: 0, atWork: 0 });
    const connection = connections.at(-1)!;
    expect((await clusterStatus(connection)).queues).toContainEqual(
      expect.objectContaining({ name, ended: 2, waiting: 0, workers: [expect.objectContaining({ name: "worker" })] }),
    );
    stop.abort();
    await working;
    await planner.forget("a");
    expect(await planner.status()).toEqual({ waiting: 0, atWork: 0, ended: 1, workers: [] });
    for await (const _ of planner.files("a")) expect.unreachable();
    let left = 0;
    for await (const _ of planner.files("b")) left += 1;
    expect(left).toBe(1);
    expect([await planner.enqueue("a", 1), await planner.enqueue("b", 1)]).toEqual([true, false]);
    const told = (await ended(planner, 1)).map(({ id }) => id);
    expect(told).toEqual(["b", "b"]);
    await expect(planner.forget("a.b")).rejects.toThrow("forget: id must be");
  });

  test("a result that is too large is a failure that says so", async () => {
    const name = newName();
    const [planner, one] = [await opened(name), await opened(name)];
    await planner.enqueue("a", 1);
    const stop = new AbortController();
    const working = one.work(async () => "x".repeat(600_000), stop.signal);
    const [event] = await ended(planner, 1);
    expect(event).toMatchObject({ kind: "failure", message: expect.stringContaining("at most 524288 bytes as JSON") });
    stop.abort();
    await working;
  });

  test("a failure that is long, or has very many files, ends its piece and not the worker; no result is null", async () => {
    const name = newName();
    const [planner, one] = [await opened(name), await opened(name)];
    const stop = new AbortController();
    const working = one.work(async ({ id, send }) => {
      if (id === "long") throw new Error("x".repeat(600 * 1024));
      const sent = id === "many" ? Array.from({ length: 8_000 }, (_, i) => send(`folder/${i}`, new Uint8Array(0))) : [];
      await Promise.all(sent);
      // As a handler in JavaScript may.
      return undefined as never;
    }, stop.signal);
    for (const id of ["long", "many", "nothing"]) await planner.enqueue(id, 1);
    expect(await ended(planner, 3)).toEqual([
      { kind: "failure", id: "long", message: "x".repeat(4_096) },
      { kind: "failure", id: "many", message: expect.stringContaining("must have at most 524288 bytes as JSON") },
      { kind: "result", id: "nothing", result: null },
    ]);
    stop.abort();
    await working;
  });

  test("a worker that was idle while its connection was new takes the next piece at once", async () => {
    const name = newName();
    // What another pull had taken would come back after three of them.
    const own = { heartbeat: 60_000 };
    const [planner, one] = [await opened(name, own), await opened(name, own)];
    const connection = connections.at(-1)!;
    const stop = new AbortController();
    const pulled = connection.subscribe("$JS.API.CONSUMER.MSG.NEXT.>");
    const numPulls = () => expect.poll(() => pulled.getReceived());
    const working = one.work(async () => "done", stop.signal);
    await numPulls().toBeGreaterThan(0);
    const before = pulled.getReceived();
    await connection.reconnect();
    await numPulls().toBeGreaterThan(before);
    await planner.enqueue("a", 1);
    expect(await ended(planner, 1)).toEqual([{ kind: "result", id: "a", result: "done" }]);
    stop.abort();
    await working;
  });

  test("refuses names of pieces that have no place in a subject, and work that is too large", async () => {
    const queue = await opened(newName());
    await expect(queue.enqueue("a.b", 1)).rejects.toThrow(
      'enqueue: id must be 1 to 128 letters, digits, _ or -, got "a.b"',
    );
    await expect(queue.enqueue("a", "x".repeat(600_000))).rejects.toThrow(
      "must have at most 524288 bytes as JSON, got 600002",
    );
  });
});
