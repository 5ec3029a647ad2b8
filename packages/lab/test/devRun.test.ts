/** Trying out a network: --fast-dev-run and --overfit. */
import { existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { optimizerNames } from "entropy-sgd";
import { loadDataSet } from "entropy-sgd-training/node";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadParts } from "../src/runner/loadParts.ts";
import { readRun } from "../src/runs/readRun.ts";
import { dataFolder, freshOut, root, run, small, trainArgs } from "./commandRunner.ts";

describe("train --fast-dev-run", () => {
  let [temporary, before]: [string, string | undefined] = ["", undefined];
  beforeEach(() => {
    before = process.env.TMPDIR;
    temporary = mkdtempSync(join(root, "dev-"));
    process.env.TMPDIR = temporary;
    expect(tmpdir()).toBe(temporary);
  });
  afterEach(() => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  });
  const dev = (...args: string[]) =>
    run(["train", ...small, "--data", dataFolder(), "--budget", "1000", "--fast-dev-run", ...args]);

  test.each(optimizerNames)("does four gradients and one evaluation with %s and keeps nothing", async (optimizer) => {
    const { code, stdout, stderr } = await dev("--optimizer", optimizer, "--json");
    expect(stderr).toContain("4 gradients");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ gradientEvaluations: 4, effectiveEpochs: 1, interrupted: false });
    expect(stderr.match(/epoch 1\.0:/g)).toHaveLength(1);
    expect(readdirSync(temporary)).toEqual([]);
  });

  test("takes settings that are of the whole budget, and says what it has done", async () => {
    const own = ["--set", "averageFrom=900", "--set", "patience=2", "--set", "drops=0.5"];
    const { code, stdout, stderr } = await dev("--optimizer", "swa", ...own);
    expect(stderr).not.toContain("diverged");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Network, task, data and optimizer work together: 4 gradients, .* nothing was kept\n$/);
  });

  test("finds what does not fit, or is not finite", async () => {
    const misfit = await dev("--network", "mlp-49-16-10", "--set", "learningRate=-1");
    expect(misfit.code).toBe(2);
    const infinite = await dev("--optimizer", "sgd", "--set", "learningRate=1e38");
    expect(infinite.code).toBe(3);
    expect(infinite.stdout).toContain("The loss was not finite within");
    expect((await dev("--out", freshOut())).stderr).toContain("cannot be used with option '--out");
    expect(readdirSync(temporary)).toEqual([]);
  });
});

describe("--set trainExamples", () => {
  test("trains on the first training examples and validates and tests on all", async () => {
    const out = freshOut();
    const { code, stdout } = await run(trainArgs(out, "--budget", "2", "--set", "trainExamples=200", "--json"));
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ gradientEvaluations: 20, effectiveEpochs: 5 });
    expect(readRun(out).start).toMatchObject({ gradientsPerEpoch: 4 });
    const { data } = await loadParts(readRun(out).settings);
    const whole = loadDataSet({ data: dataFolder(), validation: 100 });
    expect([data.train, data.validation, data.test].map(({ numExamples }) => numExamples)).toEqual([
      ...[200, whole.validation.numExamples, whole.test.numExamples],
    ]);
    const [few, all] = [data.train, whole.train].map((split) => {
      const example = new Float32Array(28 * 28);
      split.readExampleInto(example, 0, 199);
      return example;
    });
    expect(few).toEqual(all);
  });

  test("more than there are, or none, are refused", async () => {
    const tooMany = await run(trainArgs(freshOut(), "--budget", "1", "--set", "trainExamples=601"));
    expect([tooMany.code, tooMany.stderr]).toEqual([
      2,
      expect.stringContaining("trainExamples: must be at most the 600 training examples, got 601"),
    ]);
    expect((await run(trainArgs(freshOut(), "--budget", "1", "--set", "trainExamples=0"))).code).toBe(2);
  });
});

describe("train --overfit", () => {
  test("trains, validates and tests on the first training examples, which a network learns", async () => {
    const out = freshOut();
    const args = [
      "train",
      "--network",
      "small-mnistfc",
      "--data",
      dataFolder(),
      "--set",
      "validation=100",
      "--out",
      out,
    ];
    const learning = ["--optimizer", "adam", "--budget", "200", "--overfit", "30", "--json"];
    const { code, stdout } = await run([...args, ...learning]);
    expect(code).toBe(0);
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({ validationError: 0, testError: 0, reason: "budget" });
    // The evaluations are of the training examples: the same losses.
    expect(result.trainLoss).toBeLessThan(0.01);
    const { evaluations, settings, start } = readRun(out);
    expect(evaluations.at(-1)!.testLoss).toBeCloseTo(result.trainLoss, 6);
    expect(evaluations.at(-1)!.validationLoss).toBe(evaluations.at(-1)!.testLoss);
    expect(settings).toMatchObject({ overfit: 30, batchSize: 30 });
    expect(start.gradientsPerEpoch).toBe(1);
    const again = await run(["resume", out, "--json"]);
    expect(JSON.parse(again.stdout)).toEqual(result);
    const longer = await run(["resume", out, "--budget", "240", "--json"]);
    expect(JSON.parse(longer.stdout)).toMatchObject({ testError: 0, gradientEvaluations: 240 });
  });

  test.each([
    ["601", [], "overfit: must be at most the 600 training examples, got 601"],
    ["20", ["--set", "batchSize=50"], "batchSize: must be at most the 20 training examples"],
    ["1", [], "at least 2"],
  ])("refuses %s examples with %j", async (count, set, message) => {
    const out = freshOut();
    const { code, stderr } = await run([...trainArgs(out, "--budget", "1", "--overfit", count), ...set]);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
    expect(existsSync(out)).toBe(false);
  });

  test("is in config.json, and null in those of earlier versions", async () => {
    const out = freshOut();
    await run(trainArgs(out, "--optimizer", "sgd", "--budget", "1"));
    const { overfit, ...earlier } = JSON.parse(readFileSync(join(out, "config.json"), "utf8"));
    expect(overfit).toBeNull();
    expect(earlier.batchSize).toBe(50);
  });
});
