/** How a server stands, whose streams may not all be there, and how a run of Parle is removed. */
import { jetstreamManager } from "@nats-io/jetstream";
import { clusterStatus, jetStreamExchange, jetStreamQueue, removeRun, runStatus } from "entropy-sgd-cluster";
import { describe, expect, test } from "vitest";
import { hasServer } from "./natsServer.ts";
import { serverForTests } from "./serverForTests.ts";

const { server, connected } = serverForTests();

test.runIf(hasServer)(
  "a server that was started again has neither workers nor living replicas until they say so",
  async () => {
    const connection = await connected();
    const queue = jetStreamQueue(connection, { name: "kept" });
    for (const id of ["a", "b"]) await queue.enqueue(id, id);
    const member = await jetStreamExchange(connection, { run: "kept", elements: 1 }).join(0);
    await member.publish(7, Float32Array.of(1));
    await member.leave();
    const other = await jetStreamExchange(connection, { run: "kept", elements: 1 }).join(1);
    await other.publish(8, Float32Array.of(1));
    await other.leave({ hasEnded: true });
    await connection.close();
    await server().restart();
    const { queues, runs } = await clusterStatus(await connected());
    expect(queues).toEqual([{ name: "kept", missing: [], waiting: 2, atWork: 0, ended: 0, workers: [] }]);
    const replicas = [
      { replica: 0, living: false, hasEnded: false, version: 7 },
      { replica: 1, living: false, hasEnded: true, version: 8 },
    ];
    expect(runs).toEqual([{ run: "kept", settings: {}, replicas }]);
  },
);

test.runIf(hasServer)("a queue of which streams were removed is told as incomplete, whichever they are", async () => {
  const connection = await connected();
  const { streams } = await jetstreamManager(connection);
  const parts = ["work", "told", "files", "around"] as const;
  for (const part of parts) {
    const name = `without-${part}`;
    await jetStreamQueue(connection, { name }).enqueue("a", 1);
    await streams.delete(`queue_${name}_${part}`);
    const found = (await clusterStatus(connection)).queues.find((queue) => queue.name === name);
    const missing = part === "around" ? [] : [`queue_${name}_${part}`];
    expect(found).toEqual({ name, missing, waiting: part === "work" ? 0 : 1, atWork: 0, ended: 0, workers: [] });
  }
});

describe.skipIf(!hasServer)("a run of Parle", () => {
  const joined = async (run: string, replica: number) =>
    jetStreamExchange(await connected(), { run, elements: 1 }).join(replica);

  test("is not removed while replicas are at work, which are named", async () => {
    const members = await Promise.all([1, 2, 0].map((replica) => joined("held", replica)));
    await members[2]!.leave();
    const connection = await connected();
    for (const options of [{}, { isTrial: true }])
      await expect(removeRun(connection, "held", options)).rejects.toMatchObject({
        message: "removeRun: run held must have no replica at work, and has 1, 2",
        details: { code: "taken", replicas: [1, 2] },
      });
    await Promise.all(members.map((member) => member.leave()));
  });

  test("that is removed while a replica joins is made anew by it", async () => {
    const connection = await connected();
    const member = await jetStreamExchange(connection, { run: "anew", elements: 1, heartbeat: 100 }).join(0);
    await member.publish(0, Float32Array.of(1));
    const { streams } = await jetstreamManager(connection);
    for (const part of ["vectors", "leases", "commits"]) await streams.delete(`parle_anew_${part}`);
    await member.publish(1, Float32Array.of(2));
    const replicas = [{ replica: 0, living: true, hasEnded: false, version: 1 }];
    await expect.poll(() => runStatus(connection, "anew")).toEqual({ run: "anew", settings: {}, replicas });
    expect((await member.latest(0))?.vector[0]).toBe(2);
    await member.leave();
  });

  test("without an exchange, or removed in part, is there until it is removed whole; one that is not is null", async () => {
    await (await joined("brief", 0)).leave();
    const connection = await connected();
    const { streams } = await jetstreamManager(connection);
    const brief = { run: "brief", settings: {}, replicas: [] };
    const listed = async () => (await clusterStatus(connection)).runs.filter(({ run }) => run === "brief");
    expect([await listed(), await runStatus(connection, "brief")]).toEqual([[brief], brief]);
    for (const part of ["vectors", "leases"]) await streams.delete(`parle_brief_${part}`);
    expect([await listed(), await runStatus(connection, "brief")]).toEqual([[brief], brief]);
    expect(await removeRun(connection, "brief", { isTrial: true })).toEqual(brief);
    expect(await removeRun(connection, "brief")).toEqual(brief);
    expect([await listed(), await runStatus(connection, "brief"), await removeRun(connection, "brief")]).toEqual([
      ...[[], null, null],
    ]);
  });
});
