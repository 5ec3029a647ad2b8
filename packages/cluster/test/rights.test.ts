/** Who may do what: users whose rights are those of one run and one queue, credentials, and certificates. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NatsConnection } from "@nats-io/nats-core";
import {
  clusterStatus,
  exchangeMean,
  jetStreamExchange,
  jetStreamQueue,
  type Member,
  queuePieces,
  removeRun,
  runStatus,
} from "entropy-sgd-cluster";
import { connectNats, natsOptions } from "entropy-sgd-cluster/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { selfSigned, tlsLines } from "./certificate.ts";
import { documentedRights } from "./documentedRights.ts";
import { hasServer, type NatsServer, startServer } from "./natsServer.ts";

describe.skipIf(!hasServer)("a server with users", () => {
  let [server, folder] = [undefined as NatsServer | undefined, ""];
  const connections: NatsConnection[] = [];
  beforeAll(async () => {
    if (!hasServer) return;
    folder = mkdtempSync(join(tmpdir(), "certificates-"));
    server = await startServer({ settings: `${tlsLines(selfSigned(folder))}\n${documentedRights()}` });
  });
  afterAll(async () => {
    for (const connection of connections) await connection.close();
    await server?.stop();
    if (folder !== "") rmSync(folder, { recursive: true });
  });
  const certificate = (): string => join(folder, "certificate.pem");
  const address = (): string => server!.address.replace("nats:", "tls:");
  const connected = async (user: string, password: string): Promise<NatsConnection> => {
    const options = natsOptions({ NATS_USER: user, NATS_PASSWORD: password, NATS_CA: certificate() });
    const connection = await connectNats(address(), options);
    connections.push(connection);
    return connection;
  };

  test("lets a user of one run exchange in it, encrypted, and take no part in another", async () => {
    const join = async (run: string, replica: number): Promise<Member> =>
      jetStreamExchange(await connected("first", "secret of first"), { run, elements: 2 }).join(replica);
    const members = [await join("first", 0), await join("first", 1)];
    for (const version of [0, 1]) {
      const means = await Promise.all(
        members.map((member, i) => exchangeMean(member, version, new Float32Array([i, version]))),
      );
      for (const { mean, replicas } of means)
        expect([[...mean], replicas]).toEqual([
          [0.5, version],
          [0, 1],
        ]);
    }
    await Promise.all(members.map((member) => member.leave()));
    const connection = await connected("first", "secret of first");
    expect((await runStatus(connection, "first"))?.replicas).toHaveLength(2);
    expect((await removeRun(connection, "first"))?.replicas).toHaveLength(2);
    expect(await runStatus(connection, "first")).toBe(null);
    await expect(join("second", 0)).rejects.toMatchObject({
      name: "ClusterError",
      details: { code: "denied" },
      message: expect.stringMatching(
        /^server: publishing to \$JS\.API\.STREAM\.CREATE\.parle_second_\w+ is not among the rights of this user$/,
      ),
    });
  });

  test("lets a user of one queue plan, work and follow, and use no other queue and no run", async () => {
    const connection = await connected("sweep", "secret of sweep");
    const queue = jetStreamQueue(connection, { name: "sweep" });
    expect(await queue.enqueue("a", 1)).toBe(true);
    const stop = new AbortController();
    const working = queue.work(async ({ work, tell, send }) => {
      await tell("begun");
      await send("file", new Uint8Array([1, 2]));
      return work;
    }, stop.signal);
    // What it ends by is told below.
    working.catch(() => stop.abort());
    const events = [];
    for await (const event of queue.follow(stop.signal)) {
      events.push(event);
      if (event.kind !== "event") break;
    }
    expect(events).toEqual([
      { kind: "event", id: "a", event: "begun" },
      { kind: "result", id: "a", result: 1 },
    ]);
    for await (const { bytes } of queue.files("a")) expect([...bytes]).toEqual([1, 2]);
    expect(await queue.status()).toMatchObject({ ended: 1, workers: [{ piece: null }] });
    stop.abort();
    await working;
    await queue.forget("a");
    expect(await queue.status()).toMatchObject({ ended: 0, workers: [] });
    await queue.enqueue("b", 1);
    expect(await queuePieces(connection, "sweep")).toEqual([{ id: "b", state: "waiting", workers: [] }]);
    expect(await queue.remove("b")).toBe(true);
    await queue.readmit(["b"]);
    const denied = { name: "ClusterError", details: { code: "denied" } };
    await expect(jetStreamQueue(connection, { name: "other" }).enqueue("a", 1)).rejects.toMatchObject(denied);
    await expect(jetStreamExchange(connection, { run: "first", elements: 2 }).join(0)).rejects.toMatchObject(denied);
  });

  test("lets the user who looks see how all stands, and change nothing; a user of one queue does not see the others", async () => {
    const [connection, planning] = [
      await connected("status", "secret of status"),
      await connected("sweep", "secret of sweep"),
    ];
    const queue = jetStreamQueue(planning, { name: "sweep" });
    await queue.enqueue("b", 1);
    const run = jetStreamExchange(await connected("first", "secret of first"), { run: "first", elements: 2 });
    const member = await run.join(1);
    await member.publish(3, new Float32Array(2));
    expect(await clusterStatus(connection)).toMatchObject({
      queues: [{ name: "sweep", missing: [], waiting: 1, atWork: 0, ended: 0, workers: [] }],
      runs: [
        { run: "first", replicas: expect.arrayContaining([{ replica: 1, living: true, hasEnded: false, version: 3 }]) },
      ],
    });
    await member.leave();
    const denied = { name: "ClusterError", details: { code: "denied" } };
    await expect(jetStreamQueue(connection, { name: "sweep" }).enqueue("c", 1)).rejects.toMatchObject(denied);
    await expect(clusterStatus(planning)).rejects.toMatchObject({
      ...denied,
      message: "server: publishing to $JS.API.STREAM.NAMES is not among the rights of this user",
    });
  });

  test("refuses a wrong password, and certificates that nobody vouches for; neither is told to others", async () => {
    await expect(connected("first", "guessed")).rejects.toThrow(/^(?!.*guessed).*Authorization/i);
    await expect(connectNats(address(), { user: "first", pass: "secret of first" })).rejects.toThrow(/self-signed/i);
  });

  test("takes no user and password in an address", async () => {
    const secret = address().replace("//", "//first:secret@");
    await expect(connectNats(secret)).rejects.toThrow(
      /^connectNats: servers must have no user and password in them: give them as options$/,
    );
  });
});

describe.skipIf(!hasServer)("a server without TLS", () => {
  test("is refused where an address asks for TLS", async () => {
    const server = await startServer();
    try {
      const refused = connectNats(server.address.replace("nats:", "tls:"), { maxReconnectAttempts: 0 });
      await expect(refused).rejects.toThrow(/tls/i);
    } finally {
      await server.stop();
    }
  });
});

test("options come from the variables that tools of NATS read", () => {
  const folder = mkdtempSync(join(tmpdir(), "options-"));
  const file = (name: string): string => {
    writeFileSync(join(folder, name), `content of ${name}`);
    return join(folder, name);
  };
  const [NATS_CA, NATS_CERT, NATS_KEY] = ["ca", "cert", "key"].map(file);
  expect(natsOptions({ NATS_TOKEN: "t", NATS_CA, NATS_CERT, NATS_KEY })).toEqual({
    token: "t",
    tls: { ca: "content of ca", cert: "content of cert", key: "content of key" },
  });
  expect(natsOptions({ NATS_CREDS: file("creds") })).toEqual({ authenticator: expect.any(Function) });
  expect(natsOptions({ HOME: "/" })).toEqual({});
  expect(() => natsOptions({ NATS_CREDS: join(folder, "none") })).toThrow(/ENOENT/);
  rmSync(folder, { recursive: true });
});
