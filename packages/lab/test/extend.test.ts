/** Runs that go on beyond their budget, and config.json when it was edited. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { resumeTraining } from "../src/runner/resumeTraining.ts";
import { runTraining } from "../src/runner/runTraining.ts";
import { readRun } from "../src/runs/readRun.ts";
import type { RunEvent } from "../src/runs/runEvents.ts";
import { sameTraining } from "../src/settings/sameTraining.ts";
import { freshOut, run } from "./commandRunner.ts";
import { afterGradient, entropy, eventsIn, outcomeOf, settingsOf, trainUntil } from "./runsOnDisk.ts";

// 1.6 epochs are 20 gradients, which end with an evaluation that 3 epochs, 40 gradients, do not have.
const small = 1.6;
const edit = (path: string, change: (config: Record<string, unknown>) => object): void => {
  const file = join(path, "config.json");
  const config = JSON.parse(readFileSync(file, "utf8"));
  writeFileSync(file, JSON.stringify({ ...config, ...change(config) }));
};

describe("a larger budget", () => {
  test.each([
    ["sgd", ["drops="]],
    ["sgd", ["drops=", "evaluateEvery=2"]],
    ["sam", ["drops="]],
    ["entropy-sgd", [...entropy, "drops=", "scope=1e-3"]],
    ["entropy-sgd", [...entropy, "drops=0.9", "scope=geometricScope(1e-3, 0)"]],
  ])(
    "gives the bits of the run that had it from the start where the schedules are the same: %s %s",
    async (optimizer, set) => {
      const [whole, out, settings] = [freshOut(), freshOut(), { ...settingsOf(set, optimizer), innerSteps: 5 }];
      await runTraining(settings, { out: whole });
      await runTraining({ ...settings, budget: small }, { out });
      // What a drop at 0.9 changes begins after 18 of 20 gradients.
      if (set.includes("drops=0.9")) rmSync(join(out, "checkpoints", "002"), { recursive: true });
      const result = await resumeTraining(out, { budget: 3 });
      const [expected, found] = [outcomeOf(whole), outcomeOf(out)];
      const isExtra = ({ gradients }: { gradients: number }) => gradients === 20;
      const from = set.includes("drops=0.9") ? 15 : 20;
      expect(found.evaluations.some(isExtra)).toBe(from === 20);
      expect({ ...found, evaluations: found.evaluations.filter((event) => !isExtra(event)) }).toEqual(expected);
      expect(result).toMatchObject({ reason: "budget", budget: 3, gradientEvaluations: 40 });
      const { settings: kept, extensions, start } = readRun(out);
      expect(kept).toEqual(settings);
      expect(extensions).toEqual([
        { type: "extend", gradients: from, from: small, to: 3, totalGradients: 40, schedules: [] },
      ]);
      expect(start).toMatchObject({ budget: 3, totalGradients: 40 });
    },
  );

  test("names the schedules that had other values, in which case the run is a different training", async () => {
    const [out, settings] = [freshOut(), settingsOf([...entropy, "drops=0.5", "scope=geometricScope(1e-3, 1e-3)"])];
    await runTraining({ ...settings, budget: small }, { out });
    const told: RunEvent[] = [];
    await resumeTraining(out, { budget: 3, onEvent: (event) => told.push(event) });
    // Half of four outer steps is step 2, which begins with gradient 11; half of eight is step 4.
    const schedules = ["learningRate from gradient 11 on", "scope from gradient 6 on"];
    expect(told.find(({ type }) => type === "extend")).toMatchObject({ gradients: 20, schedules });
    const kept = readRun(out).settings;
    expect(kept).toEqual({ ...settings, extendedFrom: [{ budget: small, gradients: 20 }] });
    expect(sameTraining(kept, settings)).toBe(false);
  });

  test("gives the same run whether one process reaches it or several", async () => {
    const [whole, out, settings] = [freshOut(), freshOut(), settingsOf([...entropy, "checkpointGradients=7"])];
    for (const path of [whole, out]) await runTraining({ ...settings, budget: small }, { out: path });
    await resumeTraining(whole, { budget: 3 });
    for (const gradients of [20, 22, 33]) {
      const controller = new AbortController();
      const onEvent = (event: RunEvent): void => {
        if (event.type === "extend" && gradients === 20) controller.abort();
        if (event.type === "gradient" && event.gradients === gradients) controller.abort();
      };
      expect(await resumeTraining(out, { budget: 3, signal: controller.signal, onEvent })).toMatchObject({
        interrupted: true,
      });
    }
    await resumeTraining(out);
    expect(outcomeOf(out)).toEqual(outcomeOf(whole));
    expect(eventsIn(out).filter(({ type }) => type === "extend")).toHaveLength(1);
    // As a job asks that is started again.
    const ended = await resumeTraining(out, { budget: 3 });
    expect(ended).toEqual(readRun(out).result);
  });

  test("is refused if it is smaller, without checkpoints, for comparisons, and after divergence", async () => {
    const [out, bare, diverged] = [freshOut(), freshOut(), freshOut()];
    await runTraining({ ...settingsOf([], "sgd"), budget: small }, { out });
    await expect(resumeTraining(out, { budget: 1 })).rejects.toThrow(
      `--budget: must be at least the 1.6 effective epochs of ${out}, got 1`,
    );
    await runTraining(settingsOf(["checkpointMinutes=null", "keepBest=0"], "sgd"), { out: bare });
    await expect(resumeTraining(bare, { budget: 4 })).rejects.toThrow(
      `${bare}: has ended and keeps no checkpoint to go on from; train anew with the larger budget`,
    );
    await runTraining(settingsOf(["learningRate=1e38"], "sgd"), { out: diverged });
    await expect(resumeTraining(diverged, { budget: 4 })).rejects.toThrow(
      `${diverged}: diverged, and would do so again`,
    );
    writeFileSync(join(out, "comparison.json"), JSON.stringify([{ name: "sgd-1", settings: settingsOf([], "sgd") }]));
    expect(await run(["resume", out, "--budget", "4"])).toMatchObject({
      code: 2,
      stderr: `error: --budget: lets one run go on, ${out} is a comparison\n`,
    });
  });
});

describe("an edited config.json", () => {
  test("of a run that has ended is refused if it changes the training, and reported as meaningless otherwise", async () => {
    const out = freshOut();
    const result = await runTraining(settingsOf([], "sgd"), { out });
    const told: RunEvent[] = [];
    edit(out, () => ({ keepLast: 7 }));
    expect(await resumeTraining(out, { onEvent: (event) => told.push(event) })).toEqual(result);
    const message = "config.json: keepLast is 7, was 2; the run has ended, it means nothing";
    expect(told).toEqual([{ type: "warning", gradients: 40, message }]);
    edit(out, ({ options }) => ({ options: { ...(options as object), momentum: 0.5 } }));
    await expect(resumeTraining(out)).rejects.toThrow(
      `${join(out, "config.json")}: momentum is 0.5, must be 0.9 as in checkpoint 002`,
    );
  });

  test("with another budget is refused with the command that extends the run, also after a kill during the extension", async () => {
    const [out, whole, settings] = [freshOut(), freshOut(), settingsOf(["drops="], "sgd")];
    await runTraining(settings, { out: whole });
    await runTraining({ ...settings, budget: small }, { out });
    edit(out, () => ({ budget: 3 }));
    const line = `budget is 3, must be ${small} as in checkpoint 001; resume --budget 3 goes on to it`;
    await expect(resumeTraining(out)).rejects.toThrow(line);
    await resumeTraining(out, { budget: 3 });
    expect(outcomeOf(out).weights).toBe(outcomeOf(whole).weights);
  });

  test("with other threads takes effect in the next process, which warns", async () => {
    const out = freshOut();
    await trainUntil(out, settingsOf(["checkpointGradients=6"], "sgd"), afterGradient(8));
    edit(out, () => ({ threads: 2 }));
    const told: RunEvent[] = [];
    await resumeTraining(out, { onEvent: (event) => told.push(event) });
    expect(told[0]).toMatchObject({ warnings: [expect.stringContaining("threads: was 1, is 2")] });
  });
});
