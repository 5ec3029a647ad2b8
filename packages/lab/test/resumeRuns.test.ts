/** Runs in their folders that are resumed, refused, rolled back. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { InputError } from "entropy-sgd-training";
import { describe, expect, test } from "vitest";
import { continueTraining, prepareRun, resumeTraining } from "../src/runner/resumeTraining.ts";
import { runTraining } from "../src/runner/runTraining.ts";
import { readPlace } from "../src/runs/checkpointFormat.ts";
import { currentEnvironment } from "../src/runs/environment.ts";
import { acquireLock } from "../src/runs/lock.ts";
import { readRun } from "../src/runs/readRun.ts";
import type { RunEvent } from "../src/runs/runEvents.ts";
import { dataFolder, freshOut, run, small, trainArgs } from "./commandRunner.ts";
import { afterGradient, entropy, eventsIn, outcomeOf, settingsOf, trainUntil } from "./runsOnDisk.ts";

describe("resume", () => {
  test("continues from the checkpoint of a signal in the middle of an inner loop, and ends with the same files", async () => {
    const [whole, out, settings] = [freshOut(), freshOut(), settingsOf(entropy)];
    await runTraining(settings, { out: whole });
    const first = await trainUntil(out, settings, afterGradient(18));
    expect(first).toMatchObject({ interrupted: true, gradientEvaluations: 18 });
    expect(eventsIn(out).at(-1)).toMatchObject({ type: "end", result: { interrupted: true } });
    const told: RunEvent[] = [];
    const result = await resumeTraining(out, { onEvent: (event) => told.push(event) });
    expect(result.reason).toBe("budget");
    expect(outcomeOf(out)).toEqual(outcomeOf(whole));
    const resumed = { type: "resume", gradients: 18, checkpoint: "002", skipped: [], warnings: [] };
    expect(told.slice(0, 2)).toMatchObject([resumed, { type: "start" }]);
    expect(eventsIn(out).filter(({ type }) => type === "start" || type === "resume")).toMatchObject([
      { type: "start" },
      resumed,
    ]);
    expect(existsSync(join(out, "lock"))).toBe(false);
    // Seconds are those of both parts.
    expect(result.seconds).toBeGreaterThan(readPlace(join(out, "checkpoints", "002")).position.seconds);
  });

  test("begins again without a checkpoint, and needs neither events.jsonl nor config.json", async () => {
    const [whole, out, settings] = [freshOut(), freshOut(), settingsOf([...entropy, "checkpointGradients=7"])];
    await runTraining(settings, { out: whole });
    await prepareRun(out, settings);
    expect(readdirSync(out)).toEqual(["config.json"]);
    await resumeTraining(out);
    expect(outcomeOf(out)).toEqual(outcomeOf(whole));

    const torn = freshOut();
    await trainUntil(torn, settings, afterGradient(30));
    for (const name of ["config.json", "events.jsonl", "weights.safetensors"]) rmSync(join(torn, name));
    await resumeTraining(torn);
    expect(outcomeOf(torn)).toEqual(outcomeOf(whole));
    expect(readRun(torn).settings).toEqual(settings);
  });

  test("of a run that has ended gives its result, and restores its weights if they are damaged", async () => {
    const [out, settings] = [freshOut(), settingsOf(entropy)];
    const result = await runTraining(settings, { out });
    const before = outcomeOf(out);
    expect(await resumeTraining(out)).toEqual(result);
    const file = join(out, "weights.safetensors");
    const bytes = readFileSync(file);
    bytes[bytes.length - 9]! ^= 4;
    writeFileSync(file, bytes);
    expect((await resumeTraining(out)).reason).toBe("budget");
    expect(outcomeOf(out)).toEqual(before);
  });

  test("warns of differences that may change the bits", async () => {
    const [out, settings] = [freshOut(), settingsOf(["checkpointGradients=6"], "sgd")];
    await trainUntil(out, settings, afterGradient(8));
    const told: RunEvent[] = [];
    await resumeTraining(out, { threads: 2, onEvent: (event) => told.push(event) });
    const warnings = ["threads: was 1, is 2; the bits of the run may differ from here on"];
    expect(told[0]).toMatchObject({ type: "resume", warnings });
    expect(readRun(out).environment.threads).toBe(2);
    const { processor, onnxRuntime } = currentEnvironment(1);
    const config = JSON.parse(readFileSync(join(out, "config.json"), "utf8"));
    expect(config.environment).toMatchObject({ processor, onnxRuntime });
  });

  test("refuses other data, other settings, a folder in use, a missing folder and a folder without a run, and changes nothing then", async () => {
    const data = join(freshOut());
    cpSync(dataFolder(), data, { recursive: true });
    const [out, settings] = [freshOut(), settingsOf(["checkpointGradients=6"], "sgd", data)];
    await trainUntil(out, settings, afterGradient(8));
    const files = (): string => ["config.json", "events.jsonl"].map((name) => readFileSync(join(out, name))).join();
    const before = files();

    const labels = join(data, "train-labels-idx1-ubyte");
    const bytes = readFileSync(labels);
    writeFileSync(labels, Buffer.concat([bytes.subarray(0, -1), Buffer.of((bytes.at(-1)! + 1) % 10)]));
    await expect(resumeTraining(out)).rejects.toThrow(
      /the data must be those the run began with, SHA-256 \w+, found \w+ \([^)]+\); --data names the folder where they are$/,
    );
    renameSync(data, `${data}-moved`);
    await expect(resumeTraining(out)).rejects.toThrow(`${data}: there is no such folder`);

    const config = join(out, "config.json");
    const text = readFileSync(config, "utf8");
    writeFileSync(config, text.replace('"seed": 2', '"seed": 3'));
    await expect(resumeTraining(out)).rejects.toThrow(/config\.json: seed is 3, must be 2 as in checkpoint 002$/);
    await expect(continueTraining(out, settings)).rejects.toThrow(
      "holds a run of other settings; choose another --out",
    );
    writeFileSync(config, text);
    expect(files()).toBe(before);

    await expect(resumeTraining(join(out, "nowhere"))).rejects.toThrow("nowhere: there is no such folder");
    await expect(resumeTraining(`${data}-moved`)).rejects.toThrow(/config\.json: missing/);
    // The data in another place, unchanged.
    writeFileSync(join(`${data}-moved`, "train-labels-idx1-ubyte"), bytes);
    expect((await resumeTraining(out, { dataFolder: `${data}-moved` })).reason).toBe("budget");
  });

  test("accepts other intervals of checkpoints, but no setting that changes the bits", async () => {
    const [whole, out, settings] = [freshOut(), freshOut(), settingsOf(["checkpointGradients=6"], "sgd")];
    await runTraining(settings, { out: whole });
    await trainUntil(out, settings, afterGradient(8));
    await continueTraining(out, { ...settings, checkpointGradients: 1, keepLast: 5 });
    expect(outcomeOf(out)).toEqual(outcomeOf(whole));
  });
});

describe("an untrusted folder", () => {
  test.each([
    "config.json",
    "events.jsonl",
    "weights.safetensors",
    "lock",
    "checkpoints",
    "checkpoints/005",
    "checkpoints/005/state.json",
  ])("whose %s leads elsewhere is refused or gets a file of its own; nothing outside is written", async (name) => {
    const [out, outside] = [freshOut(), freshOut()];
    await trainUntil(out, settingsOf(["checkpointGradients=6"], "sgd"), afterGradient(22));
    if (name === "lock") writeFileSync(join(out, name), "{}");
    renameSync(join(out, name), outside);
    symlinkSync(outside, join(out, name));
    const before = contentOf(outside);
    await resumeTraining(out).catch((error: unknown) => expect(error).toBeInstanceOf(InputError));
    expect(contentOf(outside)).toEqual(before);
  });

  test("of a comparison can neither name runs elsewhere nor lead to them by links", async () => {
    const [out, outside] = [freshOut(), freshOut()];
    mkdirSync(out);
    mkdirSync(outside);
    const plan = (name: string) => JSON.stringify([{ name, settings: settingsOf([], "sgd") }]);
    for (const name of ["../elsewhere", "/tmp/x", "sgd-1/../../x", "checkpoints", ""]) {
      writeFileSync(join(out, "comparison.json"), plan(name));
      expect(await run(["resume", out])).toMatchObject({
        code: 2,
        stderr: `error: ${join(out, "comparison.json")}: malformed\n`,
      });
    }
    writeFileSync(join(out, "comparison.json"), plan("sgd-1"));
    symlinkSync(outside, join(out, "sgd-1"));
    const { code, stderr } = await run(["resume", out]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `error: ${join(out, "sgd-1")}: must be a folder, and no symbolic link\n`,
    });
    expect(readdirSync(outside)).toEqual([]);
  });

  /** Names and bytes of a file, or of all files of a folder. */
  function contentOf(path: string): [string, string][] {
    if (!statSync(path).isDirectory()) return [[path, readFileSync(path).toString("hex")]];
    return readdirSync(path).flatMap((name) => contentOf(join(path, name)));
  }
});

