/** Studies and reproductions whose runs a worker trains: what they find is what they find here. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasServer } from "../../cluster/test/natsServer.ts";
import { dataFolder, freshOut, run } from "./commandRunner.ts";
import { withWorkers } from "./queueWorkers.ts";
import { untimed } from "./untimed.ts";

const study = [
  ...["study", "wide-valleys", "--network", "mlp-49-16-10", "--seeds", "2", "--budget", "1"],
  ...["--set", "validation=100", "--set", "batchSize=50", "--coupling-seeds", "0", "--examples", "100"],
  ...["--curvature-examples", "100", "--test-examples", "100", "--draws", "2", "--steps", "5", "--probes", "2"],
];
const reproduction = ["reproduce", "lenet", "--scale", "0.01", "--seeds", "1"];

// Each run is a process, which takes its time to begin where others compute.
describe.skipIf(!hasServer)("on a queue", { timeout: 300_000 }, () => {
  const { newQueue, worker } = withWorkers();
  const warnings: string[] = [];
  const note = ({ message }: Error): void => void warnings.push(message);
  beforeAll(() => void process.on("warning", note));
  afterAll(() => void process.off("warning", note));

  test.each([
    ["a study", study, "study.json"],
    ["a reproduction", reproduction, "reproduction.json"],
  ])("%s finds what it finds here", async (_, args, file) => {
    const [queue, local, out] = [newQueue(), freshOut(), freshOut()];
    const all = [...args, "--data", dataFolder(), "--threads", "1", "--json"];
    const here = await run([...all, "--out", local]);
    worker(...queue, "--out", freshOut(), "--data", dataFolder());
    const there = await run([...all, "--out", out, ...queue]);
    expect([here.code, there.code]).toEqual([0, 0]);
    expect(there.stderr).toMatch(/runs on the queue/);
    expect(there.stderr).toMatch(/entropy-sgd-1 begins on /);
    expect(untimed(there.stdout)).toEqual(untimed(here.stdout));
    const kept = (folder: string): unknown => untimed(readFileSync(join(folder, file), "utf8"));
    expect(kept(out)).toEqual(kept(local));
    // Such as of many listeners, where many runs are watched.
    expect(warnings).toEqual([]);
  });
});
