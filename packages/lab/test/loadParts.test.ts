import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { freshCaches } from "../../training/test/temporaryFolder.ts";
import { loadParts } from "../src/runner/loadParts.ts";
import { continueTraining, resumeTraining } from "../src/runner/resumeTraining.ts";
import { readConfig } from "../src/runs/readRun.ts";
import { resolveSettings } from "../src/settings/resolveSettings.ts";

const folder = mkdtempSync(join(tmpdir(), "parts-"));
afterAll(() => rmSync(folder, { recursive: true }));
freshCaches();

test("data of a name that lie in another folder are read as by their name", async () => {
  const file = join(folder, "text.txt");
  // One character of two bytes: 4 characters are 5 bytes.
  writeFileSync(file, "aé\r\n".repeat(600));
  const named = { network: "char-lstm", data: "war-and-peace", optimizer: "adam", seed: 1, budget: 1 };
  const { data, spec } = await loadParts(resolveSettings(named), { dataFolder: file });
  expect(data.preparation?.text?.unit).toBe("bytes");
  expect(spec.outputShape.at(-1)).toBe(5);
  // What the user says comes before.
  const asked = resolveSettings({ ...named, set: ["data.unit=characters"] });
  const { spec: other } = await loadParts(asked, { dataFolder: file });
  expect(other.outputShape.at(-1)).toBe(4);
});

test("a run that began with data of a name in another folder goes on with them as with those of the name", async () => {
  const file = join(folder, "begun.txt");
  writeFileSync(file, "aé\r\n".repeat(200));
  const settings = resolveSettings({
    ...{ network: "char-lstm", data: "war-and-peace", optimizer: "adam", seed: 1, budget: 1, threads: 1 },
    set: ["batchSize=2", "data.steps=10", "validation=100", "data.test=100"],
  });
  const run = join(folder, "run");
  const result = await continueTraining(run, settings, { dataFolder: file });
  const own = readConfig(run).settings;
  expect([own.data, own.dataOptions]).toEqual([file, { unit: "bytes", steps: 10, test: 100 }]);
  const { data, spec } = await loadParts(own, { run });
  expect([data.preparation?.text?.unit, spec.outputShape]).toEqual(["bytes", [10, 5]]);
  // It is the run of the plan, wherever its data are.
  expect(await continueTraining(run, settings)).toEqual(result);
  const longer = await resumeTraining(run, { budget: 2 });
  expect(longer.gradientEvaluations).toBe(2 * result.gradientEvaluations);
});

test("a name may be the other place", async () => {
  const settings = resolveSettings({
    network: "char-lstm",
    data: "elsewhere.txt",
    optimizer: "adam",
    seed: 1,
    budget: 1,
  });
  const named = continueTraining(join(folder, "named"), settings, { dataFolder: "tiny-shakespeare" });
  await expect(named).rejects.toThrow("tiny-shakespeare: not fetched yet");
});
