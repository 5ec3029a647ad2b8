/** Workers that die or are stopped while they train a run: another does it, and it counts once. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasServer, startServer } from "../../cluster/test/natsServer.ts";
import { main } from "../src/commands/main.ts";
import { readRun } from "../src/runs/readRun.ts";
import { dataFolder, freshOut, inMemory, run, small } from "./commandRunner.ts";
import { weightsIn, withWorkers } from "./queueWorkers.ts";
import { untimed } from "./untimed.ts";

const program = fileURLToPath(new URL("../bin/entropy-sgd.js", import.meta.url));
const names = ["sgd-1", "sgd-2"];

describe.skipIf(!hasServer)("a worker that is killed while it trains", { timeout: 300_000 }, () => {
  const { newQueue, worker } = withWorkers();
  const children: ChildProcess[] = [];
  afterAll(() => {
    for (const child of children) child.kill("SIGKILL");
  });
  /** A worker that is a process. */
  const workerProcess = (...args: readonly string[]): ChildProcess => {
    const child = spawn(process.execPath, [program, "worker", "--heartbeat", "0.3", ...args], { stdio: "ignore" });
    children.push(child);
    return child;
  };
  // Many epochs, each with a line of the worker: there is time to kill it in between.
  const compared = (out: string, ...more: string[]): string[] => [
    ...["compare", ...small, "--data", dataFolder(), "--optimizers", "sgd", "--seeds", "2", "--budget", "60"],
    ...["--set", "checkpointGradients=100", "--threads", "1", "--out", out, "--json", ...more],
  ];
  /** An experiment on a queue, what it says, and its end. */
  const planned = (args: readonly string[]) => {
    const { context, written } = inMemory();
    const code = main(args, context);
    const says = (words: RegExp) => expect.poll(() => written.stderr, { timeout: 200_000, interval: 5 }).toMatch(words);
    return { code, written, says };
  };
  const local = freshOut();
  let table: unknown;
  beforeAll(async () => {
    table = untimed((await run(compared(local))).stdout);
  }, 300_000);
  const isLocal = (out: string, stdout: string): void => {
    expect(untimed(stdout)).toEqual(table);
    expect(weightsIn(out, names)).toEqual(weightsIn(local, names));
  };

  /** The run that was at hand when its worker went: sgd-1, unless this program saw it too late. */
  const begunTwice = (stderr: string, how: string): string => {
    const [, name, first] = /(sgd-\d) begins on (\S+)\n/.exec(stderr)!;
    expect(stderr).toMatch(new RegExp(`(?<=\\] ${name} )${how} on \\S+ after ${first} \\(attempt 2\\)\n`));
    return name!;
  };
  /** The checkpoints from which each process of a run has gone on; the first one begins without. */
  const resumedFrom = (run: string) => readRun(run).resumes.map(({ checkpoint }) => checkpoint);

  /** Stops the process that trains a run, between its first checkpoint and its end; the folder of the run and the process. */
  const stoppedTraining = async (out: string): Promise<{ readonly atHand: string; readonly pid: number }> => {
    const stopped = (name: string) => {
      const atHand = join(out, name);
      const checkpoints = join(atHand, "checkpoints");
      if (!existsSync(checkpoints) || readdirSync(checkpoints).length === 0 || readRun(atHand).result !== null)
        return null;
      const { pid } = JSON.parse(readFileSync(join(atHand, "lock"), "utf8")) as { pid: number };
      process.kill(pid, "SIGSTOP");
      if (readRun(atHand).result === null) return { atHand, pid };
      // It had come to its end: the next one, then.
      process.kill(pid, "SIGCONT");
      return null;
    };
    const find = () => names.map(stopped).find((one) => one !== null) ?? null;
    let found: ReturnType<typeof stopped> = null;
    await expect.poll(() => (found = find()), { timeout: 200_000, interval: 5 }).not.toBeNull();
    return found!;
  };

  test("another machine does its run, which stands in the table once", async () => {
    const [queue, out] = [newQueue(), freshOut()];
    const first = workerProcess(...queue, "--out", freshOut());
    const { code, written, says } = planned(compared(out, ...queue));
    await says(/sgd-1 epoch /);
    first.kill("SIGKILL");
    worker(...queue, "--out", freshOut());
    expect(await code).toBe(0);
    for (const name of names) expect(written.stderr.split(`${name}: validation`)).toHaveLength(2);
    isLocal(out, written.stdout);
    // From its beginning: the checkpoints of the dead one are on its machine.
    expect(resumedFrom(join(out, begunTwice(written.stderr, "begins anew")))).toEqual([null]);
  });

  test("one that is stopped gives its run back, which goes on from its checkpoint on the same machine", async () => {
    const [queue, out, own] = [newQueue(), freshOut(), freshOut()];
    const first = workerProcess(...queue, "--out", own);
    const { code, written, says } = planned(compared(out, ...queue));
    await says(/sgd-1 epoch /);
    const ended = new Promise((resolve) => first.once("exit", resolve));
    first.kill("SIGTERM");
    expect(await ended).toBe(143);
    worker(...queue, "--out", own);
    expect(await code).toBe(0);
    isLocal(out, written.stdout);
    const atHand = begunTwice(written.stderr, "goes on from a checkpoint");
    expect(resumedFrom(join(out, atHand))).toEqual([null, expect.any(String)]);
    expect(written.stderr).toMatch(
      new RegExp(`\\] ${atHand} given back by \\S+ \\(SIGTERM\\): the next free worker takes it\n`),
    );
  });

  test("with a folder that is shared another machine goes on from the newest checkpoint of the dead one", async () => {
    const [queue, shared] = [newQueue(), freshOut()];
    const out = join(shared, "experiment");
    mkdirSync(shared);
    const first = workerProcess(...queue, "--shared", shared, "--out", freshOut());
    const { code, written, says } = planned(compared(out, ...queue, "--shared", shared));
    await says(/sgd-1 epoch /);
    const { atHand, pid } = await stoppedTraining(out);
    // The process that trains dies with it, as when a machine loses its power.
    first.kill("SIGKILL");
    process.kill(pid, "SIGKILL");
    const alone = worker(...queue, "--out", freshOut());
    await says(
      /sgd-\d declined by .*: the planner has --shared, and experiment\/sgd-\d in it for this run: the worker must have it too/,
    );
    await alone.stop();
    worker(...queue, "--shared", shared, "--out", freshOut());
    expect(await code).toBe(0);
    isLocal(out, written.stdout);
    expect(resumedFrom(atHand)).toEqual([null, expect.any(String)]);
  });

  test("a server that loses its disk is given the runs again", async () => {
    const server = await startServer();
    try {
      const queue = ["--nats", server.address, "--queue", "lost"];
      const out = freshOut();
      const { code, written, says } = planned(compared(out, ...queue));
      await says(/2 runs on the queue/);
      await server.restart({ loseDisk: true });
      const one = worker(...queue, "--out", freshOut());
      expect(await code).toBe(0);
      isLocal(out, written.stdout);
      await one.stop();
    } finally {
      await server.stop();
    }
  });

  test("a shared folder must hold that of the experiment", async () => {
    const [out, shared] = [freshOut(), freshOut()];
    mkdirSync(shared);
    const { code, stderr } = await run(compared(out, ...newQueue(), "--shared", shared));
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining("error: --shared: must hold --out, in folders of letters"),
    ]);
  });
});
