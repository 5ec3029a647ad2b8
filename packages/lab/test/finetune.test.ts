/** `finetune`: a model written elsewhere, trained on with a new last layer, frozen parameters and rates of their own. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type ModelSpec, modelBytes } from "../../onnx-grad/test/onnx/models.ts";
import { decodeSafetensors } from "../src/io/safetensors.ts";
import { dataFolder, freshOut, root, run } from "./commandRunner.ts";

const model = join(root, "finetune", "pretrained.onnx");

const wave = (...dims: readonly number[]) => ({
  dims,
  floats: Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i + 1) / 20),
});

/** Convolution, batch norm, ReLU, pooling, then three classes as probabilities. */
const pretrained: ModelSpec = {
  nodes: [
    ["Conv", ["x", "features.conv.weight"], ["c"], { strides: [3, 3], kernel_shape: [5, 5] }],
    ["BatchNormalization", ["c", "features.bn.weight", "features.bn.bias", "mean", "variance"], ["n"]],
    ["Relu", ["n"], ["r"]],
    ["Flatten", ["r"], ["f"]],
    ["Gemm", ["f", "fc.weight", "fc.bias"], ["y"], { transB: 1 }],
    ["Softmax", ["y"], ["p"]],
  ],
  initializers: {
    "features.conv.weight": wave(4, 1, 5, 5),
    "features.bn.weight": { dims: [4], floats: [1, 1.5, 0.5, 1] },
    "features.bn.bias": wave(4),
    mean: { dims: [4], floats: [0, 0.1, 0.2, 0.3] },
    variance: { dims: [4], floats: [1, 0.5, 0.5, 1] },
    "fc.weight": wave(3, 256),
    "fc.bias": wave(3),
  },
  inputs: { x: ["batch", 1, 28, 28] },
  outputs: ["p"],
};

beforeAll(() => {
  mkdirSync(join(root, "finetune"));
  writeFileSync(model, modelBytes(pretrained));
});

const finetune = (out: string, ...more: string[]) =>
  run([
    ...["finetune", model, "--data", dataFolder(), "--budget", "1", "--out", out],
    ...["--set", "validation=100", "--set", "batchSize=50", ...more],
  ]);

const weightsOf = (out: string): Record<string, readonly number[]> => {
  const { tensors } = decodeSafetensors(readFileSync(join(out, "weights.safetensors")), "weights");
  return Object.fromEntries(tensors.map(({ name, data }) => [name, [...data] as number[]]));
};

const frozenWeights = (name: string): number[] => Array.from(pretrained.initializers![name]!.floats!, Math.fround);

describe("finetune", () => {
  test("trains a new head, keeps what is frozen to the bit, resumes and is measured", async () => {
    const [whole, parts] = [freshOut(), freshOut()];
    const options = ["--classes", "10", "--freeze", "features.*", "--learning-rate-factor", "head.*=10"];
    const { code, stderr } = await finetune(whole, ...options);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining("has 10 outputs, not 3") });
    expect(stderr).toContain('Softmax "Softmax_p", is left out');
    const { freeze, learningRateFactor, classes, recipe } = JSON.parse(
      readFileSync(join(whole, "config.json"), "utf8"),
    );
    expect({ freeze, learningRateFactor, classes, recipe }).toEqual({
      freeze: ["features.*"],
      learningRateFactor: { "head.*": 10 },
      classes: 10,
      recipe: "finetune",
    });
    const weights = weightsOf(whole);
    expect(Object.keys(weights).filter((name) => !name.includes(":"))).toEqual([
      ...["features.conv.weight", "features.bn.weight", "features.bn.bias", "head.weight", "head.bias"],
    ]);
    for (const name of ["features.conv.weight", "features.bn.weight", "features.bn.bias"])
      expect(weights[name]).toEqual(frozenWeights(name));
    expect(await finetune(parts, ...options, "--set", "checkpointGradients=5", "--max-minutes", "1e-9")).toMatchObject({
      code: 124,
    });
    expect(await run(["resume", parts])).toMatchObject({ code: 0 });
    expect(weightsOf(parts)).toEqual(weights);
    const slice = ["slice", whole, "--examples", "50", "--points", "3", "--grid", "2", "--json"];
    expect(await run(slice)).toMatchObject({ code: 0 });
    const spectrum = ["spectrum", whole, "--examples", "50", "--steps", "3", "--probes", "2", "--json"];
    expect(await run(spectrum)).toMatchObject({ code: 0 });
  });

  test("is refused where patterns, classes or the model do not fit, before anything is written", async () => {
    const refusals: readonly (readonly [string[], string])[] = [
      [[], "pretrained.onnx: must give outputs of the shape 10 for an example, it gives 3"],
      [["--classes", "7"], "classes: must be the 10 outputs for an example that the data and the task need, got 7"],
      [["--classes", "10", "--freeze", "layer.*"], "freeze: must match a parameter; there are features.conv.weight, "],
      [
        ["--classes", "10", "--learning-rate-factor", "fc.*=2"],
        "learningRateFactor: must match a parameter; there are",
      ],
      [["--classes", "10", "--freeze", "*"], "freeze: must leave a parameter to train"],
      [["--learning-rate-factor", "2"], "It must be pattern=factor."],
      [["--learning-rate-factor", "a=-1"], "It must be at least 0."],
    ];
    for (const [options, message] of refusals) {
      expect(await finetune(freshOut(), ...options)).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(message),
      });
    }
    const named = await run(["finetune", "lenet", "--budget", "1"]);
    expect(named).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("model: must be a file that ends in .onnx"),
    });
  });
});

test("registered networks have parameters frozen and factors too", async () => {
  const out = freshOut();
  const options = ["--network", "small-mnistfc", "--optimizer", "sgld", "--budget", "1", "--data", dataFolder()];
  const patterns = ["--freeze", "fc1.*", "--learning-rate-factor", "*=2", "--learning-rate-factor", "*.bias=0"];
  const more = ["--set", "validation=100", "--set", "batchSize=50", "--out", out];
  expect(await run(["train", ...options, ...patterns, ...more])).toMatchObject({ code: 0 });
  const weights = weightsOf(out);
  const still = freshOut();
  await run(["train", ...options, ...more.slice(0, -1), still, "--set", "learningRate=1e-30", "--set", "noise=0"]);
  const before = weightsOf(still);
  for (const name of ["fc1.weight", "fc1.bias", "fc2.bias"]) expect(weights[name]).toEqual(before[name]);
  expect(weights["fc2.weight"]).not.toEqual(before["fc2.weight"]);
});
