/** Pieces that are taken off their queue, or end without the worker that is at them. */
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { EndedElsewhere, type QueueEvent, queuePieces, type WorkHandler, type WorkQueue } from "entropy-sgd-cluster";
import { describe, expect, test } from "vitest";
import { gate } from "./gate.ts";
import { hasServer } from "./natsServer.ts";
import { queuesForTests } from "./queuesForTests.ts";

describe.skipIf(!hasServer)("pieces of a queue on JetStream", () => {
  const { server, connections, newName, opened } = queuesForTests("removing");

  /** What is heard of a queue, as words. */
  const following = (queue: WorkQueue, signal: AbortSignal): string[] => {
    const heard: string[] = [];
    const words = (event: QueueEvent): string =>
      event.kind === "event" ? `${event.id} ${JSON.stringify(event.event)}` : `${event.id} ${event.kind}`;
    void (async () => {
      for await (const event of queue.follow(signal)) heard.push(words(event));
    })();
    return heard;
  };
  /** A handler that is at "slow" until its signal is aborted, and what that is aborted with. */
  const slowly = () => {
    const [begun, reasons] = [[] as string[], [] as unknown[]];
    const handler: WorkHandler = async ({ id, tell }, signal) => {
      begun.push(id);
      if (id !== "slow") return null;
      await tell("begun");
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      reasons.push(signal.reason);
      throw signal.reason;
    };
    return { begun, reasons, handler };
  };

  test("one at work is stopped, one that waits is never begun, those behind them are done", async () => {
    const name = newName();
    const [planner, one] = [await opened(name), await opened(name)];
    expect(await queuePieces(connections.at(-1)!, name)).toBeNull();
    const stop = new AbortController();
    const { begun, reasons, handler } = slowly();
    const [heard, working] = [following(planner, stop.signal), one.work(handler, stop.signal)];
    for (const id of ["slow", "b", "c"]) await planner.enqueue(id, 1);
    await expect.poll(() => heard).toEqual(['slow "begun"']);
    const pieces = (): Promise<unknown> => queuePieces(connections.at(-1)!, name);
    const others = ["b", "c"].map((id) => ({ id, state: "waiting", workers: [] }));
    await expect.poll(pieces).toEqual([...others, { id: "slow", state: "at work", workers: ["worker"] }]);
    expect([await planner.remove("b"), await planner.remove("slow")]).toEqual([true, true]);
    await expect.poll(() => heard).toContain("c result");
    expect(heard.filter((words) => words.endsWith("removed"))).toEqual(["b removed", "slow removed"]);
    expect([begun, reasons]).toEqual([["slow", "c"], [expect.any(EndedElsewhere)]]);
    expect(reasons[0]).toMatchObject({ message: "it was removed from the queue" });
    await expect.poll(() => planner.status()).toMatchObject({ waiting: 0, atWork: 0, ended: 1 });
    expect(await pieces()).toEqual([{ id: "c", state: "ended", workers: [] }]);
    stop.abort();
    await working;
  });

  test("one that was removed is added again after it is readmitted, and another that was not stays", async () => {
    const planner = await opened(newName());
    for (const id of ["a", "b"]) await planner.enqueue(id, 1);
    expect([await planner.remove("a"), await planner.remove("a"), await planner.remove("never")]).toEqual([
      true,
      false,
      false,
    ]);
    expect(await planner.enqueue("a", 1)).toBe(false);
    await planner.readmit(["a", "b"]);
    expect([await planner.enqueue("a", 1), await planner.enqueue("b", 1)]).toEqual([true, false]);
    expect(await planner.status()).toMatchObject({ waiting: 2, ended: 0 });
    await expect(planner.remove("a.b")).rejects.toThrow("remove: id must be");
  });

  test("of one that has ended the result and its files go", async () => {
    const name = newName();
    const [planner, one] = [await opened(name), await opened(name)];
    const stop = new AbortController();
    const working = one.work(async ({ send }) => {
      await send("file", new Uint8Array(3));
      return null;
    }, stop.signal);
    const heard = following(planner, stop.signal);
    await planner.enqueue("a", 1);
    await expect.poll(() => heard).toEqual(["a result"]);
    expect(await planner.remove("a")).toBe(true);
    for await (const _ of planner.files("a")) expect.unreachable();
    const late = following(planner, stop.signal);
    await expect.poll(() => late).toEqual(["a removed"]);
    await expect
      .poll(async () => [await planner.status(), await queuePieces(connections.at(-1)!, name)])
      .toEqual([expect.objectContaining({ waiting: 0, atWork: 0, ended: 0 }), []]);
    stop.abort();
    await working;
  });

  test("a worker leaves off where another has ended its piece", async () => {
    const name = newName();
    const [planner, one] = [await opened(name), await opened(name)];
    const stop = new AbortController();
    const { begun, reasons, handler } = slowly();
    const [heard, working] = [following(planner, stop.signal), one.work(handler, stop.signal)];
    for (const id of ["slow", "b"]) await planner.enqueue(id, 1);
    await expect.poll(() => heard).toEqual(['slow "begun"']);
    const other = JSON.stringify({ attempt: 2, result: "other", files: [] });
    await jetstream(connections.at(-1)!).publish(`queue.${name}.outcome.slow`, other);
    await expect.poll(() => heard).toEqual(['slow "begun"', "slow result", "b result"]);
    expect([begun, reasons]).toEqual([["slow", "b"], [new EndedElsewhere("ended")]]);
    stop.abort();
    await working;
  });

  test("a worker leaves off where its piece was ended by another, fetched and forgotten before it looked", async () => {
    const name = newName();
    const [planner, one] = [await opened(name), await opened(name)];
    const stop = new AbortController();
    const { begun, reasons, handler } = slowly();
    const [heard, working] = [following(planner, stop.signal), one.work(handler, stop.signal)];
    for (const id of ["slow", "b"]) await planner.enqueue(id, 1);
    await expect.poll(() => heard).toEqual(['slow "begun"']);
    // As after the acknowledgement of the one that has ended it.
    const { streams } = await jetstreamManager(connections.at(-1)!);
    const work = await streams.getMessage(`queue_${name}_work`, { last_by_subj: `queue.${name}.work.slow` });
    await streams.deleteMessage(`queue_${name}_work`, work!.seq);
    await planner.forget("slow");
    await expect.poll(() => heard).toEqual(['slow "begun"', "b result"]);
    expect([begun, reasons]).toEqual([["slow", "b"], [new EndedElsewhere("gone")]]);
    await expect.poll(() => planner.status()).toMatchObject({ waiting: 0, atWork: 0, ended: 1 });
    stop.abort();
    await working;
  });

  test("a worker leaves off what was removed and at once asked for anew, and begins that", async () => {
    const name = newName();
    const [planner, one] = [await opened(name), await opened(name)];
    const stop = new AbortController();
    const { begun, reasons, handler } = slowly();
    const [heard, working] = [following(planner, stop.signal), one.work(handler, stop.signal)];
    await planner.enqueue("slow", 1);
    await expect.poll(() => heard).toEqual(['slow "begun"']);
    await planner.remove("slow");
    await planner.readmit(["slow"]);
    expect(await planner.enqueue("slow", 1)).toBe(true);
    await expect.poll(() => begun).toEqual(["slow", "slow"]);
    expect(reasons).toEqual([expect.any(EndedElsewhere)]);
    stop.abort();
    await working;
    expect(await planner.status()).toMatchObject({ waiting: 1, ended: 0 });
  });

  test("a removal that is slow takes nothing of who does the piece anew", async () => {
    const name = newName();
    const [planner, one, remover] = [await opened(name), await opened(name), await opened(name)];
    const [held, release] = [gate(), gate()];
    const connection = connections.at(-1)!;
    const ask = connection.request.bind(connection);
    connection.request = async (subject, ...rest) => {
      if (subject.includes("STREAM.PURGE")) {
        held.open();
        await release.opened;
      }
      return ask(subject, ...rest);
    };
    await planner.enqueue("a", 1);
    // Of a worker before.
    await jetstream(connections.at(-1)!).publish(`queue.${name}.event.a`, '"begun"');
    const removing = remover.remove("a");
    await held.opened;
    await planner.readmit(["a"]);
    expect(await planner.enqueue("a", 1)).toBe(true);
    const stop = new AbortController();
    const working = one.work(async ({ tell, send }) => {
      await tell("anew");
      await send("file", new Uint8Array([1, 2]));
      return null;
    }, stop.signal);
    const heard = following(planner, stop.signal);
    await expect.poll(() => heard).toEqual(['a "anew"', "a result"]);
    release.open();
    expect(await removing).toBe(true);
    const late = following(planner, stop.signal);
    await expect.poll(() => late).toEqual(['a "anew"', "a result"]);
    const files = [];
    for await (const { bytes } of planner.files("a")) files.push([...bytes]);
    expect(files).toEqual([[1, 2]]);
    stop.abort();
    await working;
  });

  test("a removal during which the server loses its disk takes no other's piece that has its number", async () => {
    const name = newName();
    const [planner, remover] = [await opened(name), await opened(name)];
    const [held, release] = [gate(), gate()];
    const connection = connections.at(-1)!;
    const ask = connection.request.bind(connection);
    connection.request = async (subject, ...rest) => {
      if (subject.endsWith("outcome.a")) {
        held.open();
        await release.opened;
      }
      return ask(subject, ...rest);
    };
    await planner.enqueue("a", 1);
    const removing = remover.remove("a");
    await held.opened;
    await server().restart({ loseDisk: true });
    expect(await planner.enqueue("b", 1)).toBe(true);
    release.open();
    await removing;
    expect(await planner.missing(["b"])).toEqual([]);
  });

  test("a removal that was interrupted is brought to its end by the next", async () => {
    const name = newName();
    const planner = await opened(name);
    await planner.enqueue("a", 1);
    await planner.remove("a");
    // As it was left between the mark and the traces.
    await jetstream(connections.at(-1)!).publish(`queue.${name}.event.a`, '"begun"');
    expect(await planner.remove("a")).toBe(false);
    const { streams } = await jetstreamManager(connections.at(-1)!);
    const { state } = await streams.info(`queue_${name}_told`, { subjects_filter: ">" });
    expect(Object.keys(state.subjects!)).toEqual([`queue.${name}.outcome.a`]);
  });

  test("a worker that has lost its piece stores no outcome of it", async () => {
    const name = newName();
    const [planner, one] = [await opened(name, { heartbeat: 60_000 }), await opened(name, { heartbeat: 60_000 })];
    const stop = new AbortController();
    let end = (): void => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const done: string[] = [];
    const working = one.work(async ({ id, tell }) => {
      if (id === "a") await tell("begun");
      if (id === "a") await ended;
      done.push(id);
      return id;
    }, stop.signal);
    const heard = following(planner, stop.signal);
    for (const id of ["a", "b"]) await planner.enqueue(id, 1);
    await expect.poll(() => heard).toEqual(['a "begun"']);
    await planner.remove("a");
    await planner.readmit(["a"]);
    end();
    await expect.poll(() => heard).toContain("b result");
    expect([done, heard]).toEqual([["a", "b"], expect.not.arrayContaining(["a result"])]);
    stop.abort();
    await working;
  });

  test("a worker that is stopped tells its last words; one that missed heartbeats is told so, and goes on", async () => {
    const name = newName();
    const lapses: [string, number][] = [];
    const planner = await opened(name);
    const one = await opened(name, { onLapse: (...lapse) => void lapses.push(lapse) });
    const [stop, done] = [new AbortController(), new AbortController()];
    const working = one.work(async ({ tell }, signal) => {
      await tell("begun");
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      await tell("stopped");
      throw signal.reason;
    }, stop.signal);
    const heard = following(planner, done.signal);
    await planner.enqueue("a", 1);
    await expect.poll(() => heard).toEqual(['a "begun"']);
    await server().kill();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await server().restart();
    await expect.poll(() => lapses.length, { timeout: 10_000 }).toBeGreaterThan(0);
    const [id, silence] = lapses[0]!;
    expect([id, silence > 450]).toEqual(["a", true]);
    stop.abort();
    await working;
    await expect.poll(() => heard.at(-1)).toBe('a "stopped"');
    expect(await planner.status()).toMatchObject({ waiting: 1, ended: 0 });
    done.abort();
  });
});
