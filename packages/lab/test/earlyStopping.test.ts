/** Early stopping: when a run ends by it, and which weights it keeps. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { resumeTraining } from "../src/runner/resumeTraining.ts";
import { runTraining } from "../src/runner/runTraining.ts";
import { readRun, readWeights } from "../src/runs/readRun.ts";
import type { RunEvent } from "../src/runs/runEvents.ts";
import { freshOut, run, trainArgs } from "./commandRunner.ts";
import { entropy, outcomeOf, settingsOf, trainUntil } from "./runsOnDisk.ts";

// The images are easy: the validation error is soon 0 and cannot improve any more.
const budget = 60;
const patient = { ...settingsOf(["patience=3", "learningRate=0.01"], "sgd"), budget, innerSteps: 5 };
const gradientsOf = (path: string): string | undefined => readWeights(path).metadata.gradients;

describe("train --set patience", () => {
  test("ends early with the weights of the best evaluation, and says so everywhere", async () => {
    const out = freshOut();
    const set = ["--set", "patience=3", "--set", "learningRate=0.01", "--json"];
    const { code, stdout, stderr } = await run(trainArgs(out, "--optimizer", "sgd", "--budget", "60", ...set));
    expect(code).toBe(0);
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({ reason: "early-stopping", interrupted: false, validationError: 0 });
    const { evaluations } = readRun(out);
    const at = evaluations.findIndex(({ validationError }) => validationError === 0);
    expect(evaluations.length).toBe(at + 1 + 3);
    expect(result.bestGradients).toBe(evaluations[at]!.gradients);
    expect(result.bestTestError).toBe(evaluations[at]!.testError);
    expect(result.gradientEvaluations).toBe(evaluations.at(-1)!.gradients);
    expect(result.gradientEvaluations).toBeLessThan(60 * 12);
    expect(gradientsOf(out)).toBe(String(result.bestGradients));
    const words = `the weights are those of gradient ${result.bestGradients}, the best on validation`;
    expect(stderr).toContain(`early stopping after ${result.gradientEvaluations} gradients; ${words}`);
    expect(readFileSync(join(out, "report.html"), "utf8")).toContain("1 of 1 runs ended by early stopping");
    const listed = await run(["runs", "list", out, "--where", "reason=early-stopping"]);
    expect(listed.stdout).toContain("ended (early-stopping)");

    const again = await run(["resume", out, "--json"]);
    expect(JSON.parse(again.stdout)).toEqual(result);
    const longer = await run(["resume", out, "--budget", "90"]);
    expect(longer.code).toBe(2);
    expect(longer.stderr).toContain("was ended by early stopping before its budget; train anew with a larger patience");
    expect(gradientsOf(out)).toBe(String(result.bestGradients));
  });

  test.each([
    [["validation=0"], "patience: needs validation examples, there are none, got 1"],
    [["keepBest=0"], "keepBest: must be at least 1 where there is patience, got 0"],
    [["patience=0"], "patience: must be at least 1, got 0"],
    [["minDelta=-1"], "minDelta: must be at least 0, got -1"],
  ])("refuses %s", async (set, message) => {
    const own = ["patience=1", ...set].flatMap((assignment) => ["--set", assignment]);
    const { code, stderr } = await run(trainArgs(freshOut(), "--budget", "1", ...own));
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe("the run", () => {
  test.each([
    ["sgd", patient],
    ["entropy-sgd", { ...settingsOf([...entropy, "patience=2"]), budget }],
  ])("is the same when it was interrupted before, at and after the best evaluation: %s", async (_, settings) => {
    const [whole, out] = [freshOut(), freshOut()];
    const result = await runTraining(settings, { out: whole });
    expect(result.reason).toBe("early-stopping");
    const { bestGradients = 0, gradientEvaluations } = result;
    const after = (gradients: number) => (event: RunEvent) =>
      event.type === "evaluation" && event.gradients === gradients;
    await trainUntil(out, settings, (event) => event.type === "gradient" && event.gradients === bestGradients - 2);
    for (const gradients of [bestGradients, bestGradients + 2, gradientEvaluations]) {
      const controller = new AbortController();
      const isEnough = after(gradients);
      const onEvent = (event: RunEvent): void => {
        if (isEnough(event) || (event.type === "gradient" && event.gradients === gradients && gradients % 5 !== 0))
          controller.abort("SIGINT");
      };
      const halted = await resumeTraining(out, { signal: controller.signal, onEvent });
      expect(halted).toMatchObject({ interrupted: true, gradientEvaluations: gradients });
      expect(halted.bestGradients).toBeUndefined();
    }
    await resumeTraining(out);
    expect(outcomeOf(out)).toEqual(outcomeOf(whole));
  });

  test("has the evaluations of a run without early stopping, up to its end", async () => {
    const [out, whole] = [freshOut(), freshOut()];
    const { gradientEvaluations, bestGradients } = await runTraining(patient, { out });
    await runTraining({ ...patient, patience: null, keepBest: 99 }, { out: whole });
    const upTo = (path: string) =>
      outcomeOf(path).evaluations.filter(({ gradients }) => gradients <= gradientEvaluations);
    expect(upTo(out)).toEqual(upTo(whole));
    // Its weights are those of that run's checkpoint of the best evaluation, bit for bit.
    const best = readdirSync(join(whole, "checkpoints")).find((name) => {
      const file = join(whole, "checkpoints", name, "weights.safetensors");
      return readFileSync(file).equals(readFileSync(join(out, "weights.safetensors")));
    });
    expect(best).toBeDefined();
    expect(bestGradients).toBeLessThan(gradientEvaluations);
  });

  test("at the end of its budget keeps the best evaluation's weights too, and goes on with a larger one", async () => {
    const [whole, out] = [freshOut(), freshOut()];
    const settings = { ...patient, drops: [] };
    await runTraining(settings, { out: whole });
    const { bestGradients = 0 } = readRun(whole).result!;
    // One evaluation after the best one.
    const short = (bestGradients + 10) / 12;
    const result = await runTraining({ ...settings, budget: short }, { out });
    expect(result).toMatchObject({ reason: "budget", bestGradients });
    expect(gradientsOf(out)).toBe(String(bestGradients));
    const extended = await resumeTraining(out, { budget });
    expect(extended).toMatchObject({ reason: "early-stopping", bestGradients });
    expect(outcomeOf(out).weights).toBe(outcomeOf(whole).weights);
  });

  test("makes its weights again when they are damaged, and needs the checkpoint of the best evaluation", async () => {
    const out = freshOut();
    const { bestGradients } = await runTraining(patient, { out });
    const sound = outcomeOf(out);
    writeFileSync(join(out, "weights.safetensors"), "damaged");
    await resumeTraining(out);
    expect(outcomeOf(out)).toEqual(sound);
    writeFileSync(join(out, "weights.safetensors"), "damaged");
    const checkpoints = join(out, "checkpoints");
    for (const name of readdirSync(checkpoints)) {
      const { content } = JSON.parse(readFileSync(join(checkpoints, name, "state.json"), "utf8"));
      if (content.position.gradients === bestGradients) rmSync(join(checkpoints, name), { recursive: true });
    }
    await expect(resumeTraining(out)).rejects.toThrow(/no intact checkpoint at gradient \d+, the best evaluation/);
  });
});
