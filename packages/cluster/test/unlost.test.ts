/** No piece is lost or begun anew in vain where a server has lost its disk, a planner comes late or an acknowledgement is lost. */
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { QueueEvent, WorkQueue } from "entropy-sgd-cluster";
import { describe, expect, test } from "vitest";
import { gate } from "./gate.ts";
import { hasServer } from "./natsServer.ts";
import { queuesForTests } from "./queuesForTests.ts";

describe.skipIf(!hasServer)("a queue on JetStream", () => {
  const { server, connections, newName, opened } = queuesForTests("unlost");
  const following = (queue: WorkQueue, signal: AbortSignal): QueueEvent[] => {
    const heard: QueueEvent[] = [];
    void (async () => {
      for await (const event of queue.follow(signal)) heard.push(event);
    })();
    return heard;
  };
  const message = async (name: string, id: string) => {
    const { streams } = await jetstreamManager(connections.at(-1)!);
    return streams.getMessage(`queue_${name}_work`, { last_by_subj: `queue.${name}.work.${id}` });
  };

  test("a worker acknowledges nothing to a server that has lost its disk, where its number is of another's piece", async () => {
    const name = newName();
    const open = (): Promise<WorkQueue> => opened(name, { heartbeat: 60_000 });
    const [planner, one, two] = [await open(), await open(), await open()];
    const [stop, first, second] = [new AbortController(), gate(), gate()];
    const begun: string[] = [];
    await planner.enqueue("a", 1);
    const working = one.work(async ({ id }) => {
      begun.push(id);
      if (id === "a") await first.opened;
      return "one";
    }, stop.signal);
    await expect.poll(() => begun).toEqual(["a"]);
    await server().restart({ loseDisk: true });
    // In its new stream "b" has the number that "a" had.
    await planner.enqueue("b", 1);
    const other = two.work(async ({ id }, signal) => {
      begun.push(id);
      await second.opened;
      signal.throwIfAborted();
      return "two";
    }, stop.signal);
    await expect.poll(() => begun).toEqual(["a", "b"]);
    const heard = following(planner, stop.signal);
    first.open();
    await expect.poll(() => heard).toEqual([{ kind: "result", id: "a", result: "one" }]);
    // It is taken after "a" was given up.
    await planner.enqueue("c", 1);
    await expect.poll(() => heard.at(-1)).toEqual({ kind: "result", id: "c", result: "one" });
    expect(await message(name, "b")).not.toBeNull();
    second.open();
    await expect.poll(() => heard.at(-1)).toEqual({ kind: "result", id: "b", result: "two" });
    stop.abort();
    await Promise.all([working, other]);
  });

  test("a worker gives back, and acknowledges not, what a server that has not heard of it does not find", async () => {
    const [name, elsewhere] = [newName(), newName()];
    const [planner, one, other] = [await opened(name), await opened(name), await opened(elsewhere)];
    await other.enqueue("b", 1);
    // The other queue's server answers in its place, as one that has led it until it was cut off.
    const connection = connections.at(-2)!;
    const ask = connection.request.bind(connection);
    let isStale = false;
    connection.request = (subject, ...rest) =>
      ask(
        isStale ? subject.replace(`DIRECT.GET.queue_${name}_work`, `DIRECT.GET.queue_${elsewhere}_work`) : subject,
        ...rest,
      );
    const stop = new AbortController();
    const attempts: number[] = [];
    await planner.enqueue("a", 1);
    const heard = following(planner, stop.signal);
    const working = one.work(async ({ attempt }, signal) => {
      attempts.push(attempt);
      isStale = attempt === 1;
      if (isStale) await new Promise((resolve) => signal.addEventListener("abort", resolve));
      signal.throwIfAborted();
      return attempt;
    }, stop.signal);
    await expect.poll(() => heard).toEqual([{ kind: "result", id: "a", result: 2 }]);
    expect(attempts).toEqual([1, 2]);
    stop.abort();
    await working;
  });

  test("an outcome follows what is none, stored by another while its piece was worked on", async () => {
    const name = newName();
    const [planner, one] = [await opened(name), await opened(name)];
    const stop = new AbortController();
    await planner.enqueue("a", 1);
    const heard = following(planner, stop.signal);
    const working = one.work(async ({ id }) => {
      await jetstream(connections.at(-1)!).publish(`queue.${name}.outcome.${id}`, "none");
      return "one";
    }, stop.signal);
    const malformed = { kind: "malformed", id: "a" };
    await expect.poll(() => heard).toEqual([malformed, { kind: "result", id: "a", result: "one" }]);
    stop.abort();
    await working;
  });

  test("a worker acknowledges no other's piece where the stream of work was deleted, and made anew by another", async () => {
    const name = newName();
    const open = (): Promise<WorkQueue> => opened(name, { heartbeat: 60_000 });
    const [planner, one, two] = [await open(), await open(), await open()];
    const [stop, first, second] = [new AbortController(), gate(), gate()];
    const begun: string[] = [];
    await planner.enqueue("a", 1);
    const working = one.work(async ({ id }) => {
      begun.push(`one ${id}`);
      if (id === "a") await first.opened;
      return "one";
    }, stop.signal);
    await expect.poll(() => begun).toEqual(["one a"]);
    const { streams } = await jetstreamManager(connections.at(-1)!);
    await streams.delete(`queue_${name}_work`);
    await planner.enqueue("b", 1);
    const other = two.work(async ({ id }) => {
      begun.push(`two ${id}`);
      await second.opened;
      return "two";
    }, stop.signal);
    await expect.poll(() => begun).toEqual(["one a", "two b"]);
    const heard = following(planner, stop.signal);
    // Another has ended it.
    const outcome = JSON.stringify({ attempt: 2, result: "other", files: [] });
    await jetstream(connections.at(-1)!).publish(`queue.${name}.outcome.a`, outcome);
    first.open();
    await planner.enqueue("c", 1);
    await expect.poll(() => begun).toContain("one c");
    expect((await message(name, "b"))?.subject).toBe(`queue.${name}.work.b`);
    second.open();
    await expect.poll(() => heard).toContainEqual({ kind: "result", id: "b", result: "two" });
    stop.abort();
    await Promise.all([working, other]);
  });

  test("a planner hears of what is told in a stream that was deleted, and made anew by another", async () => {
    const name = newName();
    const [planner, one] = [await opened(name), await opened(name)];
    const stop = new AbortController();
    const heard = following(planner, stop.signal);
    const working = one.work(async ({ id, tell }) => {
      for (let i = 0; id === "a" && i < 5; i++) await tell(i);
      return id;
    }, stop.signal);
    await planner.enqueue("a", 1);
    await expect.poll(() => heard.length).toBe(6);
    const { streams } = await jetstreamManager(connections.at(-1)!);
    await streams.delete(`queue_${name}_told`);
    await opened(name).then((other) => other.status());
    await planner.enqueue("b", 1);
    await expect.poll(() => heard.slice(6)).toContainEqual({ kind: "result", id: "b", result: "b" });
    stop.abort();
    await working;
  });

  test("a planner that forgets what it has fetched does not forget a removal that it has not heard of", async () => {
    const name = newName();
    const [planner, one] = [await opened(name), await opened(name)];
    const stop = new AbortController();
    const working = one.work(async () => null, stop.signal);
    const heard = following(planner, stop.signal);
    await planner.enqueue("a", 1);
    await expect.poll(() => heard).toEqual([{ kind: "result", id: "a", result: null }]);
    await planner.remove("a");
    await planner.forget("a");
    expect(await planner.enqueue("a", 1)).toBe(false);
    await expect.poll(() => heard.at(-1)).toEqual({ kind: "removed", id: "a" });
    await planner.readmit(["a"]);
    expect(await planner.enqueue("a", 1)).toBe(true);
    stop.abort();
    await working;
  });

  test("what has ended and is forgotten is not done again where the acknowledgement of its worker was lost", async () => {
    const name = newName();
    const planner = await opened(name);
    await planner.enqueue("a", 1);
    // As its worker has left it.
    const outcome = JSON.stringify({ attempt: 1, result: "first", files: [] });
    await jetstream(connections.at(-1)!).publish(`queue.${name}.outcome.a`, outcome);
    await planner.forget("a");
    expect(await message(name, "a")).toBeNull();
    expect(await planner.enqueue("a", 2)).toBe(true);
    expect(await planner.missing(["a", "b"])).toEqual(["b"]);
  });

  test("what is forgotten twice keeps what is told of it when it is done anew meanwhile", async () => {
    const name = newName();
    const [planner, one] = [await opened(name), await opened(name)];
    const [stop, sent] = [new AbortController(), gate()];
    await planner.enqueue("a", 1);
    const working = one.work(async ({ send }) => {
      await send("file", new Uint8Array([1, 2]));
      sent.open();
      await forgotten.opened;
      return null;
    }, stop.signal);
    const forgotten = gate();
    await sent.opened;
    await planner.forget("a");
    forgotten.open();
    await expect.poll(() => planner.status()).toMatchObject({ ended: 1 });
    for await (const { bytes } of planner.files("a")) expect([...bytes]).toEqual([1, 2]);
    stop.abort();
    await working;
  });

  test("a worker that does not know yet that its piece was removed spoils no file of who does it anew", async () => {
    const name = newName();
    const open = (): Promise<WorkQueue> => opened(name, { heartbeat: 60_000 });
    const [planner, one, two] = [await open(), await open(), await open()];
    const [stop, begun, anew, sent] = [new AbortController(), gate(), gate(), gate()];
    await planner.enqueue("a", 1);
    const working = one.work(async ({ send }) => {
      begun.open();
      await anew.opened;
      await send("file", new Uint8Array([1, 1]));
      sent.open();
      return null;
    }, stop.signal);
    await begun.opened;
    await planner.remove("a");
    await planner.readmit(["a"]);
    await planner.enqueue("a", 1);
    const other = two.work(async ({ send, attempt }) => {
      await send("file", new Uint8Array([2, 2]));
      return attempt;
    }, stop.signal);
    const heard = following(planner, stop.signal);
    await expect.poll(() => heard).toContainEqual({ kind: "result", id: "a", result: 1 });
    anew.open();
    await sent.opened;
    const files = [];
    for await (const { bytes } of planner.files("a")) files.push([...bytes]);
    expect(files).toEqual([[2, 2]]);
    stop.abort();
    await Promise.all([working, other]);
  });

  test("says which pieces are nowhere on it", async () => {
    const name = newName();
    const [planner, one] = [await opened(name), await opened(name)];
    const stop = new AbortController();
    for (const id of ["ends", "goes", "waits"]) await planner.enqueue(id, 1);
    await planner.remove("goes");
    const working = one.work(async ({ id }, signal) => {
      if (id === "waits") await new Promise((resolve) => signal.addEventListener("abort", resolve));
      signal.throwIfAborted();
      return null;
    }, stop.signal);
    await expect.poll(() => planner.status()).toMatchObject({ atWork: 1, ended: 1 });
    expect(await planner.missing(["waits", "never", "goes", "ends", "neither"])).toEqual(["never", "neither"]);
    await planner.forget("ends");
    expect(await planner.missing(["ends", "waits"])).toEqual(["ends"]);
    stop.abort();
    await working;
  });

  test("a worker that is stopped ends although its server is away when its piece has ended", async () => {
    const name = newName();
    const [planner, one] = [await opened(name), await opened(name)];
    const stop = new AbortController();
    const returned = gate();
    await planner.enqueue("a", 1);
    const working = one.work(async () => {
      await server().kill();
      returned.open();
      return null;
    }, stop.signal);
    await returned.opened;
    await new Promise((resolve) => setTimeout(resolve, 300));
    stop.abort();
    await working;
    await server().restart();
    expect(await planner.status()).toMatchObject({ waiting: 1, ended: 0 });
  });
});
