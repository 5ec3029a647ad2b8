import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { planReproduction } from "../src/experiments/reproduce/planReproduction.ts";
import { type ReproducedRun, reproducedRun } from "../src/experiments/reproduce/reproducedRun.ts";
import { reproductionNames } from "../src/experiments/reproduce/reproductions.ts";
import { reproductionFindings } from "../src/pages/reproductionFindings.ts";
import { freshOut, run } from "./commandRunner.ts";
import { recordOf } from "./testRecords.ts";

const details = { scale: 1, seeds: 2 };

/** The reproduction of an experiment by one method with two seeds. */
function jsonOf(name: "lenet" | "mnistfc", errors: readonly [number, number]) {
  const { runs: planned } = planReproduction({ name, ...details });
  const runs = errors.map((error, i) => {
    const { settings } = planned.find((one) => one.name === `entropy-sgd-${i + 1}`)!;
    return reproducedRun({ ...recordOf("entropy-sgd", i + 1, [3 * error, error]), settings }, "entropy-sgd");
  });
  return { ...reproductionFindings({ name, ...details, runs }).json, runs };
}

/** A folder with it. */
function folderOf(name: "lenet" | "mnistfc", errors: readonly [number, number], out = freshOut()): string {
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, "reproduction.json"), JSON.stringify(jsonOf(name, errors)));
  return out;
}

test("one table of reproductions made before: what was not run is empty, with its time", async () => {
  const out = freshOut();
  const [lenet, mnistfc] = [folderOf("lenet", [0.005, 0.0051]), folderOf("mnistfc", [0.0139, 0.0141])];
  const from = ["--from", lenet, "--from", join(mnistfc, "reproduction.json")];
  const { code, stdout } = await run(["reproduce", "table", ...from, "--seeds", "2", "--out", out]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^mnistfc, test error, % +entropy-sgd +1\.37 ± 0\.03 +120 +1\.40 ± 0\.01 /m);
  expect(readdirSync(out).sort()).toEqual(
    ["README.md", "lenet.json", "lenet.svg", "mnistfc.json", "mnistfc.svg", "table.json"].sort(),
  );
  const page = readFileSync(join(out, "README.md"), "utf8");
  // 0.505 ± 0.005/√2·√2 against 0.50 with 0.01/√5: 0.005 ± 0.0067.
  expect(page).toContain(
    "| lenet, test error, % | entropy-sgd | 0.50 ± 0.01 | 80 | 0.51 ± 0.01 | 2 ± 0 | 2 | +0.01 ± 0.01 | +0.7 |",
  );
  expect(page).toContain(
    "| lenet, test error, % | adam | 0.51 ± 0.01 | 100 |  |  |  |  |  |  | 2 runs of about 12 min |",
  );
  expect(page).toContain("equivalent within ±0.20 points");
  // Of what nobody ran, one source for all methods; with commas from a thousand milliseconds on.
  expect(page).toContain("- Times of what was not run are from 1,093 ms per gradient, measured on");
  expect(page).not.toMatch(/NaN|undefined|null/);
  const { experiments } = JSON.parse(readFileSync(join(out, "table.json"), "utf8"));
  expect(experiments.map(({ name }: { name: string }) => name)).toEqual(reproductionNames);
  // The copies beside the table make the same table.
  const again = freshOut();
  await run([
    "reproduce",
    "table",
    "--from",
    join(out, "lenet.json"),
    "--from",
    join(out, "mnistfc.json"),
    "--seeds",
    "2",
    "--out",
    again,
  ]);
  expect(readFileSync(join(again, "README.md"), "utf8")).toBe(page);
});

test("what does not fit the time is not begun", async () => {
  const out = freshOut();
  const { code, stderr, stdout } = await run(["reproduce", "table", "--max-minutes", "0.5", "--out", out]);
  expect(code).toBe(0);
  for (const name of reproductionNames) expect(stderr).toContain(`${name}: not begun, it takes about `);
  expect(stdout).toContain("3 runs of about 12 min");
});

