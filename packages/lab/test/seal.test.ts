/** Runs that have ended: none of their files is believed that is another than at the end. */
import { copyFileSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "entropy-sgd-training";
import { beforeAll, describe, expect, test } from "vitest";
import { numbers } from "../../training/test/tinyTask.ts";
import { resumeTraining } from "../src/runner/resumeTraining.ts";
import { runTraining } from "../src/runner/runTraining.ts";
import { readRun, weightsOf } from "../src/runs/readRun.ts";
import { storedRuns } from "../src/runs/storedRun.ts";
import { resolveSettings } from "../src/settings/resolveSettings.ts";
import { dataFolder, freshOut, run } from "./commandRunner.ts";

const settingsOf = (seed: number) => {
  const named = { network: "mlp-49-16-10", optimizer: "sgd", budget: 2, seed, data: dataFolder(), threads: 1 };
  return resolveSettings({ ...named, set: ["batchSize=50", "validation=100", "checkpointGradients=9"] });
};

let [ended, other] = ["", ""];
beforeAll(async () => {
  [ended, other] = [freshOut(), freshOut()];
  await runTraining(settingsOf(1), { out: ended });
  await runTraining(settingsOf(2), { out: other });
});

function copy(): string {
  const path = freshOut();
  cpSync(ended, path, { recursive: true });
  return path;
}

/** What a run is said to have come to; where that is refused, why. */
function told(path: string): { result: string } | { refusal: string } | { edits: readonly string[]; result: string } {
  try {
    const { name: _, settings: __, seal, ...record } = readRun(path);
    const tensors = weightsOf(path, readRun(path)).tensors.map(({ name, shape, data }) => [name, shape, ...data]);
    const result = JSON.stringify([record, tensors]);
    return seal.edits.length === 0 ? { result } : { edits: seal.edits, result };
  } catch (error) {
    if (error instanceof InputError && error.message.startsWith(path)) return { refusal: error.message };
    throw error;
  }
}

function filesIn(path: string): string[] {
  return readdirSync(path, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(path, name)).isFile())
    .sort();
}

/** Replaces text in a file. */
function edit(path: string, name: string, from: string | RegExp, to: string): void {
  const text = readFileSync(join(path, name), "utf8");
  expect(text).toMatch(from);
  writeFileSync(join(path, name), text.replace(from, to));
}

