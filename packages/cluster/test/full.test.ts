/** A server without room says so at once, whichever limit it is of; one that is there but answers nothing is waited for a while. */
import { jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import { jetStreamExchange, jetStreamQueue } from "entropy-sgd-cluster";
import { connectNats } from "entropy-sgd-cluster/node";
import { afterEach, expect, test } from "vitest";
import { insistent } from "../src/jetstream/insistent.ts";
import { hasServer, type NatsServer, type ServerOptions, startServer } from "./natsServer.ts";

let server: NatsServer | undefined;
let connection: NatsConnection | undefined;
afterEach(async () => {
  await connection?.close();
  await server?.stop();
});
const connectedTo = async (options: ServerOptions, user = {}): Promise<NatsConnection> => {
  server = await startServer(options);
  connection = await connectNats(server.address, { reconnectTimeWait: 20, ...user });
  return connection;
};
const full = (rule: RegExp) => ({
  name: "ClusterError",
  details: { code: "full" },
  message: expect.stringMatching(rule),
});
const ofServer = full(
  /^server: JetStream has no room \(insufficient resources\): raise max_file_store or max_memory_store /,
);
const large = new Uint8Array(300_000);

test.runIf(hasServer)("a worker ends when its files have no room, and its piece is none that has failed", async () => {
  const queue = jetStreamQueue(await connectedTo({ limits: "max_file_store: 1000000" }), { name: "full" });
  await queue.enqueue("a", 1);
  const working = queue.work(async ({ send }) => {
    for (const name of ["a", "b", "c", "d", "e"]) await send(name, large);
    return null;
  }, new AbortController().signal);
  await expect(working).rejects.toMatchObject(ofServer);
  expect(await queue.status()).toEqual({ waiting: 1, atWork: 0, ended: 0, workers: [] });
  const planning = (async () => {
    for (let piece = 0; piece < 10; piece++) await queue.enqueue(`${piece}`, "x".repeat(300_000));
  })();
  await expect(planning).rejects.toMatchObject(ofServer);
});

test.runIf(hasServer)("a replica ends when its vectors have no room", async () => {
  const there = await connectedTo({ limits: "max_memory_store: 1000000" });
  const member = await jetStreamExchange(there, { run: "full", elements: 400_000 }).join(0);
  await expect(member.publish(0, new Float32Array(400_000))).rejects.toMatchObject(ofServer);
});

test.runIf(hasServer)("limits of an account and of a stream are told too", async () => {
  const settings = `accounts { A {
    jetstream { max_file: 1000000, max_mem: 1000000, max_streams: 5 }, users: [{ user: "user", password: "secret" }]
  } }`;
  const there = await connectedTo({ settings }, { user: "user", pass: "secret" });
  const queue = jetStreamQueue(there, { name: "one" });
  const fill = async (): Promise<void> => {
    for (let piece = 0; piece < 10; piece++) await queue.enqueue(`${piece}`, "x".repeat(300_000));
  };
  await expect(fill()).rejects.toMatchObject(full(/resource limits exceeded for account\): raise max_file, max_mem/));
  // Four streams each.
  const other = jetStreamQueue(there, { name: "two" });
  await expect(other.enqueue("a", 1)).rejects.toMatchObject(full(/maximum number of streams reached\): raise/));
  const { streams } = await jetstreamManager(there);
  await streams.purge("queue_one_work");
  await streams.update("queue_one_work", { max_bytes: 500_000, discard: "new" });
  await expect(fill()).rejects.toMatchObject(
    full(/maximum bytes exceeded\): raise max_bytes or max_msgs of the stream/),
  );
});

test.runIf(hasServer)(
  "a server that is there and answers nothing is given up; one that is away is waited for",
  async () => {
    const there = await connectedTo({});
    const patience = 300;
    const insist = insistent(there, async () => {}, patience);
    const unanswered = () => there.request("nobody.listens", "", { timeout: 50 });
    await expect(insist(unanswered)).rejects.toMatchObject({ details: { code: "silent" } });
    await expect(insist(async () => "answered")).resolves.toBe("answered");
    await server!.kill();
    const asked = insist(() => there.request("$JS.API.INFO", "", { timeout: 50 }));
    await new Promise((resolve) => setTimeout(resolve, 3 * patience));
    await server!.restart();
    expect((await asked).json()).toMatchObject({ type: "io.nats.jetstream.api.v1.account_info_response" });
  },
);
