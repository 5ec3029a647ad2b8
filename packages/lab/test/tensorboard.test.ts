import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { decodeSafetensors } from "../src/io/safetensors.ts";
import { resumeTraining } from "../src/runner/resumeTraining.ts";
import { runTraining } from "../src/runner/runTraining.ts";
import { readRun } from "../src/runs/readRun.ts";
import { recordOf, recordsIn } from "../src/runs/tensorboard/records.ts";
import { histogram } from "../src/runs/tensorboard/summaries.ts";
import { freshOut, run, trainArgs } from "./commandRunner.ts";
import { afterGradient, entropy, outcomeOf, settingsOf, trainUntil } from "./runsOnDisk.ts";
import { eventsInFile, eventsInFolder, type ReadEvent, scalarsOf, valuesOf } from "./tensorboardFiles.ts";

const float = Math.fround;
const tagsOf = (events: readonly ReadEvent[]): string[] => [
  ...new Set(events.flatMap(({ summary }) => summary?.value ?? []).map(({ tag }) => tag)),
];
/** All that is shown but the settings, without times. */
const shown = (events: readonly ReadEvent[]) =>
  events
    .flatMap(({ step = 0, summary }) => (summary?.value ?? []).map(({ tag, tensor }) => ({ step, tag, tensor })))
    .filter(({ tag }) => tag !== "settings");

describe("--tensorboard", () => {
  test("writes each outer step and evaluation with its gradients, as in events.jsonl", async () => {
    const out = freshOut();
    const { code } = await run(trainArgs(out, "--budget", "2", "--seed", "3", "--tensorboard"));
    expect(code).toBe(0);
    const events = await eventsInFolder(join(out, "tensorboard"));
    const { outers, evaluations, result } = readRun(out);
    expect(events[0]).toMatchObject({ file_version: "brain.Event:2", source_metadata: { writer: "entropy-sgd-lab" } });
    for (const [tag, field] of [
      ["training/batchLoss", "batchLoss"],
      ["training/learningRate", "learningRate"],
      ["training/gradientNorm", "gradientNorm"],
      ["localEntropy/scope", "scope"],
      ["localEntropy/distance", "distance"],
      ["localEntropy/gradientNorm", "localEntropyGradientNorm"],
    ] as const) {
      expect(scalarsOf(events, tag)).toEqual(outers.map((event) => [event.gradients, float(event[field]!)]));
    }
    for (const part of ["validation", "test"] as const) {
      expect(scalarsOf(events, `${part}/loss`)).toEqual(
        evaluations.map((event) => [event.gradients, float(event[`${part}Loss`]!)]),
      );
      expect(scalarsOf(events, `${part}/error`)).toEqual(
        evaluations.map((event) => [event.gradients, float(event[`${part}Metrics`]!.error!)]),
      );
    }
    expect(scalarsOf(events, "training/loss")).toEqual([[result!.gradientEvaluations, float(result!.trainLoss!)]]);
    const [[step, { metadata }]] = valuesOf(events, "localEntropy/scope") as [ReturnType<typeof valuesOf>[number]];
    expect([step, metadata]).toEqual([
      outers[0]!.gradients,
      {
        plugin_data: { plugin_name: "scalars" },
        summary_description: "Scope γ, in units of loss per squared weight.",
        data_class: "DATA_CLASS_SCALAR",
      },
    ]);
    // Times are those of the writing, in seconds.
    const times = events.map(({ wall_time }) => wall_time);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(Math.abs(times[0]! - Date.now() / 1000)).toBeLessThan(600);
  });

  test("writes histograms of the weights at each evaluation, and the settings as a table", async () => {
    const out = freshOut();
    await run(trainArgs(out, "--budget", "2", "--seed", "3", "--optimizer", "sgd", "--tensorboard"));
    const events = await eventsInFolder(join(out, "tensorboard"));
    const { evaluations } = readRun(out);
    const file = join(out, "weights.safetensors");
    const { tensors } = decodeSafetensors(readFileSync(file), file);
    expect(tagsOf(events).filter((tag) => tag.startsWith("weights/"))).toEqual(
      tensors.map(({ name }) => `weights/${name}`),
    );
    for (const { name, data } of tensors) {
      const values = valuesOf(events, `weights/${name}`);
      expect(values.map(([step]) => step)).toEqual(evaluations.map(({ gradients }) => gradients));
      const { metadata } = values[0]![1];
      expect(metadata).toMatchObject({ plugin_data: { plugin_name: "histograms" }, data_class: "DATA_CLASS_TENSOR" });
      // The last one is of the weights that the run keeps.
      const { dtype, tensor_shape, double_val } = values.at(-1)![1].tensor;
      const rows = double_val!.length / 3;
      expect([dtype, tensor_shape.dim]).toEqual(["DT_DOUBLE", [{ size: rows }, { size: 3 }]]);
      const counts = double_val!.filter((_, i) => i % 3 === 2);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(data.length);
      expect([double_val![0], double_val!.at(-2)]).toEqual([Math.min(...data), Math.max(...data)]);
    }
    expect(tagsOf(events)).not.toContain("localEntropy/scope");
    const [[, { tensor, metadata }]] = valuesOf(events, "settings") as [ReturnType<typeof valuesOf>[number]];
    expect(metadata).toMatchObject({ plugin_data: { plugin_name: "text" } });
    const lines = Buffer.from(tensor.string_val![0]!).toString().split("\n");
    expect(lines.slice(0, 2)).toEqual(["| setting | value |", "|---|---|"]);
    expect(lines).toContain("| optimizer | sgd |");
    expect(lines).toContain("| options.learningRate | 0.03 |");
  });

  test("is off without being asked for", async () => {
    const out = freshOut();
    await runTraining(settingsOf(entropy), { out });
    expect(existsSync(join(out, "tensorboard"))).toBe(false);
  });

  test("changes no bit of the training", async () => {
    const [one, two] = [freshOut(), freshOut()];
    await runTraining(settingsOf(entropy), { out: one });
    await runTraining(settingsOf([...entropy, "tensorboard=true"]), { out: two });
    expect(outcomeOf(two)).toEqual(outcomeOf(one));
  });
});

