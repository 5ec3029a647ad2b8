/** What computes a run: the option, what config.json keeps of it, and how a run goes on elsewhere. */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { prepareRun, resumeTraining } from "../src/runner/resumeTraining.ts";
import { runTraining } from "../src/runner/runTraining.ts";
import { readRun } from "../src/runs/readRun.ts";
import { resolveSettings } from "../src/settings/resolveSettings.ts";
import { dataFolder, freshOut, trainArgs } from "./commandRunner.ts";

const program = fileURLToPath(new URL("commandProcess.ts", import.meta.url));

/** The command in a process of its own: the system's loader reads its variables once. */
function command(args: readonly string[], driver: string) {
  const env = { ...process.env, VK_DRIVER_FILES: driver };
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", program, ...args], {
    ...{ env, encoding: "utf8" },
  });
  // The driver writes to the stream of errors too.
  return { status, stdout, errors: stderr.split("\n").filter((line) => /^error: (device|cannot)/.test(line)) };
}

const nowhere = "/nowhere/driver.json";

test.each([["train"], ["compare"]])("%s refuses webgpu where there is none, and writes nothing", (name) => {
  const out = freshOut();
  const [, ...args] = trainArgs(out, "--budget", "1", "--device", "webgpu");
  const own = name === "compare" ? ["--optimizers", "sgd"] : [];
  const { status, errors } = command([name, ...args, ...own], nowhere);
  expect(status).toBe(2);
  expect(errors).toEqual([expect.stringMatching(/^error: device: webgpu cannot be used here: .*, got "webgpu"$/)]);
  expect(existsSync(out)).toBe(false);
});

test("sweep refuses webgpu where there is none, and writes nothing", () => {
  const [file, out] = [`${freshOut()}.json`, freshOut()];
  const set = { validation: 100, batchSize: 50 };
  const sweep = { network: "small-mnistfc", budget: 1, data: dataFolder(), optimizer: "sgd", device: "webgpu", set };
  writeFileSync(file, JSON.stringify({ ...sweep, parameters: { learningRate: [0.1, 0.2] } }));
  const { status, errors } = command(["sweep", file, "--out", out], nowhere);
  expect(status).toBe(2);
  expect(errors).toEqual([expect.stringMatching(/^error: device: webgpu cannot be used here: .*, got "webgpu"$/)]);
  expect(existsSync(out)).toBe(false);
});

const settings = resolveSettings({
  ...{ network: "small-mnistfc", optimizer: "sgd", seed: 1, budget: 0.5, data: dataFolder() },
  set: ["validation=100", "batchSize=50", "checkpointGradients=2"],
});

test("a run keeps device and provider; one without them was trained by the processor, and goes on so", async () => {
  const out = freshOut();
  await runTraining(settings, { out });
  const { environment } = readRun(out);
  expect(environment).toMatchObject({ device: "cpu", provider: "CPUExecutionProvider", adapter: null });
  const file = join(out, "config.json");
  const { device: _, ...older } = JSON.parse(readFileSync(file, "utf8"));
  for (const name of ["device", "provider", "adapter"]) delete older.environment[name];
  writeFileSync(file, JSON.stringify(older));
  expect(readRun(out)).toMatchObject({ environment, settings: { device: "cpu" } });
  await resumeTraining(out, { budget: 1 });
  const { resumes, environment: now } = readRun(out);
  expect(now).toEqual(environment);
  expect(resumes.flatMap(({ warnings }) => warnings).filter((words) => /device|graphics/.test(words))).toEqual([]);
});

test("a run that began on a graphics processor is not taken on by the processor unasked", async () => {
  const out = freshOut();
  await prepareRun(out, settings);
  const file = join(out, "config.json");
  const config = JSON.parse(readFileSync(file, "utf8"));
  Object.assign(config.environment, { device: "webgpu", provider: "WebGpuExecutionProvider", adapter: "<a card>" });
  writeFileSync(file, JSON.stringify(config));
  const { status, errors } = command(["resume", out], nowhere);
  expect([status, errors]).toEqual([2, [expect.stringMatching(/^error: device: webgpu cannot be used here/)]]);
  expect(readdirSync(out)).toEqual(["config.json"]);
  await resumeTraining(out, { device: "cpu" });
  expect(readRun(out).environment).toMatchObject({ device: "cpu", adapter: null });
  expect(readRun(out).resumes.at(-1)?.warnings).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^device: was webgpu, is cpu; the bits/),
      expect.stringMatching(/^graphics processor: was <a card>, is none; the bits/),
    ]),
  );
});
