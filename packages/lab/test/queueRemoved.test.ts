/** `cluster remove`: runs that are taken off a queue while planner and worker are there, and before they are. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { jetStreamQueue } from "entropy-sgd-cluster";
import { connectNats } from "entropy-sgd-cluster/node";
import { describe, expect, test } from "vitest";
import { hasServer } from "../../cluster/test/natsServer.ts";
import { main } from "../src/commands/main.ts";
import { checkpointNames } from "../src/runs/checkpointFolder.ts";
import { readRun } from "../src/runs/readRun.ts";
import { dataFolder, freshOut, inMemory, run, small } from "./commandRunner.ts";
import { withWorkers } from "./queueWorkers.ts";

// Each run is a process, which takes its time to begin where others compute.
describe.skipIf(!hasServer)("runs that are removed from a queue", { timeout: 300_000 }, () => {
  const { newQueue, worker, address } = withWorkers();
  const compared = (out: string, optimizers: string, ...more: string[]): string[] => [
    ...["compare", ...small, "--data", dataFolder(), "--optimizers", optimizers, "--seeds", "1", "--threads", "1"],
    ...["--out", out, ...more],
  ];
  const planned = (args: readonly string[]) => {
    const { context, written } = inMemory();
    const code = main(args, context);
    const says = (words: RegExp) => expect.poll(() => written.stderr, { timeout: 200_000 }).toMatch(words);
    return { code, written, says };
  };
  const removed = (queue: readonly string[], ...more: string[]) => run(["cluster", "remove", ...queue, ...more]);

  test("one at work is stopped with a checkpoint, and the planner is told; its worker goes on with what comes next", async () => {
    const [queue, out, own] = [newQueue(), freshOut(), freshOut()];
    const one = worker(...queue, "--out", own, "--threads", "1");
    // So long that it is at work until it is removed.
    const { code, written, says } = planned(
      compared(out, "sgd", "--budget", "100000", "--set", "checkpointGradients=100", ...queue),
    );
    await says(/sgd-1 epoch /);
    const [id] = readdirSync(own) as [string];
    const listed = await removed(queue);
    expect([listed.code, listed.stdout]).toEqual([
      0,
      expect.stringMatching(
        new RegExp(
          `^run .*\\n.*\\n${id} +at work +\\S+\\n\\n1 run would be removed from .*; nothing was: give --yes\\n$`,
        ),
      ),
    ]);
    const gone = await removed(queue, "sgd-1", "--yes");
    expect(gone.stdout).toMatch(
      /\n1 run removed from .*; what is at work is stopped within seconds, with a checkpoint\n$/,
    );
    expect(await code).toBe(1);
    expect(written.stderr).toContain(
      `] sgd-1: failed: was taken off the queue ${queue[3]} of ${queue[1]} by cluster remove\n`,
    );
    // How they come back.
    expect(written.stderr).toMatch(
      /\n1 of 1 run failed; npx entropy-sgd resume \S+ --nats .+ puts them on the queue again\n/,
    );
    const stopped = `${id} stopped: it was removed from the queue; what is done is kept in ${join(own, id)}\n`;
    await expect.poll(() => one.written.stderr, { timeout: 200_000 }).toContain(stopped);
    const kept = readRun(join(own, id));
    expect(kept.result?.interrupted).toBe(true);
    expect(checkpointNames(join(own, id)).length).toBeGreaterThan(0);
    expect(existsSync(join(out, "sgd-1"))).toBe(false);
    // The same worker trains what comes next, and gives back what it is stopped at.
    const next = planned(["resume", out, ...queue]);
    await next.says(/sgd-1 epoch /);
    expect(next.written.stderr).toMatch(/sgd-1 begins on \S+\n/);
    await one.stop();
    expect(one.written.stderr).toContain(`${id} goes on from a checkpoint\n`);
    expect(one.written.stderr).toContain(`${id} given back (SIGTERM); what is done is kept in ${join(own, id)}\n`);
    await next.says(/sgd-1 given back by \S+ \(SIGTERM\): the next free worker takes it\n/);
    await removed(queue, "--yes");
    expect(await next.code).toBe(1);
    expect((await run(["cluster", "status", "--nats", address()])).stdout).not.toContain(`Queue ${queue[3]}`);
  });

  test("what was removed while nobody watched is put there again by the command that planned it", async () => {
    const [queue, out] = [newQueue(), freshOut()];
    const args = compared(out, "sgd,adam", "--budget", "1", ...queue);
    expect((await run(args, { stopAt: "2 runs on the queue" })).code).toBe(130);
    const unknown = await removed(queue, "sgd-2", "--yes");
    const rule =
      /^error: sgd-2: is no run on the queue \S+ of \S+, which has adam-1-[0-9a-f]{16}, sgd-1-[0-9a-f]{16}\n$/;
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringMatching(rule)]);
    const { code, stdout } = await removed(queue, "--yes", "--json");
    const waiting = { state: "waiting", workers: [] };
    const runs = ["adam-1", "sgd-1"].map((name) => ({ ...waiting, id: expect.stringContaining(name) }));
    expect([code, JSON.parse(stdout)]).toEqual([0, { queue: queue[3], removed: true, runs }]);
    expect((await removed(queue)).stdout).toMatch(/^No run is on the queue \S+ of \S+; nothing was removed\n$/);
    const one = worker(...queue, "--out", freshOut(), "--threads", "1");
    expect((await run(["resume", out, ...queue])).code).toBe(0);
    await one.stop();
    expect(one.written.stderr.match(/ begins\n/g)).toHaveLength(2);
  });

  test("a queue that is not there is refused, and not made", async () => {
    const absent = ["--nats", address(), "--queue", "nosuch"];
    const stderr = `error: --queue: there is no queue nosuch on ${address()}\n`;
    for (const more of [[], ["--yes"], ["sgd-1"], ["--yes", "--json"], []])
      expect(await removed(absent, ...more)).toEqual({ code: 2, stdout: "", stderr });
    const usual = await removed(["--nats", address()]);
    expect([usual.code, usual.stderr]).toEqual([2, `error: --queue: there is no queue entropy-sgd on ${address()}\n`]);
  });

  test("runs of one name in several experiments are told apart", async () => {
    const queue = newQueue();
    const connection = await connectNats(address());
    const own = jetStreamQueue(connection, { name: queue[3]! });
    const ids = ["sgd-1-0000000000000001", "sgd-1-0000000000000002", "sgd-10-0000000000000003"];
    for (const id of ids) await own.enqueue(id, 1);
    const { code, stderr } = await removed(queue, "sgd-1", "--yes");
    expect([code, stderr]).toEqual([
      2,
      `error: sgd-1: is the name of several runs on the queue ${queue[3]} of ${queue[1]}, give one of ${ids[0]}, ${ids[1]}\n`,
    ]);
    await removed(queue, ids[1]!, "sgd-10", "--yes");
    expect(await own.status()).toMatchObject({ waiting: 1 });
    await connection.close();
  });
});
