import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { reproducedRun } from "../src/experiments/reproduce/reproducedRun.ts";
import { reproductionNames } from "../src/experiments/reproduce/reproductions.ts";
import { reproductionFindings } from "../src/pages/reproductionFindings.ts";
import { freshOut, run } from "./commandRunner.ts";
import { recordOf } from "./testRecords.ts";

/** A folder with the reproduction of an experiment by one method with two seeds. */
function folderOf(name: "lenet" | "mnistfc", errors: readonly [number, number], out = freshOut()): string {
  const runs = errors.map((error, i) =>
    reproducedRun(recordOf("entropy-sgd", i + 1, [3 * error, error]), "entropy-sgd"),
  );
  mkdirSync(out, { recursive: true });
  const { json } = reproductionFindings({ name, scale: 1, seeds: 2, runs });
  writeFileSync(join(out, "reproduction.json"), JSON.stringify(json));
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
  ['{"name":"lenet","scale":1,"seeds":1,"runs":[{"name":"adam-1"}]}', ": runs.condition: is required and must be text"],
])("a malformed file is refused: %s", async (text, message) => {
  const file = freshOut();
  writeFileSync(file, text);
  const { code, stderr } = await run(["reproduce", "table", "--from", file, "--out", freshOut()]);
  expect([code, stderr.split("\n").length]).toEqual([2, 2]);
  expect(stderr).toContain(`error: ${file}${message}`);
});

test("a report alone needs runs", async () => {
  const out = freshOut();
  const { code, stderr } = await run(["reproduce", "lenet", "--report-only", "--out", out]);
  expect([code, stderr]).toEqual([2, `error: ${out}: has no run of reproduce lenet with an evaluation\n`]);
});