describe("a non-finite value", () => {
  // The decay multiplies the weights by 1 − 100 at each step: after some ten gradients the loss is no number.
  const wild = ["learningRate=100", "weightDecay=1", "momentum=0", "nesterov=false", "checkpointGradients=2"];

  test("ends the run with a report of what and where; resume gives the same result", async () => {
    const [out, settings] = [freshOut(), settingsOf(["learningRate=1e38"], "sgd")];
    const result = await runTraining(settings, { out });
    expect(result).toMatchObject({ reason: "non-finite", rollbacks: 0 });
    const told = eventsIn(out).find(({ type }) => type === "non-finite");
    expect(told).toMatchObject({
      type: "non-finite",
      gradients: result.gradientEvaluations,
      what: "batch loss",
      learningRate: expect.closeTo(1e38, -30),
    });
    expect(await resumeTraining(out)).toEqual(result);
    expect(await continueTraining(out, settings)).toEqual(result);
  });

  test("makes the run return to its last checkpoint with smaller rates, as often as the setting allows, with events", async () => {
    const [out, settings] = [
      freshOut(),
      settingsOf(["learningRate=1e38", "rollbacks=2", "rollbackFactor=1e-3"], "sgd"),
    ];
    const failed = await runTraining(settings, { out });
    expect(failed).toMatchObject({ reason: "non-finite", rollbacks: 2 });
    const [first, second] = eventsIn(out).filter(({ type }) => type === "rollback");
    expect(second).toBeUndefined();
    expect(first).toMatchObject({ number: 2, checkpoint: null, gradients: 0, what: "batch loss" });
    expect(first!.learningRateFactor).toBeCloseTo(1e-6, 12);

    const saved = { ...settings, rollbacks: 3, rollbackFactor: 1e-13 };
    const good = freshOut();
    const result = await runTraining(saved, { out: good });
    expect(result.rollbacks).toBe(3);
    expect(result.reason).not.toBe("non-finite");
    // 1e38 · (1e-13)³, and a tenth of it after two fifths of the budget.
    const { learningRate } = eventsIn(good).find(({ type }) => type === "outer") as unknown as { learningRate: number };
    expect(learningRate).toBeCloseTo(0.01, 6);
  });

  test("after checkpoints makes the run return to one of them, and a resumed run has the same bits", async () => {
    const settings = settingsOf([...wild, "rollbacks=4", "rollbackFactor=0.001"], "sgd");
    const [whole, out] = [freshOut(), freshOut()];
    const result = await runTraining(settings, { out: whole });
    expect(result.reason).not.toBe("non-finite");
    expect(result.rollbacks).toBeGreaterThan(0);
    const rollback = eventsIn(whole).find(({ type }) => type === "rollback");
    expect(rollback!.checkpoint).toMatch(/^\d{3}$/);
    expect(rollback!.gradients).toBeGreaterThan(0);
    const after = (event: RunEvent): boolean => event.type === "rollback";
    expect(await trainUntil(out, settings, after)).toMatchObject({ interrupted: true });
    expect(await resumeTraining(out)).toMatchObject({ rollbacks: result.rollbacks });
    expect(outcomeOf(out)).toEqual(outcomeOf(whole));
  });
});

