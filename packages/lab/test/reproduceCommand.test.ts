import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { dataFolder, freshOut, run } from "./commandRunner.ts";

// Five gradients are an epoch of the small data: each run has one outer step of 20.
const shortened = ["lenet", "--scale", "0.01", "--seeds", "1", "--threads", "1"];
const reproduce = (out: string, ...more: string[]): string[] => {
  return ["reproduce", ...shortened, "--data", dataFolder(), "--out", out, ...more];
};

const read = (out: string, file: string) => JSON.parse(readFileSync(join(out, file), "utf8"));

test("an interrupted reproduction keeps each run that ended and goes on to the whole table", async () => {
  const out = freshOut();
  const stopped = await run(reproduce(out), { stopAt: "adam-1 begins" });
  expect(stopped.code).toBe(130);
  expect(stopped.stderr).toContain(
    "reproduce lenet at scale 0.01: schedules are shortened in proportion: 2 runs of 20",
  );
  const kept = read(out, "entropy-sgd-1.json");
  expect(kept).toMatchObject({ name: "entropy-sgd-1", condition: "entropy-sgd", result: { reason: "budget" } });
  expect(read(out, "reproduction.json")).toMatchObject({ interrupted: true, runs: [kept, { name: "adam-1" }] });
  const { code, stdout, stderr } = await run(["resume", out, "--data", dataFolder()]);
  expect([code, stderr]).toEqual([0, expect.stringContaining("entropy-sgd-1: test error")]);
  expect(stderr).toContain("(ended before)");
  expect(stdout).toContain("At scale 0.01: every run had 1 % of its published budget");
  expect(stdout).toMatch(/^adam +0\.51 ± 0\.01 +100 +\d/m);
  const { interrupted, runs, methods } = read(out, "reproduction.json");
  expect(interrupted).toBeUndefined();
  expect(runs).toEqual([kept, read(out, "adam-1.json")]);
  expect(methods[0]).toMatchObject({ published: { mean: 0.005 }, measured: { best: { n: 1 } }, left: null });
  for (const ending of ["html", "svg", "png"]) expect(readdirSync(out)).toContain(`reproduction.${ending}`);
  // The same command goes on; another one is refused.
  const again = await run(reproduce(out, "--json"));
  expect([again.code, JSON.parse(again.stdout).runs]).toEqual([0, runs]);
  // A report of what is there trains nothing: the second seed is left.
  const report = [...shortened.slice(0, 3), "--seeds", "2", "--report-only", "--out", out];
  const told = await run(["reproduce", ...report]);
  expect([told.code, told.stderr]).toEqual([0, ""]);
  expect(told.stdout).toMatch(/^entropy-sgd .* 1 run of about \d+ min$/m);
  expect(read(out, "reproduction.json")).toMatchObject({ seeds: 2, runs });
  const other = await run(reproduce(out).map((word) => (word === "0.01" ? "0.05" : word)));
  expect([other.code, other.stderr]).toEqual([
    2,
    `error: ${join(out, "entropy-sgd-1")}: holds a run of other settings; choose another --out\n`,
  ]);
}, 60_000);

test("data in another place must be those of their name", async () => {
  const out = freshOut();
  mkdirSync(out);
  writeFileSync(join(out, "warpeace_input.txt"), "All happy families are alike. ".repeat(2000));
  const { code, stderr } = await run(["reproduce", "char-lstm", "--data", out]);
  expect(code).toBe(2);
  expect(stderr).toContain(`error: ${out}: must hold the data of war-and-peace, with the SHA-256 `);
});

test.each([
  ["reproduce lenet --scale 2", "It must be a number above 0, at most 1."],
  ["reproduce lenet --seeds 5001", "error: seeds: must be at most 5000, which give 10000 runs, got 5001"],
  ["compare --network lenet --optimizers sgd,adam,sam --seeds 1e9 --budget 1", "error: seeds: must be at most 3333, "],
])("%s is refused", async (line, message) => {
  const { code, stderr } = await run(line.split(" "));
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});
