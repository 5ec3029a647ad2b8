import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { optimizerNames } from "entropy-sgd";
import { describe, expect, test } from "vitest";
import { presetsOf } from "../src/settings/presets.ts";
import { resolveSettings, type SettingsRequest } from "../src/settings/resolveSettings.ts";
import { readRunFile, runFileSchema, runFileText } from "../src/settings/runFile.ts";
import { settingsWith } from "../src/settings/settings.ts";
import { dataFolder, freshOut, root, run } from "./commandRunner.ts";

let numFiles = 0;
function fileOf(text: string): string {
  const path = join(root, `settings-${numFiles++}.yaml`);
  writeFileSync(path, text);
  return path;
}
const print = async (...args: string[]) => run(["train", ...args, "--print-config"]);
const resolvedFrom = (path: string) => resolveSettings(readRunFile(path).request as SettingsRequest);

describe("a printed configuration gives the same settings again", () => {
  const cases = optimizerNames.flatMap((optimizer) =>
    Object.keys(presetsOf(optimizer) ?? { none: {} }).map((preset) => [optimizer, preset] as const),
  );
  test.each(cases)("%s, preset %s", (optimizer, name) => {
    const preset = name === "none" ? undefined : name;
    const set = ["drops=0.2,0.7", "checkpointMinutes=null", "heldOut=random", "learningRate=0.1234567890123"];
    const settings = resolveSettings({ network: "lenet", optimizer, preset, budget: 0.1, seed: 7, threads: 2, set });
    expect(resolvedFrom(fileOf(runFileText(settings)))).toEqual(settings);
  });

  test("the paper's recipe, and no drops", () => {
    const set = ["drops="];
    const settings = resolveSettings({ network: "lenet", optimizer: "adam", recipe: "paper", budget: 1, seed: 1, set });
    expect(resolvedFrom(fileOf(runFileText(settings)))).toEqual(settings);
  });
});

describe("train --config", () => {
  test("trains the run of the same options, whose config.json and printed settings give it again", async () => {
    const [byOptions, byFile, byPrinted, byConfig] = [freshOut(), freshOut(), freshOut(), freshOut()];
    const text = `network: small-mnistfc\nbudget: 2\nseed: 3\noptimizer: sgd\ndata: data\nset: {validation: 100, batchSize: 50}\n`;
    const own = ["--network", "small-mnistfc", "--optimizer", "sgd", "--budget", "2", "--seed", "3"];
    const set = ["--set", "validation=100", "--set", "batchSize=50"];
    const options = ["train", ...own, "--data", dataFolder(), ...set, "--out", byOptions];
    const file = fileOf(text);
    expect((await run(options)).code).toBe(0);
    expect((await run(["train", "--config", file, "--out", byFile])).code).toBe(0);
    const printed = fileOf((await print("--config", file)).stdout);
    expect((await run(["train", "--config", printed, "--out", byPrinted])).code).toBe(0);
    expect((await run(["train", "--config", join(byOptions, "config.json"), "--out", byConfig])).code).toBe(0);
    const weights = (out: string) => readFileSync(join(out, "weights.safetensors"));
    for (const out of [byFile, byPrinted, byConfig]) expect(weights(out).equals(weights(byOptions)), out).toBe(true);
  });

  test("takes options of the command before those of the file", async () => {
    const file = fileOf(
      `network: lenet\nbudget: 2\nseed: 3\noptimizer: sgd\nset: {learningRate: 0.5, momentum: 0.5}\n`,
    );
    const { code, stdout } = await print("--config", file, "--seed", "4", "--set", "learningRate=0.25", "--json");
    expect(code).toBe(0);
    const printed = JSON.parse(stdout);
    expect(printed).toMatchObject({ network: "lenet", budget: 2, seed: 4, optimizer: "sgd" });
    expect(printed.set).toMatchObject({ learningRate: 0.25, momentum: 0.5 });
    const switched = JSON.parse((await print("--config", fileOf("network: lenet\nbudget: 1\n"), "--json")).stdout);
    expect(switched).toMatchObject({ optimizer: "entropy-sgd", preset: "paper", seed: 1, recipe: "tuned" });
  });

  test.each<[what: string, text: string, message: RegExp]>([
    [
      "a misspelt name",
      "network: lenet\nbugdet: 2\n",
      /:2:1: bugdet: is unknown here; possible are network, .*, set$/m,
    ],
    ["a misspelt option", "network: lenet\nset:\n  momentun: 1\n", /:3:3: set\.momentun: is unknown here; possible/],
    ["a value of another kind", "network: lenet\nbudget: many\n", /:2:9: budget: must be .* got "many"/],
    ["an option out of range", "network: lenet\nbudget: 1\nset:\n  batchSize: 1\n", /:4:14: set\.batchSize: must be/],
    [
      "one that the optimizer lacks",
      "network: lenet\nbudget: 1\noptimizer: sgd\nset: {noise: 1}\n",
      /:4:14: .*unknown for sgd/,
    ],
    ["an unknown network", "budget: 1\nnetwork: lennet\n", /:2:10: network: must be one of/],
    ["a preset without a choice", "network: lenet\nbudget: 1\noptimizer: sgd\npreset: lua\n", /:4:9: preset: only/],
    ["malformed YAML", "network: [lenet\n", /:\d+:\d+: malformed YAML/],
    ["what only the file of a sweep has", "network: lenet\nseeds: 3\n", /:2:1: seeds: is unknown here/],
    [
      "an option that needs the data",
      "network: small-mnistfc\nbudget: 1\nset: {batchSize: 99999}\n",
      /:3:18: .*must be at most/,
    ],
  ])("refuses %s by its place", async (_, text, message) => {
    const out = freshOut();
    const { code, stderr } = await run([
      "train",
      "--config",
      fileOf(text),
      "--out",
      out,
      "--data",
      dataFolder(),
      "--set",
      "validation=9",
    ]);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });

  test("does not blame the file for a value of the command line", async () => {
    const file = fileOf("network: lenet\nbudget: 1\noptimizer: sgd\nset: {momentum: 0.5}\n");
    const { code, stderr } = await run(["train", "--config", file, "--set", "momentum=wrong"]);
    expect(code).toBe(2);
    expect(stderr).toBe('error: --set momentum: must be in [0, 1), got "wrong"\n');
  });

  test("says what is given nowhere", async () => {
    const { code, stderr } = await run(["train", "--config", fileOf("network: lenet\n")]);
    expect(code).toBe(2);
    expect(stderr).toContain("required option '--budget <epochs>' not specified, nor budget in a file of --config");
    expect((await run(["train", "--config", join(root, "nowhere.yaml")])).stderr).toContain("nowhere.yaml");
  });
});

