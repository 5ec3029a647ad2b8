import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { planText } from "../src/commands/comparisonPlan.ts";
import { prepareRun } from "../src/runner/resumeTraining.ts";
import { freshOut, run } from "./commandRunner.ts";
import { settingsOf } from "./runsOnDisk.ts";

test("a comparison goes on by a comparison.json of its own only, as it was written", async () => {
  const [out, sgd] = [freshOut(), settingsOf([], "sgd")];
  mkdirSync(out);
  const file = join(out, "comparison.json");
  const plan = (rate: string) => [
    { name: "sgd-1", settings: settingsOf([`learningRate=${rate}`], "sgd") },
    { name: "adam-1", settings: settingsOf([], "adam") },
  ];
  const refused = async (text: string) => {
    writeFileSync(file, text);
    const { code, stderr } = await run(["resume", out]);
    return [code, stderr];
  };
  const edited = planText(plan("0.1")).replace('"budget":3', '"budget":4');
  expect(await refused(edited)).toEqual([2, `error: ${file}: damaged, its SHA-256 is not the one it names\n`]);
  prepareRun(join(out, "sam-1"), sgd);
  const stranger = "does not name the run sam-1 in its folder; it is another comparison's, or the run is";
  expect(await refused(planText(plan("0.1")))).toEqual([2, `error: ${file}: ${stranger}\n`]);
  rmSync(join(out, "sam-1"), { recursive: true });
  prepareRun(join(out, "sgd-1"), sgd);
  const other = "has other settings for sgd-1 than the run; it is another comparison's, or the run is";
  // One that was made before there were hashes, too.
  for (const text of [planText(plan("0.2")), JSON.stringify(plan("0.2"))]) {
    expect(await refused(text)).toEqual([2, `error: ${file}: ${other}\n`]);
  }
  expect(readdirSync(out).sort()).toEqual(["comparison.json", "sgd-1"]);
});
