/** How a server stands whose streams are not all there. */
import { jetstreamManager } from "@nats-io/jetstream";
import { clusterStatus, jetStreamExchange, jetStreamQueue } from "entropy-sgd-cluster";
import { expect, test } from "vitest";
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
    expect(runs).toEqual([{ run: "kept", replicas }]);
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
