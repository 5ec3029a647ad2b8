/** `cluster remove --run`: what a server keeps of a run of Parle goes when no replica is at work. */
import { jetStreamExchange, joinReplicas, type Waiting } from "entropy-sgd-cluster";
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
  const opened = async () => {
    const connection = await connectNats(server.address);
    return {
      connection,
      joined: async (name: string, replica = 1) => {
        const member = await jetStreamExchange(connection, { run: name, elements: 2 }).join(replica);
        await member.publish(4, Float32Array.of(1, 2));
        return member;
      },
    };
  };
  const removed = (...args: string[]) => run(["cluster", "remove", "--nats", server.address, ...args]);
  const status = async (): Promise<unknown> =>
    JSON.parse((await run(["cluster", "status", "--nats", server.address, "--json"])).stdout).runs;

  test("is removed when its replicas are gone, not before, and no other with it", async () => {
    const { connection, joined } = await opened();
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
    const settings = {};
    const others = { run: "other", settings, replicas: [{ replica: 1, living: true, hasEnded: false, version: 4 }] };
    expect(await status()).toEqual([{ run: "one", settings, replicas }, others]);
    expect((await removed("--run", "one", "--yes")).stdout).toBe(`Removed from ${server.address}: ${words}\n`);
    expect(await status()).toEqual([others]);
    const stderr = `error: --run: there is no run one of Parle on ${server.address}\n`;
    for (const more of [[], ["--yes"], ["--yes", "--json"]])
      expect(await removed("--run", "one", ...more)).toEqual({ code: 2, stdout: "", stderr });
    await other.leave();
    const json = await removed("--run", "other", "--yes", "--json");
    expect([JSON.parse(json.stdout), await status()]).toMatchObject([{ run: "other", removed: true }, []]);
    await connection.close();
  });

  test("names all replicas at work, with and without --yes, and removes nothing", async () => {
    const { connection, joined } = await opened();
    const members = [await joined("held", 0), await joined("held", 2)];
    const stderr = 'error: --run: replica-1, replica-3 of it at work: stop them first, got "held"\n';
    for (const more of [[], ["--yes"], ["--yes", "--json"]])
      expect(await removed("--run", "held", ...more)).toMatchObject({ code: 2, stdout: "", stderr });
    await Promise.all(members.map((member) => member.leave()));
    const status = { run: "held", replicas: [{ replica: 0 }, { replica: 2 }] };
    const trial = await removed("--run", "held", "--json");
    expect(JSON.parse(trial.stdout)).toMatchObject({ ...status, removed: false });
    const json = await removed("--run", "held", "--json", "--yes");
    expect(JSON.parse(json.stdout)).toMatchObject({ ...status, removed: true });
    await connection.close();
  });

  test("without an exchange is there, and is removed", async () => {
    const { connection } = await opened();
    await (await jetStreamExchange(connection, { run: "brief", elements: 2 }).join(0)).leave();
    const listed = await run(["cluster", "status", "--nats", server.address]);
    expect(listed.stdout).toContain("\nParle brief: without an exchange\n");
    const words = `the run brief of Parle, without an exchange`;
    expect((await removed("--run", "brief")).stdout).toBe(
      `Would be removed from ${server.address}: ${words}; nothing was: give --yes\n`,
    );
    const json = await removed("--run", "brief", "--json");
    expect(JSON.parse(json.stdout)).toEqual({ run: "brief", settings: {}, replicas: [], removed: false });
    expect((await removed("--run", "brief", "--yes")).stdout).toBe(`Removed from ${server.address}: ${words}\n`);
    expect(await status()).toEqual([]);
    await connection.close();
  });

  test("says which replica has not ended, and for whom it would wait in vain", async () => {
    const { connection, joined } = await opened();
    const [first, second, third] = [await joined("halved", 0), await joined("halved", 1), await joined("halved", 2)];
    await Promise.all([first.leave({ hasEnded: true }), second.leave(), third.leave({ hasEnded: true })]);
    const what = "the run halved of Parle, 3 replicas";
    const whom = "it waits in vain for replica-1, replica-3, which have ended\n";
    expect((await removed("--run", "halved")).stdout).toBe(
      `Would be removed from ${server.address}: ${what}; nothing was: give --yes\n` +
        `replica-2 has not ended: if it comes back from its checkpoint after that, ${whom}` +
        "Let it end first, unless nobody wants it any more\n",
    );
    expect((await removed("--run", "halved", "--yes")).stdout).toBe(
      `Removed from ${server.address}: ${what}\n` +
        `replica-2 had not ended: if it comes back from its checkpoint now, ${whom}`,
    );
    // As it is said: with nobody to have ended, one that comes back waits.
    const waiting: unknown[] = [];
    const stop = new AbortController();
    const onWait = ({ ended, absent }: Waiting): void => {
      waiting.push({ ended, absent });
      stop.abort();
    };
    const back = { count: 3, numbers: [1], begunAs: 1, onWait, signal: stop.signal };
    await joinReplicas(jetStreamExchange(connection, { run: "halved", elements: 2 }), back).catch(() => {});
    expect(waiting).toEqual([{ ended: [], absent: [0, 2] }]);
    await connection.close();
  });

  test("is not named together with runs on a queue", async () => {
    for (const more of [["sgd-1"], ["--queue", "rates"]]) {
      const { code, stderr } = await removed(...more, "--run", "one");
      expect([code, stderr]).toEqual([2, expect.stringContaining("error: --run: is of a run of Parle; other names")]);
    }
  });
});