describe("a sealed run", () => {
  test("is refused or read unchanged after any flip of a bit in any of its files", () => {
    const path = copy();
    const whole = told(ended);
    const next = numbers(7);
    const counts = { same: 0, refused: 0 };
    for (const name of filesIn(path)) {
      const bytes = readFileSync(join(path, name));
      for (let i = 0; i < 60; i++) {
        const [at, bit] = [Math.floor(bytes.length * next()), Math.floor(8 * next())];
        const flipped = Buffer.from(bytes);
        flipped[at]! ^= 1 << bit;
        writeFileSync(join(path, name), flipped);
        const found = told(path);
        if ("refusal" in found) counts.refused += 1;
        else {
          counts.same += 1;
          // Of config.json a setting that changes nothing may be another, which is told.
          expect({ result: found.result }).toEqual(whole);
          if ("edits" in found) expect([name, found.edits.length]).toEqual(["config.json", 1]);
        }
        if (["events.jsonl", "weights.safetensors", "seal.json"].includes(name))
          expect(found).toHaveProperty("refusal");
      }
      writeFileSync(join(path, name), bytes);
    }
    expect(counts.refused).toBeGreaterThan(180);
    expect(told(path)).toEqual(whole);
  });

  test.each(["events.jsonl", "weights.safetensors", "seal.json", "config.json"])(
    "does not take another run's %s for its own, and is made whole by resume or refused",
    async (name) => {
      const path = copy();
      copyFileSync(join(other, name), join(path, name));
      expect(told(path)).toHaveProperty("refusal");
      if (name !== "weights.safetensors") {
        expect(storedRuns(path)[0]).toMatchObject({ status: "torn", reason: expect.stringContaining(path) });
      }
      if (name === "config.json") {
        await expect(resumeTraining(path)).rejects.toThrow(/config\.json: seed is 2, must be 1 as in checkpoint/);
        return;
      }
      const { stderr } = await run(["resume", path]);
      // Another run's seal contradicts config.json, which is the one that is looked at.
      const file = join(path, name === "seal.json" ? "config.json" : name);
      expect(stderr).toMatch(new RegExp(`^warning: ${file}: .*; the files of the run are made again$`, "m"));
      const { result, evaluations } = readRun(path);
      expect(result).toMatchObject({ testError: readRun(ended).result!.testError, reason: "budget" });
      expect(evaluations).toHaveLength(readRun(ended).evaluations.length);
      expect(weightsOf(path, readRun(path))).toEqual(weightsOf(ended, readRun(ended)));
    },
  );

  test("with another seed in config.json does not begin again, even without checkpoints", async () => {
    const path = copy();
    edit(path, "config.json", '"seed": 1', '"seed": 4');
    rmSync(join(path, "checkpoints"), { recursive: true });
    const before = filesIn(path).map((name) => readFileSync(join(path, name), "latin1"));
    await expect(resumeTraining(path)).rejects.toThrow(
      `${join(path, "config.json")}: seed is 4, must be 1 as the run was trained`,
    );
    expect(filesIn(path).map((name) => readFileSync(join(path, name), "latin1"))).toEqual(before);
  });

  test("whose config.json was edited without an effect on the training reports it", async () => {
    const path = copy();
    edit(path, "config.json", '"keepLast": 2', '"keepLast": 5');
    const line = "config.json: keepLast is 5, was 2; the run has ended, it means nothing";
    expect((await run(["runs", "show", path])).stdout).toContain(line);
    expect((await run(["resume", path])).stderr).toContain(line);
  });

  test("gives its result again, and reports that other data and threads are not used", async () => {
    const { code, stderr } = await run(["resume", ended, "--data", "elsewhere", "--threads", "2"]);
    const warning = (name: string): string => `warning: ${name}: not used, the run has ended\n`;
    expect([code, stderr]).toEqual([0, expect.stringContaining(warning("data") + warning("threads"))]);
    expect((await run(["resume", ended])).stderr).not.toContain("not used");
  });

  test("that lost its seal has not ended, and resume ends it again", async () => {
    const path = copy();
    rmSync(join(path, "seal.json"));
    expect(readRun(path).result).toBeNull();
    expect(storedRuns(path)[0]).toMatchObject({ status: "unfinished" });
    await resumeTraining(path);
    expect(readRun(path).result).toMatchObject({ testError: readRun(ended).result!.testError });
    expect(existsSync(join(path, "seal.json"))).toBe(true);
  });

  test("is restored from the copy of config.json in the seal", async () => {
    const path = copy();
    for (const name of ["config.json", "weights.safetensors"]) writeFileSync(join(path, name), "");
    rmSync(join(path, "checkpoints"), { recursive: true });
    await resumeTraining(path);
    const { settings, result } = readRun(path);
    expect(settings).toEqual(settingsOf(1));
    expect(result).toMatchObject({ testError: readRun(ended).result!.testError });
  });
});

describe("a run of a version without seals", () => {
  function old(): string {
    const path = copy();
    rmSync(join(path, "seal.json"));
    const text = readFileSync(join(path, "events.jsonl"), "utf8");
    writeFileSync(join(path, "events.jsonl"), text.replaceAll(/,"sequence":\d+/g, ""));
    return path;
  }

  test("is read, and `runs show` says that it is not sealed", async () => {
    const path = old();
    expect(readRun(path)).toMatchObject({ result: readRun(ended).result, seal: { sealed: false } });
    expect(await resumeTraining(path)).toEqual(readRun(ended).result);
    expect((await run(["runs", "show", path])).stdout).toContain("Not sealed: ");
    expect((await run(["runs", "show", ended])).stdout).not.toContain("Not sealed: ");
  });

  test("refuses events or weights of another run if the files contradict each other", () => {
    const [one, two] = [old(), old()];
    edit(one, "events.jsonl", /"seed":1/, '"seed":2');
    const rule = "seed of the start event must be 1 as in config.json, found 2";
    expect(told(one)).toEqual({ refusal: `${join(one, "events.jsonl")}: ${rule}` });
    edit(two, "events.jsonl", /("type":"evaluation","gradients":)\d+/g, "$199");
    expect(told(two)).toEqual({ refusal: expect.stringContaining('metadata: gradients must be "99", as in the run') });
  });
});
