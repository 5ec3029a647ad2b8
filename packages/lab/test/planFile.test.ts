import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ExperimentPlan } from "../src/experiments/experiment.ts";
import { readPlan, writePlan } from "../src/experiments/planFile.ts";
import { withOwnHash } from "../src/io/digest.ts";
import { prepareRun } from "../src/runner/resumeTraining.ts";
import { freshOut, run } from "./commandRunner.ts";
import { settingsOf } from "./runsOnDisk.ts";

const compared = (rate: string): ExperimentPlan => ({
  kind: "compare",
  details: null,
  runs: [
    { name: "sgd-1", condition: "sgd", settings: settingsOf([`learningRate=${rate}`], "sgd") },
    { name: "adam-1", condition: "adam", settings: settingsOf([], "adam") },
  ],
});

function textOf(plan: object): string {
  const out = freshOut();
  mkdirSync(out);
  writePlan(out, plan as ExperimentPlan);
  return readFileSync(join(out, "experiment.json"), "utf8");
}

const listed = (rate: string): string =>
  JSON.stringify(compared(rate).runs.map(({ name, settings }) => ({ name, settings })));

test.each([
  ["experiment.json", [(rate: string) => textOf(compared(rate))]],
  // Comparisons had a list of their own before, the first ones without a hash.
  ["comparison.json", [(rate: string) => withOwnHash(listed(rate)), listed]],
] as const)(
  "a comparison goes on by an %s of its own only, as it was written",
  async (planFile, [hashed, ...others]) => {
    const [out, sgd] = [freshOut(), settingsOf([], "sgd")];
    mkdirSync(out);
    const file = join(out, planFile);
    const refused = async (text: string) => {
      writeFileSync(file, text);
      const { code, stderr } = await run(["resume", out]);
      return [code, stderr];
    };
    const edited = hashed("0.1").replace('"budget":3', '"budget":4');
    expect(await refused(edited)).toEqual([2, `error: ${file}: damaged, its SHA-256 is not the one it names\n`]);
    await prepareRun(join(out, "sam-1"), sgd);
    const stranger = "does not name the run sam-1 in its folder; it is another comparison's, or the run is";
    expect(await refused(hashed("0.1"))).toEqual([2, `error: ${file}: ${stranger}\n`]);
    rmSync(join(out, "sam-1"), { recursive: true });
    await prepareRun(join(out, "sgd-1"), sgd);
    const other = "has other settings for sgd-1 than the run; it is another comparison's, or the run is";
    for (const text of [hashed, ...others]) {
      expect(await refused(text("0.2"))).toEqual([2, `error: ${file}: ${other}\n`]);
    }
    expect(readdirSync(out).sort()).toEqual([planFile, "sgd-1"]);
  },
);

test("a plan is what was written; one that is malformed is refused by one line", async () => {
  const out = freshOut();
  mkdirSync(out);
  const file = join(out, "experiment.json");
  writePlan(out, compared("0.1"));
  expect(readPlan(file)).toEqual(compared("0.1"));
  const plan = compared("0.1");
  const [first] = plan.runs;
  for (const wrong of [
    { ...plan, kind: "other" },
    { ...plan, runs: [] },
    { ...plan, runs: [{ ...first, name: "../sgd-1" }] },
    { ...plan, details: { more: 1 } },
    { ...plan, kind: "sweep" },
    { ...plan, kind: "study" },
  ]) {
    writeFileSync(file, textOf(wrong));
    expect(await run(["resume", out])).toMatchObject({ code: 2, stderr: `error: ${file}: malformed\n` });
  }
  writeFileSync(file, textOf({ ...plan, runs: [first, first] }));
  expect((await run(["resume", out])).stderr).toBe(`error: ${file}: names a run twice\n`);
  writeFileSync(file, JSON.stringify(plan));
  expect((await run(["resume", out])).stderr).toBe(`error: ${file}: damaged, its SHA-256 is not the one it names\n`);
});