describe("a checkpoint that was diverging already", () => {
  // Multiplied by −99 at each step, the weights overflow some 20 steps after the start, and by −49, −24, … from where they were.
  const settings = settingsOf(
    [
      ...["learningRate=100", "weightDecay=1", "momentum=0", "nesterov=false", "drops="],
      ...["checkpointGradients=2", "keepLast=3", "keepBest=0", "rollbacks=9", "rollbackFactor=0.5"],
    ],
    "sgd",
  );
  const rollbacksIn = (path: string) => {
    const rollbacks: Extract<RunEvent, { type: "rollback" }>[] = [];
    return { path, rollbacks, onEvent: (event: RunEvent) => void (event.type === "rollback" && rollbacks.push(event)) };
  };

  test("is replaced by an earlier one at each rollback, in the end by the start", async () => {
    const { path, rollbacks, onEvent } = rollbacksIn(freshOut());
    // The decay holds the weights where they began: finite, and no better than a guess.
    expect(await runTraining(settings, { out: path, onEvent })).toMatchObject({ reason: "diverged", rollbacks: 7 });
    const places = rollbacks.map(({ gradients }) => gradients);
    const first = places.indexOf(0);
    expect(places.slice(0, first)).toHaveLength(3);
    expect(places.slice(0, first + 1)).toEqual([...new Set(places.slice(0, first + 1))].sort((a, b) => b - a));
    expect(places.slice(first)).toEqual(places.slice(first).map(() => 0));
  });

  test("is replaced in the same way after the process was stopped in between", async () => {
    const whole = rollbacksIn(freshOut());
    await runTraining(settings, { out: whole.path, onEvent: whole.onEvent });
    for (const number of [2, 5]) {
      const parts = rollbacksIn(freshOut());
      const controller = new AbortController();
      const onEvent = (event: RunEvent): void => {
        parts.onEvent(event);
        // The second event after the rollback: a gradient that is not in a checkpoint but the one that this makes.
        if (event.type === "gradient" && parts.rollbacks.length === number) controller.abort("SIGTERM");
      };
      await runTraining(settings, { out: parts.path, signal: controller.signal, onEvent });
      await resumeTraining(parts.path, { onEvent: parts.onEvent });
      expect(parts.rollbacks, String(number)).toEqual(whole.rollbacks);
      expect(outcomeOf(parts.path)).toEqual(outcomeOf(whole.path));
    }
  });
});

