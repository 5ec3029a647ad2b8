/** `cluster remove --run`: what a server keeps of a run of Parle goes when no replica is at work. */
import { jetStreamExchange } from "entropy-sgd-cluster";
import { connectNats } from "entropy-sgd-cluster/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasServer, type NatsServer, startServer } from "../../cluster/test/natsServer.ts";
import { run } from "./commandRunner.ts";

describe.skipIf(!hasServer)("a run of Parle", () => {
  let server: NatsServer;
  beforeAll(async () => {
    if (hasServer) server = await startServer();
  });
  afterAll(() => server?.stop());
  const removed = (...args: string[]) => run(["cluster", "remove", "--nats", server.address, ...args]);
  const status = async (): Promise<unknown> =>
    JSON.parse((await run(["cluster", "status", "--nats", server.address, "--json"])).stdout).runs;

  test("is removed when its replicas are gone, not before, and no other with it", async () => {
    const connection = await connectNats(server.address);
    const joined = async (name: string) => {
      const member = await jetStreamExchange(connection, { run: name, elements: 2 }).join(1);
      await member.publish(4, Float32Array.of(1, 2));
      return member;
    };
    const [member, other] = [await joined("one"), await joined("other")];
    const early = await removed("--run", "one", "--yes");
    expect([early.code, early.stderr]).toEqual([
      2,
      'error: --run: replica-2 of it at work: stop them first, got "one"\n',
    ]);
    await member.leave({ hasEnded: true });
    const replicas = [{ replica: 1, living: false, hasEnded: true, version: 4 }];
    const words = "the run one of Parle, 1 replica";
    expect((await removed("--run", "one")).stdout).toBe(
      `Would be removed from ${server.address}: ${words}; nothing was: give --yes\n`,
    );
    const others = { run: "other", replicas: [{ replica: 1, living: true, hasEnded: false, version: 4 }] };
    expect(await status()).toEqual([{ run: "one", replicas }, others]);
    expect((await removed("--run", "one", "--yes")).stdout).toBe(`Removed from ${server.address}: ${words}\n`);
    expect(await status()).toEqual([others]);
    expect((await removed("--run", "one", "--yes")).stdout).toBe(
      `No run one of Parle is on ${server.address}; nothing was removed\n`,
    );
    await other.leave();
    const json = await removed("--run", "other", "--yes", "--json");
    expect([JSON.parse(json.stdout), await status()]).toMatchObject([{ run: "other", removed: true }, []]);
    await connection.close();
  });

  test("is not named together with runs on a queue", async () => {
    for (const more of [["sgd-1"], ["--queue", "rates"]]) {
      const { code, stderr } = await removed(...more, "--run", "one");
      expect([code, stderr]).toEqual([2, expect.stringContaining("error: --run: is of a run of Parle; other names")]);
    }
  });
});