describe("a run that goes on", () => {
  // Checkpoints at 7, 14, 21 and 28 gradients.
  const settings = settingsOf([...entropy, "tensorboard=true", "checkpointGradients=7"]);
  const wholeRun = (async () => {
    const out = freshOut();
    await runTraining(settings, { out });
    return shown(await eventsInFolder(join(out, "tensorboard")));
  })();

  /** As a kill leaves it: without an end, and with a record that is cut. */
  async function killedRun(): Promise<{ readonly out: string; readonly file: string }> {
    const out = freshOut();
    const onEvent = (event: Parameters<ReturnType<typeof afterGradient>>[0]): void => {
      if (afterGradient(33)(event)) throw new Error("killed");
    };
    await expect(runTraining(settings, { out, onEvent })).rejects.toThrow("killed");
    const file = join(out, "tensorboard", "events.out.tfevents.0001");
    return { out, file };
  }

  test("after a signal has each step once", async () => {
    const out = freshOut();
    await trainUntil(out, settings, afterGradient(18));
    await resumeTraining(out);
    expect(shown(await eventsInFolder(join(out, "tensorboard")))).toEqual(await wholeRun);
    expect(readdirSync(join(out, "tensorboard"))).toHaveLength(2);
  });

  test("after a kill has each step once, and a record that was cut is gone", async () => {
    const { out, file } = await killedRun();
    expect(scalarsOf(await eventsInFile(file), "training/batchLoss").at(-1)![0]).toBe(30);
    appendFileSync(file, recordOf(new Uint8Array(100)).subarray(0, 50));
    await resumeTraining(out);
    expect(scalarsOf(await eventsInFile(file), "training/batchLoss").at(-1)![0]).toBe(25);
    expect(shown(await eventsInFolder(join(out, "tensorboard")))).toEqual(await wholeRun);
  });

  test("takes out what followed its checkpoint at the same gradient, and goes by the steps where the checkpoint has no mark", async () => {
    const { out, file } = await killedRun();
    const records = [...recordsIn(readFileSync(file))];
    const events = await eventsInFile(file);
    const mark = events.map(({ session_log }) => session_log?.status).lastIndexOf("CHECKPOINT");
    expect(events[mark]).toMatchObject({ step: 28, session_log: { checkpoint_path: "28 gradients, 2 evaluations" } });
    const bytes = readFileSync(file);
    const without = Buffer.concat([bytes.subarray(0, records[mark]!.start), bytes.subarray(records[mark]!.end)]);
    writeFileSync(file, without);
    await resumeTraining(out);
    expect(shown(await eventsInFolder(join(out, "tensorboard")))).toEqual(await wholeRun);
  });

  test("with smaller rates after it was not finite has each step once", async () => {
    const wild = ["learningRate=100", "weightDecay=1", "momentum=0", "nesterov=false", "checkpointGradients=2"];
    const out = freshOut();
    const set = [...wild, "rollbacks=4", "rollbackFactor=0.001", "tensorboard=true"];
    const { rollbacks } = await runTraining(settingsOf(set, "sgd"), { out });
    expect(rollbacks).toBeGreaterThan(0);
    const events = await eventsInFolder(join(out, "tensorboard"));
    const { outers } = readRun(out);
    expect(scalarsOf(events, "training/batchLoss")).toEqual(
      outers.map(({ gradients, batchLoss }) => [gradients, float(batchLoss)]),
    );
  });

  test("from its start has one file", async () => {
    const out = freshOut();
    const none = settingsOf([...entropy, "tensorboard=true", "keepBest=0"]);
    const killed = (event: Parameters<ReturnType<typeof afterGradient>>[0]): void => {
      if (afterGradient(22)(event)) throw new Error("killed");
    };
    await expect(runTraining(none, { out, onEvent: killed })).rejects.toThrow("killed");
    await resumeTraining(out);
    expect(readdirSync(join(out, "tensorboard"))).toEqual(["events.out.tfevents.0001"]);
    expect(valuesOf(await eventsInFolder(join(out, "tensorboard")), "settings").map(([step]) => step)).toEqual([0]);
    expect(shown(await eventsInFolder(join(out, "tensorboard")))).toEqual(await wholeRun);
  });

  test("refuses a file that holds other records", async () => {
    const { out, file } = await killedRun();
    writeFileSync(file, recordOf(Uint8Array.of(0xff, 0xff)));
    await expect(resumeTraining(out)).rejects.toThrow(
      `${file}: must be an event file of TensorBoard; remove it to go on`,
    );
  });
});

