/** Experiments in parts, for machines that know nothing of one another: `--shard` and `runs merge`. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { runsOfShard } from "../src/experiments/shard.ts";
import { readConfig, readRun } from "../src/runs/readRun.ts";
import { writeSeal } from "../src/runs/seal.ts";
import { dataFolder, freshOut, run, small } from "./commandRunner.ts";
import { untimed } from "./untimed.ts";

test("each run is in one shard, whatever their number", () => {
  for (const count of [1, 2, 3, 7, 12]) {
    const runs = Array.from({ length: 11 }, (_, at) => at);
    const shards = Array.from({ length: count }, (_, at) => runsOfShard(runs, { index: at + 1, count }));
    expect(shards.flat().sort((a, b) => a - b)).toEqual(runs);
    const sizes = shards.map(({ length }) => length);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
  }
  expect(runsOfShard([1, 2], undefined)).toEqual([1, 2]);
});

describe("a sweep in three parts", () => {
  const [folder, whole, merged] = [freshOut(), freshOut(), freshOut()];
  const file = join(folder, "rates.yaml");
  const parts = [1, 2, 3].map(() => freshOut());
  const from = (list: readonly string[]): string[] => list.flatMap((part) => ["--from", part]);
  const part = (index: number, ...more: string[]) =>
    run(["sweep", file, "--out", parts[index - 1]!, "--shard", `${index}/3`, "--parallel", "1", ...more]);
  /** Files of a run by their bytes. */
  const copyOf = (source: string): string => {
    const copy = freshOut();
    cpSync(source, copy, { recursive: true });
    return copy;
  };
  let table: unknown;

  beforeAll(async () => {
    mkdirSync(folder);
    writeFileSync(
      file,
      `network: small-mnistfc\nbudget: 1\nseeds: 2\noptimizer: sgd\ndata: ${dataFolder()}\nthreads: 1\n` +
        "set: { batchSize: 50, validation: 100 }\nparameters: { learningRate: [0.05, 0.1] }\n",
    );
    const { stdout } = await run(["sweep", file, "--out", whole, "--parallel", "1", "--json"]);
    table = untimed(stdout);
    for (const index of [1, 2, 3]) expect((await part(index)).code).toBe(0);
  });

  test("each trains its runs and says how they come together", async () => {
    const names = parts.map((own) => readdirSync(own).filter((name) => existsSync(join(own, name, "seal.json"))));
    expect(names.map(({ length }) => length)).toEqual([2, 1, 1]);
    const again = await part(2, "--json");
    const { runs, shard } = JSON.parse(again.stdout);
    expect([again.code, shard, runs.length]).toEqual([0, "2/3", 1]);
    expect((await part(3)).stdout).toMatch(/^shard 3\/3: 1 of 1 run ended, in /);
    expect(existsSync(join(parts[0]!, "sweep.json"))).toBe(false);
  });

  test("merged they have the table of the whole sweep, and nothing is trained", async () => {
    const first = await run(["runs", "merge", merged, ...from(parts.slice(0, 2)), "--json"]);
    const { runs, merged: put, missing } = JSON.parse(first.stdout);
    expect([first.code, runs, put.length, missing.length]).toEqual([0, 4, 3, 1]);
    const second = await run(["runs", "merge", merged, ...from([parts[2]!, parts[0]!])]);
    expect([second.code, second.stdout]).toEqual([0, expect.stringContaining(`4 of 4 runs are in ${merged}\n`)]);
    const resumed = await run(["resume", merged, "--json"]);
    expect([resumed.code, resumed.stderr.match(/ended before/g)?.length]).toEqual([0, 4]);
    expect(untimed(resumed.stdout)).toEqual(table);
    const same = await run(["sweep", file, "--out", merged, "--json"]);
    expect(untimed(same.stdout)).toEqual(table);
    for (const name of put) expect(readRun(join(merged, name)).seal).toEqual({ sealed: true, edits: [] });
  });

  const refused = async (sources: readonly string[], message: RegExp): Promise<void> => {
    const out = freshOut();
    const { code, stderr } = await run(["runs", "merge", out, ...from(sources)]);
    expect(stderr).toMatch(message);
    expect([code, existsSync(out)]).toEqual([2, false]);
  };
  const firstRun = (own: string): string =>
    join(own, readdirSync(own).find((name) => existsSync(join(own, name, "seal.json")))!);

  test("what is damaged, another's or twice with different bits is refused, and nothing is written", async () => {
    const damaged = copyOf(parts[1]!);
    const weights = join(firstRun(damaged), "weights.safetensors");
    const bytes = readFileSync(weights);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(weights, bytes);
    await refused([parts[0]!, damaged], /weights\.safetensors: /);

    const other = join(folder, "other.yaml");
    writeFileSync(other, readFileSync(file, "utf8").replace("[0.05, 0.1]", "[0.05, 0.2]"));
    const stranger = freshOut();
    await run(["sweep", other, "--out", stranger, "--shard", "2/2", "--parallel", "1"]);
    await refused([parts[0]!, stranger], /holds another experiment than /);
    await refused([folder], /holds no experiment/);

    // The same run with other weights, rightly sealed.
    const twice = copyOf(parts[1]!);
    const name = firstRun(twice);
    cpSync(join(firstRun(parts[0]!), "weights.safetensors"), join(name, "weights.safetensors"));
    writeSeal(name, readConfig(name), () => {});
    await refused([parts[1]!, twice], /holds other weights than .*: the same run was trained twice/);
  });

  test.each([
    [["--shard", "4/3", "--out", "x"], /It must be I\/N with 1 ≤ I ≤ N/],
    [["--shard", "0/3", "--out", "x"], /It must be I\/N with 1 ≤ I ≤ N/],
    [["--shard", "1/3"], /^error: --out: is required with --shard: each part has a folder of its own\n$/],
    [["--queue", "one"], /^error: --queue: is of runs that workers train: give --nats too\n$/],
    [["--shared", "."], /^error: --shared: is of runs that workers train: give --nats too\n$/],
    [["--nats", "nats://host", "--parallel", "2"], /^error: --parallel: is of runs that are trained here/],
    [["--nats", "nats://host", "--shard", "1/2", "--out", "x"], /^error: --shard: is for machines without a queue/],
    [["--nats", "nats://host", "--queue", "a.b"], /It must be 1 to 64 letters, digits, _ or -/],
  ])("%j", async (more, message) => {
    const { code, stderr } = await run(["sweep", file, ...more]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});

test("a comparison goes on in its shard, and what is asked of one run is refused", async () => {
  const out = freshOut();
  const args = [
    "compare",
    ...small,
    "--data",
    dataFolder(),
    "--optimizers",
    "sgd,adam",
    "--seeds",
    "1",
    "--budget",
    "1",
  ];
  const stopped = await run([...args, "--out", out, "--shard", "2/2"], { stopAt: "shard 2/2: 1 of them" });
  expect([stopped.code, stopped.stderr]).toEqual([130, expect.stringContaining(`resume ${out} --shard 2/2 goes on`)]);
  const resumed = await run(["resume", out, "--shard", "2/2"]);
  expect(resumed.code).toBe(0);
  expect(readdirSync(out).filter((name) => existsSync(join(out, name, "seal.json")))).toEqual(["adam-1"]);
  const one = await run(["resume", join(out, "adam-1"), "--shard", "1/2"]);
  expect([one.code, one.stderr]).toEqual([
    2,
    expect.stringContaining("--shard: is of an experiment, and this is one run"),
  ]);
});