test("the schema has every setting that a user gives, and the examples keep its rules", () => {
  const folder = fileURLToPath(new URL("../../../examples/configurations", import.meta.url));
  const schema = JSON.parse(readFileSync(new URL("../schemas/run.schema.json", import.meta.url), "utf8"));
  for (const name of settingsWith("ask")) expect(schema.properties[name]?.description.length, name).toBeGreaterThan(10);
  for (const name of settingsWith("set")) expect(schema.properties.set.properties[name], name).toBeDefined();
  expect(runFileSchema().safeParse({ network: "lenet", set: { momentum: 2 } }).success).toBe(false);
  const files = readdirSync(folder);
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) {
    expect(() => resolvedFrom(join(folder, file))).not.toThrow();
    const text = readFileSync(join(folder, file), "utf8");
    expect(text).toMatch(/^# yaml-language-server: \$schema=\.\.\/\.\.\/packages\/lab\/schemas\/run\.schema\.json\n/);
  }
});

test("options of task and data, and a network's file, are from the file's folder and come back", () => {
  const text = `network: nets/own.mjs\noptimizer: sgd\nbudget: 1\nseed: 1\ntask: classification\ntaskOptions: {labelSmoothing: 0.1, names: ["3", "x,y"]}\ndataOptions: {header: "true", single: [5]}\n`;
  const settings = resolvedFrom(fileOf(text));
  expect(settings).toMatchObject({
    network: "own.mjs",
    networkFile: join(root, "nets/own.mjs"),
    taskOptions: { labelSmoothing: 0.1, names: ["3", "x,y"] },
    dataOptions: { header: "true", single: [5] },
  });
  expect(resolvedFrom(fileOf(runFileText(settings)))).toEqual(settings);
  const { request } = readRunFile(fileOf(text));
  const set = [...(request.set ?? []), "task.labelSmoothing=0.2"];
  expect(resolveSettings({ ...(request as SettingsRequest), set }).taskOptions).toMatchObject({ labelSmoothing: 0.2 });
});
