import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EvaluationEvent, errorsOf, InputError, type TrainEvent } from "entropy-sgd-training";
import { afterAll, describe, expect, test } from "vitest";
import { changesOfBits, currentEnvironment } from "../src/runs/environment.ts";
import { readRun, readWeights } from "../src/runs/readRun.ts";
import { createRun } from "../src/runs/runFolder.ts";
import { summarise } from "../src/runs/summarise.ts";
import { resolveSettings } from "../src/settings/resolveSettings.ts";
import { medianOf, spreadOf } from "../src/statistics/spread.ts";
import { evaluationAt, threeWeights as model, outerAt, resultWith, startEvent } from "./testRecords.ts";

const root = mkdtempSync(join(tmpdir(), "runs-"));
afterAll(() => rmSync(root, { recursive: true }));

describe("run folders", () => {
  const settings = resolveSettings({ network: "lenet", optimizer: "sgd", budget: 1, seed: 1 });
  const identity = { settings, environment: currentEnvironment(2), dataChecksum: "abc" };
  /** A run under way: its lock stays held until `release`. */
  const create = async (name: string) => {
    const held = await createRun(join(root, name));
    return { ...held.open(identity, model, null), release: held.release };
  };

  test("keep settings, events without weights, and the weights of the last evaluation", async () => {
    const folder = await create("kept/deep");
    const events: TrainEvent[] = [
      startEvent(),
      outerAt(20),
      evaluationAt(20, 0.5, [1, 2, 3]),
      evaluationAt(40, 0.25, [4, 5, 6]),
    ];
    for (const event of events) folder.record(event);
    folder.record({ type: "gradient", gradients: 1, innerStep: 1, batchLoss: 1, scope: null, secondsPerGradient: 1 });
    folder.record({ type: "end", result: resultWith({}) });
    folder.release();
    const path = join(root, "kept/deep");
    expect(readdirSync(path).sort()).toEqual(["config.json", "events.jsonl", "seal.json", "weights.safetensors"]);
    const run = readRun(path);
    expect(run).toMatchObject({ name: "deep", settings, environment: currentEnvironment(2), start: startEvent() });
    expect(run.outers).toEqual([outerAt(20)]);
    expect(run.evaluations.map(({ testError }) => testError)).toEqual([0.5, 0.25]);
    expect(run.result).toEqual(resultWith({}));
    expect(readFileSync(join(path, "events.jsonl"), "utf8").split("\n")).toHaveLength(6);
    const { tensors, metadata } = readWeights(path);
    expect(tensors.map(({ name, data }) => [name, ...data])).toEqual([
      ["w", 4, 5],
      ["b", 6],
      ["bn1.mean", 9],
    ]);
    expect(metadata).toEqual({ network: "lenet", gradients: "40" });
  });

  test("keep the weights of the last evaluation whose loss is finite", async () => {
    const folder = await create("diverging");
    folder.record(evaluationAt(20, 0.5, [1, 2, 3]));
    folder.record({ ...evaluationAt(40, 0.9, [Number.NaN, 2, 3]), testLoss: Number.NaN });
    folder.release();
    expect(readWeights(join(root, "diverging")).metadata.gradients).toBe("20");
  });

  test("are readable after a crash in the middle of a line", async () => {
    const folder = await create("crashed");
    folder.record(startEvent());
    folder.record(outerAt(20));
    appendFileSync(join(root, "crashed", "events.jsonl"), '{"type":"outer","gradi');
    expect(readRun(join(root, "crashed"))).toMatchObject({ outers: [outerAt(20)], result: null });
    expect(() => readWeights(join(root, "crashed"))).toThrow(
      "weights.safetensors: missing; the run has had no evaluation",
    );
    folder.release();
  });

  test("are refused in a folder with a run, with other files, or that cannot be written", async () => {
    (await create("taken")).release();
    await expect(create("taken")).rejects.toThrow(/taken: holds another run; give --out a new or empty folder$/);
    mkdirSync(join(root, "full"));
    writeFileSync(join(root, "full", "notes.txt"), "");
    await expect(create("full")).rejects.toThrow(/full: is not empty; give --out a new or empty folder$/);
    await expect(create("full/notes.txt")).rejects.toThrow(/notes\.txt: must be a folder, it is a file$/);
    await expect(create("full/notes.txt/run")).rejects.toThrow(/run: cannot be written \(ENOTDIR/);
    expect(readdirSync(join(root, "full"))).toEqual(["notes.txt"]);
  });

  test("that were removed or moved away under a run are noticed at the next event", async () => {
    const folder = await create("moved");
    folder.record(startEvent());
    renameSync(join(root, "moved"), join(root, "moved-away"));
    expect(() => folder.record(outerAt(20))).toThrow(/moved: was removed or moved away$/);
    expect(existsSync(join(root, "moved"))).toBe(false);
  });

  test("damaged files are reported with their place", async () => {
    (await create("damaged")).release();
    const path = join(root, "damaged");
    expect(() => readRun(path)).toThrow(/events\.jsonl: has no start event/);
    appendFileSync(join(path, "events.jsonl"), "{}\n");
    expect(() => readRun(path)).toThrow(/events\.jsonl:1: malformed event/);
    writeFileSync(join(path, "config.json"), "{");
    expect(() => readRun(path)).toThrow(/config\.json: malformed JSON$/);
    expect(() => readRun(join(root, "nowhere"))).toThrow(InputError);
  });
});

test("differences that may change the bits of a run are reported: processor, ONNX Runtime, platform, threads and device, not Node or cores", () => {
  const before = { ...currentEnvironment(2), processor: "A", onnxRuntime: "1.0", platform: "linux x64" };
  expect(changesOfBits(before, { ...before, node: "v99", cores: 64 })).toEqual([]);
  const now = { ...before, processor: "B", onnxRuntime: "2.0", platform: "linux arm64", threads: 1 };
  const onGpu = { ...before, device: "webgpu" as const, provider: "WebGpuExecutionProvider", adapter: "H200" };
  expect(changesOfBits(before, onGpu)).toEqual([
    "device: was cpu, is webgpu; the bits of the run may differ from here on",
    "graphics processor: was none, is H200; the bits of the run may differ from here on",
  ]);
  expect(changesOfBits(before, now)).toEqual([
    "processor: was A, is B; the bits of the run may differ from here on",
    "ONNX Runtime: was 1.0, is 2.0; the bits of the run may differ from here on",
    "threads: was 2, is 1; the bits of the run may differ from here on",
    "platform: was linux x64, is linux arm64; the bits of the run may differ from here on",
  ]);
});

describe("results", () => {
  const points = (...values: [validation: number | null, test: number][]): EvaluationEvent[] =>
    values.map(([validationError, testError], i) => ({ ...evaluationAt(i, testError, []), validationError }));

  test("the lowest validation error decides, the earliest of equals, and the lowest test error is a separate field", () => {
    const curve = points([0.03, 0.05], [0.02, 0.04], [0.02, 0.03], [0.025, 0.02], [0.03, 0.06]);
    expect(errorsOf(curve, false)).toEqual({
      validationError: 0.03,
      testError: 0.06,
      bestTestError: 0.04,
      minTestError: 0.02,
    });
  });

  test("there is no best without validation, no last error after divergence, and no error without evaluation", () => {
    expect(errorsOf(points([null, 0.1]), false)).toMatchObject({
      testError: 0.1,
      bestTestError: null,
      minTestError: 0.1,
    });
    const diverged = [...points([0.2, 0.3]), { ...evaluationAt(9, 0.9, []), testLoss: Number.NaN }];
    expect(errorsOf(diverged, true)).toEqual({
      validationError: null,
      testError: null,
      bestTestError: 0.3,
      minTestError: 0.3,
    });
    expect(errorsOf([], false)).toMatchObject({ testError: null, minTestError: null });
  });

  test("means and sample standard deviations by hand", () => {
    expect(spreadOf([1, 2, 3, null])).toEqual({ mean: 2, sd: 1, n: 3 });
    expect(spreadOf([5])).toEqual({ mean: 5, sd: null, n: 1 });
    expect(spreadOf([null, Number.NaN])).toEqual({ mean: null, sd: null, n: 0 });
    expect([medianOf([10, 1, 9]), medianOf([4, 10, 1, 3])]).toEqual([9, 3.5]);
    const summary = summarise([
      resultWith({ testError: 0.01 }),
      resultWith({ testError: 0.03 }),
      resultWith({ optimizer: "adam" }),
    ]);
    expect(Object.keys(summary)).toEqual(["sgd", "adam"]);
    expect(summary.sgd!.test.mean).toBeCloseTo(0.02, 12);
    expect(summary.sgd!.test.sd).toBeCloseTo(Math.SQRT2 / 100, 12);
  });
});