describe("runs export --format tensorboard", () => {
  test("writes a folder for each run, with what training writes and the last weights", async () => {
    const [runs, boards] = [freshOut(), freshOut()];
    for (const name of ["one", "group/two"]) {
      await run(trainArgs(join(runs, name), "--budget", "2", "--seed", "3", "--tensorboard"));
    }
    const { code, stdout } = await run(["runs", "export", runs, "--format", "tensorboard", "--out", boards]);
    expect([code, stdout]).toEqual([0, `2 runs are in ${boards}; tensorboard --logdir ${boards} shows them\n`]);
    const exported = await eventsInFolder(join(boards, "group", "two"));
    const trained = await eventsInFolder(join(runs, "group", "two", "tensorboard"));
    const isWeights = ({ tag }: { readonly tag: string }): boolean => tag.startsWith("weights/");
    const last = readRun(join(runs, "group", "two")).evaluations.at(-1)!;
    const wanted = shown(trained).filter((value) => !isWeights(value) || value.step === last.gradients);
    const inOrder = (values: ReturnType<typeof shown>) =>
      [...values].sort((a, b) => (a.tag < b.tag ? -1 : a.tag > b.tag ? 1 : a.step - b.step));
    expect(inOrder(shown(exported))).toEqual(inOrder(wanted));
    // Between two evaluations, whose times are known, at their gradients' share.
    const timeAt = (gradients: number): number => exported.find(({ step }) => step === gradients)!.wall_time;
    expect(timeAt(last.gradients) - exported[0]!.wall_time).toBeCloseTo(last.seconds, 3);
  });

  test.each([
    [["--format", "tensorboard"], "--out: must say where event files are written"],
    [
      ["--format", "tensorboard", "--evaluations", "--out", "boards"],
      "--evaluations: is for tables; event files have all steps",
    ],
  ])("refuses %j", async (args, message) => {
    expect(await run(["runs", "export", "packages", ...args])).toMatchObject({
      code: 2,
      stderr: `error: ${message}\n`,
    });
  });

  test("refuses a folder that is not empty, and leaves out what has not begun", async () => {
    const runs = freshOut();
    await run(trainArgs(join(runs, "one"), "--budget", "1", "--seed", "3"));
    const args = ["runs", "export", runs, "--format", "tensorboard", "--out"];
    expect(await run([...args, runs])).toMatchObject({ code: 2, stderr: expect.stringContaining("is not empty") });
    writeFileSync(join(runs, "one", "config.json"), "{");
    const { code, stdout, stderr } = await run([...args, freshOut()]);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^0 runs are in /)]);
    expect(stderr).toMatch(/^warning: one: left out, .*config\.json/);
  });
});

describe("records and histograms", () => {
  test("end at the first that is damaged", () => {
    const bytes = Buffer.concat([recordOf(Uint8Array.of(1)), recordOf(Uint8Array.of(2, 3))]);
    expect([...recordsIn(bytes)].map(({ data }) => [...data])).toEqual([[1], [2, 3]]);
    for (let at = 17; at < bytes.length; at++) {
      const damaged = Buffer.from(bytes);
      damaged[at]! ^= 1;
      expect([...recordsIn(damaged)]).toHaveLength(1);
      expect([...recordsIn(bytes.subarray(0, at))]).toHaveLength(1);
    }
  });

  test("have the values that are finite", () => {
    const rowsOf = (values: readonly number[]) => histogram("a", values, "")?.tensor.doubleVal;
    expect(rowsOf([2, 2, Number.NaN])).toEqual([1.5, 2.5, 2]);
    expect(rowsOf([Number.NaN, Number.POSITIVE_INFINITY])).toBeUndefined();
    const rows = rowsOf([0, 0, 1, 30, Number.NEGATIVE_INFINITY])!;
    expect(rows).toHaveLength(90);
    expect([rows.slice(0, 3), rows.slice(3, 6), rows.slice(87)]).toEqual([
      [0, 1, 2],
      [1, 2, 1],
      [29, 30, 1],
    ]);
  });
});
