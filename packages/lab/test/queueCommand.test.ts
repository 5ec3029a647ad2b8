/** Experiments whose runs workers train: `--nats` and `entropy-sgd worker`. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasServer, type NatsServer, startServer } from "../../cluster/test/natsServer.ts";
import { main } from "../src/commands/main.ts";
import { readRun, weightsOf } from "../src/runs/readRun.ts";
import { dataFolder, freshOut, inMemory, run, small } from "./commandRunner.ts";
import { untimed } from "./untimed.ts";

const comparison = (out: string): string[] => [
  ...["compare", ...small, "--data", dataFolder(), "--optimizers", "sgd,adam", "--seeds", "2", "--budget", "2"],
  ...["--threads", "1", "--out", out, "--json"],
];
const runNames = ["adam-1", "adam-2", "sgd-1", "sgd-2"];
const weightsIn = (out: string) => runNames.map((name) => weightsOf(join(out, name), readRun(join(out, name))));
describe.skipIf(!hasServer)("experiments on a queue", () => {
  let server: NatsServer;
  const stops: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    if (hasServer) server = await startServer();
  });
  afterAll(async () => {
    for (const stop of stops) await stop();
    if (hasServer) await server.stop();
  });
  let queues = 0;
  const newQueue = (): string[] => ["--nats", server.address, "--queue", `queue-${queues++}`];
  /** A worker in this process, which is ended with the tests. */
  function worker(...args: readonly string[]) {
    const controller = new AbortController();
    const { context, written } = inMemory({ signal: controller.signal });
    const ended = main(["worker", "--heartbeat", "0.3", ...args], context);
    const stop = async (): Promise<number> => {
      controller.abort("SIGTERM");
      return ended;
    };
    stops.push(stop);
    return { stop, written };
  }

  const local = freshOut();
  let table: string;
  beforeAll(async () => {
    table = (await run(comparison(local))).stdout;
  });

  test("a comparison is the local one, bit for bit; on the worker its runs stay", async () => {
    const [queue, out, own] = [newQueue(), freshOut(), freshOut()];
    const one = worker(...queue, "--out", own, "--threads", "1");
    const found = await run([...comparison(out), ...queue]);
    expect([found.code, found.stderr]).toEqual([0, expect.stringMatching(/\[1\/4\] sgd-1 begins on /)]);
    expect(found.stderr).toMatch(/\[4\/4\] adam-2 epoch 3\.3: /);
    expect(untimed(found.stdout)).toEqual(untimed(table));
    expect(weightsIn(out)).toEqual(weightsIn(local));
    expect(readdirSync(out).sort()).toEqual(readdirSync(local).sort());
    for (const name of runNames) {
      const [here, there] = [out, local].map((folder) => readRun(join(folder, name)));
      expect(here!.settings).toEqual(there!.settings);
      expect(here!.seal).toEqual({ sealed: true, edits: [] });
    }
    expect([await one.stop(), one.written.stderr]).toEqual([143, expect.stringMatching(/adam-2-[0-9a-f]{16} ended/)]);
    expect(readdirSync(own)).toHaveLength(4);
  });
});
