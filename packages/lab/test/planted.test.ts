import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { freshOut, run } from "./commandRunner.ts";

const out = join(freshOut(), "planted.html");
const argsFor = (file: string, gradients = "40"): string[] => [
  ...["planted", "--instances", "4", "--tuning", "1", "--gradients", gradients, "--out", file],
];
const numbersOf = (file: string): string => readFileSync(file.replace("html", "json"), "utf8");
let told = { code: -1, stdout: "", stderr: "" };

beforeAll(async () => {
  told = await run(argsFor(out));
}, 60_000);

test("a short planted study says its cost, judges by the rule, and writes page, figures and numbers", () => {
  expect(told.code).toBe(0);
  expect(told.stderr).toMatch(/^planted: 134 runs of 40 gradients on each of 4 instances, 3 times as many on 1 others/);
  const [, median] = /^4 instances of 17 binary weights and 11 examples, ([\d.]+) solutions in the median\n/.exec(
    told.stdout,
  )!;
  expect(told.stdout).toMatch(/H1 (supported|contradicted|not decided) from the origin \(entropy-sgd γ=/);
  expect(readFileSync(out, "utf8")).not.toMatch(/NaN|undefined|Infinity/);
  const { settings, tuned, instances, judgement } = JSON.parse(numbersOf(out));
  expect(settings).toMatchObject({ numInstances: 4, numTuning: 1, numGradients: 40 });
  expect([tuned.length, instances.length, judgement.tests.length]).toEqual([134, 4, 16]);
  const [, low, high] = instances
    .map((one: { numSolutions: number }) => one.numSolutions)
    .sort((a: number, b: number) => a - b);
  expect(Number(median)).toBe((low + high) / 2);
  for (const { known, ends, numSolutions } of instances) {
    expect(numSolutions).toBeGreaterThan(0);
    for (const at of [...ends.origin, ...ends.corner]) expect(known[at]).toHaveLength(4);
  }
});

test("a study that a signal ended goes on from its last rate, and its last instance, to the same numbers", async () => {
  const file = join(freshOut(), "planted.html");
  expect((await run(argsFor(file), { stopAt: "12/134 rates" })).code).toBe(130);
  const first = await run(argsFor(file), { stopAt: "1/4 instances" });
  expect(first.code).toBe(130);
  const [, numKept] = /; (\d+) rates and 0 instances are there\n/.exec(first.stderr)!;
  expect(Number(numKept)).toBeGreaterThanOrEqual(12);
  expect(Number(numKept)).toBeLessThan(134);
  const second = await run(argsFor(file));
  expect(second.code).toBe(0);
  expect(second.stderr).toMatch(/; 134 rates and [1-3] instances are there\n/);
  expect(second.stderr).not.toContain("rates, ");
  expect(numbersOf(file)).toBe(numbersOf(out));
}, 60_000);

test.each([
  ["--instances 3", "It must be a whole number, at least 4, at most 10000."],
  ["--tuning 1e9", "It must be a whole number, at least 1, at most 10000."],
  ["--first-seed 9007199254740990", "It must be a whole number, at least 0, at most 4294967296."],
  ["--scopes 1,0", "It must be positive numbers between commas."],
  ["--scopes 1,0.1,1.0", "1 is there twice."],
  ["--inner-steps 5,5", "5 is there twice."],
  ["--inner-steps 1.5", "It must be whole numbers from 1 on between commas."],
])("is refused: %s", async (options, message) => {
  const file = join(freshOut(), "planted.html");
  const { code, stderr } = await run(["planted", ...options.split(" "), "--out", file]);
  expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
});

test("rates are chosen on other instances than those that choose and judge", async () => {
  const file = join(freshOut(), "planted.html");
  for (const [firstSeed, numInstances] of [
    [990, 11],
    [1015, 4],
    [0, 2000],
  ] as const) {
    const { code, stderr } = await run([
      ...["planted", "--first-seed", String(firstSeed), "--instances", String(numInstances), "--out", file],
    ]);
    expect([code, stderr]).toEqual([
      2,
      `error: --first-seed: must give ${numInstances} instances without the seeds that rates are chosen on, 1000 to 1015, got ${firstSeed}\n`,
    ]);
  }
  expect(existsSync(file)).toBe(false);
  // The first seeds after those of the rates are free.
  const apart = await run(["planted", "--first-seed", "1001", ...argsFor(file).slice(1)], { stopAt: "1/134 rates" });
  expect(apart.code).toBe(130);
});

test("what other settings left, or what is damaged, is refused and kept", async () => {
  const progress = out.replace("html", "progress.json");
  const other = await run(argsFor(out, "41"));
  expect(other.code).toBe(2);
  expect(other.stderr).toBe(
    `error: ${progress}: must be of a study with the same settings; take another --out, or remove the file\n`,
  );
  const text = readFileSync(progress, "utf8");
  writeFileSync(progress, text.replace('"seed":1', '"seed":2'));
  const damaged = await run(argsFor(out));
  expect(damaged.code).toBe(2);
  expect(damaged.stderr).toContain(progress);
  expect(readFileSync(progress, "utf8")).not.toBe(text);
});