describe("the command", () => {
  const interrupted = (args: readonly string[], stopAt: string) => run(args, { stopAt });

  test("prints the command to resume after a signal, which works", async () => {
    const out = freshOut();
    const ended = await interrupted(trainArgs(out, "--optimizer", "sgd", "--budget", "4"), "epoch 1.7");
    expect(ended.code).toBe(130);
    expect(ended.stderr).toContain(`What is done is kept: npx entropy-sgd resume ${out} goes on\n`);
    const { code, stdout, stderr } = await run(["resume", out, "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ reason: "budget", interrupted: false });
    expect(stderr).toMatch(/^Resumes at gradient 20 \(checkpoint \d{3}\)$/m);
    const again = await run(["resume", out, "--json"]);
    expect(again).toMatchObject({ code: 0, stdout });
  });

  test("resumes an interrupted comparison to the result of one without interruption", async () => {
    const args = (out: string) => [
      ...["compare", ...small, "--data", dataFolder(), "--optimizers", "entropy-sgd,sgd", "--seeds", "2"],
      ...["--budget", "3", "--set", "innerSteps=5", "--set", "innerLearningRate=0.03", "--out", out],
    ];
    const [whole, out] = [freshOut(), freshOut()];
    expect((await run(args(whole))).code).toBe(0);
    expect((await interrupted(args(out), "sgd, seed 1")).code).toBe(130);
    expect(readdirSync(out)).not.toContain("sgd-2");
    const { code, stdout } = await run(["resume", out, "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).runs).toHaveLength(4);
    for (const name of ["entropy-sgd-1", "sgd-1", "entropy-sgd-2", "sgd-2"]) {
      expect(outcomeOf(join(out, name)), name).toEqual(outcomeOf(join(whole, name)));
    }
  });

  test("resumes a comparison with its data in another folder, and with other threads", async () => {
    const [data, out] = [freshOut(), freshOut()];
    cpSync(dataFolder(), data, { recursive: true });
    const compare = [
      ...["compare", ...small, "--data", data, "--optimizers", "sgd,adam", "--seeds", "1", "--budget", "3"],
      ...["--threads", "1", "--set", "checkpointGradients=6", "--out", out],
    ];
    expect((await interrupted(compare, "epoch 1.7")).code).toBe(130);
    renameSync(data, `${data}-moved`);
    expect((await run(["resume", out])).stderr).toContain(`${data}: there is no such folder`);
    const { code, stderr } = await run(["resume", out, "--data", `${data}-moved`, "--threads", "2"]);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain("warning: threads: was 1, is 2");
    for (const name of ["sgd-1", "adam-1"]) {
      expect(readRun(join(out, name))).toMatchObject({
        environment: { threads: 2 },
        settings: { data: `${data}-moved` },
        result: { reason: "budget" },
      });
    }
  });

  test("refuses comparisons, sweeps and studies that another process is running in one line", async () => {
    const [out, sweepFile] = [freshOut(), `${freshOut()}.json`];
    mkdirSync(out);
    const lock = acquireLock(out);
    const refused = { code: 2, stdout: "" };
    const line = `error: ${out}: in use by process ${process.pid} since `;
    const compare = ["compare", ...small, "--data", dataFolder(), "--optimizers", "sgd", "--budget", "1"];
    writeFileSync(
      sweepFile,
      JSON.stringify({
        ...{ network: "small-mnistfc", data: dataFolder(), budget: 1, seeds: 1, optimizer: "sgd" },
        set: { batchSize: 50, validation: 100 },
        parameters: { learningRate: [0.1] },
      }),
    );
    for (const args of [
      [...compare, "--out", out],
      ["sweep", sweepFile, "--out", out],
      ["study", "wide-valleys", ...small, "--data", dataFolder(), "--seeds", "2", "--budget", "1", "--out", out],
    ]) {
      const ended = await run(args);
      expect(ended).toMatchObject(refused);
      expect(ended.stderr.split("\n").at(-2)).toContain(line);
      expect(readdirSync(out)).toEqual(["lock"]);
    }
    lock.release();
    expect((await run([...compare, "--out", out])).code).toBe(0);
    expect(readdirSync(out)).not.toContain("lock");
  });

  test("reports damage in one line each and ends with 2", async () => {
    const out = freshOut();
    await interrupted(
      trainArgs(out, "--optimizer", "sgd", "--budget", "4", "--set", "checkpointGradients=5"),
      "epoch 1.7",
    );
    const names = readdirSync(join(out, "checkpoints"));
    writeFileSync(join(out, "checkpoints", names.at(-1)!, "weights.safetensors"), "");
    const first = await interrupted(["resume", out], "Resumes at");
    expect(first.stderr).toMatch(/^warning: checkpoint \d{3} was passed over: .*weights\.safetensors: damaged, /m);
    for (const name of readdirSync(join(out, "checkpoints"))) {
      writeFileSync(join(out, "checkpoints", name, "state.json"), "{}");
    }
    const { code, stdout, stderr } = await run(["resume", out]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^error: [^\n]*checkpoints: no checkpoint is intact \([^\n]*\)\n$/);
  });
});