test("an experiment that is refused for another reason than data that are not there ends the command as wrong input", async () => {
  const out = freshOut();
  mkdirSync(out);
  // A hundredth of these two is estimated at 0.20 min, of lenet, which comes next, at 0.25 min.
  for (const name of ["mnistfc", "mnistfc-bn"]) writeFileSync(join(out, name), "no folder");
  const limits = ["--scale", "0.01", "--seeds", "1", "--threads", "1", "--max-minutes", "0.22"];
  const { code, stderr } = await run(["reproduce", "table", ...limits, "--out", out]);
  expect([code, stderr]).toEqual([2, expect.stringContaining("mnistfc: not run: ")]);
  expect(stderr).toContain("lenet: not begun, ");
});

test("what was begun with fewer seeds is taken to last as long as the seeds asked for now", async () => {
  const out = freshOut();
  folderOf("lenet", [0.005, 0.0051], join(out, "lenet"));
  const { stderr } = await run(["reproduce", "table", "--max-minutes", "0.5", "--seeds", "3", "--out", out]);
  // One run more of Entropy-SGD with 4000 gradients of 10 ms, and three of Adam with 46,800 of 16 ms: 0.7 + 37.4 min.
  expect(stderr).toContain("lenet: not begun, it takes about 38 min");
});

test.each([
  ["--from of one experiment", ["lenet", "--from", "x"], "--from: is of reproduce table"],
  ["--data of several", ["table", "--data", "x"], "--data: is of one experiment, reproduce table has several"],
  ["a folder without a reproduction", ["table", "--from", "nowhere"], "nowhere: missing"],
])("%s is refused", async (_, args, message) => {
  const { code, stderr } = await run(["reproduce", ...args]);
  expect(code).toBe(2);
  expect(stderr).toContain(message);
});

test.each([
  ["{", ": malformed JSON"],
  ['{"name":"lenet","name":"mnistfc"}', ': keys must differ, "name" is there twice'],
  ['{"name":"other"}', ": name: must be one of mnistfc, "],
  [
    '{"name":"lenet","scale":1,"seeds":1,"runs":[{"name":"adam-1"}]}',
    ": runs.0.condition: is required and must be text",
  ],
])("a malformed file is refused: %s", async (text, message) => {
  const file = freshOut();
  writeFileSync(file, text);
  const { code, stderr } = await run(["reproduce", "table", "--from", file, "--out", freshOut()]);
  expect([code, stderr.split("\n").length]).toEqual([2, 2]);
  expect(stderr).toContain(`error: ${file}${message}`);
});

const lenet = jsonOf("lenet", [0.005, 0.0051]);
const [first, second] = lenet.runs as [ReproducedRun, ReproducedRun];
const whole = "reproduce lenet at scale 1";

test.each([
  ["no mapping", [], ": must be a mapping"],
  [
    "a run twice",
    { ...lenet, runs: [first, first] },
    `: entropy-sgd-1: must be a run of ${whole} with 2 seeds, and be there once`,
  ],
  [
    "a method that it has not",
    { ...lenet, runs: [{ ...first, condition: "sgd" }] },
    `: entropy-sgd-1: must be a run of ${whole} with 2 seeds, and be there once`,
  ],
  [
    "fewer seeds than runs",
    { ...lenet, seeds: 1 },
    `: entropy-sgd-2: must be a run of ${whole} with 1 seed, and be there once`,
  ],
  [
    "another seed than its name",
    { ...lenet, runs: [first, { ...second, settings: first.settings }] },
    `: entropy-sgd-2: must have the settings of ${whole}: seed 2, got 1`,
  ],
  [
    "another experiment",
    { ...lenet, name: "mnistfc" },
    `: entropy-sgd-1: must have the settings of reproduce mnistfc at scale 1: network "mnistfc", got "lenet"`,
  ],
  [
    "another scale",
    { ...lenet, scale: 0.5 },
    ": entropy-sgd-1: must have the settings of reproduce lenet at scale 0.5: budget 50, got 100",
  ],
])("a file is refused that is not what it says: %s", async (_, content, message) => {
  const file = freshOut();
  writeFileSync(file, JSON.stringify(content));
  const { code, stderr } = await run(["reproduce", "table", "--from", file, "--out", freshOut()]);
  expect([code, stderr]).toEqual([2, `error: ${file}${message}\n`]);
});

test("a report alone needs runs", async () => {
  const out = freshOut();
  const { code, stderr } = await run(["reproduce", "lenet", "--report-only", "--out", out]);
  expect([code, stderr]).toEqual([2, `error: ${out}: has no run of reproduce lenet with an evaluation\n`]);
});
