import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { progressListener } from "../src/commands/progress.ts";
import { dataFolder, freshOut, run, small, trainArgs } from "./commandRunner.ts";
import { evaluationAt, gradientAt, resultWith, startEvent } from "./testRecords.ts";

describe("train", () => {
  test("--json prints one object with the promised fields and nothing else on standard output", async () => {
    const out = freshOut();
    const { code, stdout, stderr } = await run(
      trainArgs(
        out,
        "--optimizer",
        "entropy-sgd",
        "--preset",
        "lua",
        "--budget",
        "5",
        "--seed",
        "3",
        "--set",
        "innerSteps=5",
        "--set",
        "innerLearningRate=0.01",
        "--json",
      ),
    );
    expect(code).toBe(0);
    expect(stdout.trimEnd().split("\n")).toHaveLength(1);
    const result = JSON.parse(stdout);
    expect(result).toMatchObject({
      network: "small-mnistfc",
      optimizer: "entropy-sgd",
      preset: "lua",
      seed: 3,
      numParams: 50_890,
      gradientEvaluations: 60,
      effectiveEpochs: 5,
      budget: 5,
      plannedEpochs: 5,
      interrupted: false,
    });
    for (const name of [
      "trainLoss",
      "validationError",
      "testError",
      "bestTestError",
      "minTestError",
      "seconds",
      "msPerGradient",
    ]) {
      expect(result[name], name).toEqual(expect.any(Number));
    }
    expect(result.testError).toBeLessThan(0.1);
    expect(stderr).toMatch(/small-mnistfc, entropy-sgd \(lua\), seed 3: 50890 weights, 60 gradients/);
    expect(stderr).not.toContain("\r");
    expect(readdirSync(out).sort()).toEqual([
      "checkpoints",
      "config.json",
      "events.jsonl",
      "figures",
      "preparation.json",
      "report.html",
      "seal.json",
      "weights.safetensors",
    ]);
    expect(readdirSync(join(out, "figures")).filter((name) => name.endsWith(".svg"))).toHaveLength(3);
  });

  test("prints a table and the path of the report", async () => {
    const out = freshOut();
    const { code, stdout } = await run(trainArgs(out, "--optimizer", "sgd", "--budget", "1"));
    expect(code).toBe(0);
    expect(stdout).toContain("test error %");
    expect(stdout).toContain(`report is ${join(out, "report.html")}`);
  });

  test("ends with 3 when it diverges", async () => {
    const { code, stdout } = await run(
      trainArgs(freshOut(), "--optimizer", "sgd", "--budget", "2", "--set", "learningRate=1e38", "--json"),
    );
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ reason: "non-finite", testError: null, trainLoss: null });
  });

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ])("ends with the code of %s and the results so far", async (name, code) => {
    const controller = new AbortController();
    controller.abort(name);
    const args = trainArgs(freshOut(), "--optimizer", "sgd", "--budget", "2", "--json");
    const ended = await run(args, { signal: controller.signal });
    expect(ended.code).toBe(code);
    expect(JSON.parse(ended.stdout)).toMatchObject({ interrupted: true, gradientEvaluations: 0, testError: null });
  });
});

describe("compare", () => {
  test("gives every optimizer the same budget and prints runs, means, deviations and counts", async () => {
    const out = freshOut();
    const { code, stdout, stderr } = await run([
      "compare",
      ...small,
      "--data",
      dataFolder(),
      "--out",
      out,
      "--optimizers",
      "entropy-sgd,sgd",
      "--seeds",
      "2",
      "--budget",
      "3",
      "--set",
      "innerSteps=5",
      "--set",
      "innerLearningRate=0.03",
      "--set",
      "sgd.learningRate=0.05",
      "--json",
    ]);
    expect(code).toBe(0);
    const { runs, optimizers } = JSON.parse(stdout);
    expect(runs.map(({ optimizer, seed }: { optimizer: string; seed: number }) => `${optimizer}-${seed}`)).toEqual([
      "entropy-sgd-1",
      "sgd-1",
      "entropy-sgd-2",
      "sgd-2",
    ]);
    expect(
      new Set(runs.map(({ gradientEvaluations }: { gradientEvaluations: number }) => gradientEvaluations)),
    ).toEqual(new Set([40]));
    expect(optimizers.sgd.testError).toEqual({ mean: expect.any(Number), sd: expect.any(Number), n: 2 });
    expect(stderr).toContain(
      "4 runs with dropout 0, each of 40 gradients: 3.33 effective epochs, 3 asked for (rounded up to whole outer steps of 5)\nrun 1 of 4: small-mnistfc, entropy-sgd (paper), seed 1: 50890 weights\n",
    );
    expect(readdirSync(out).sort()).toEqual([
      "entropy-sgd-1",
      "entropy-sgd-2",
      "experiment.json",
      "figures",
      "report.html",
      "sgd-1",
      "sgd-2",
    ]);
    const again = await run(["report", join(out, "sgd-1"), "--out", freshOut()]);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining("report.html") });
  });
});

describe("bad input is reported in one line, with exit code 2 and nothing written", () => {
  const rest = ["--budget", "1", "--optimizer", "sgd", "--network", "lenet"];
  test.each<[string[], RegExp]>([
    [["train", ...rest.slice(0, 4), "--network", "lent"], /^error: network: must be one of mnistfc, .*, got "lent"\n$/],
    [
      ["train", "--budget", "1", "--optimizer", "sdg", "--network", "lenet"],
      /^error: optimizer: must be one of .*, got "sdg"\n$/,
    ],
    [["train", ...rest, "--preset", "lua"], /^error: preset: only entropy-sgd, entropy-adam and parle have presets/],
    [
      ["train", ...rest, "--set", "lerningRate=1"],
      /^error: --set lerningRate: unknown for sgd; the options are learningRate/,
    ],
    [
      ["train", ...rest, "--set", "learningRate=-1"],
      /^error: sgd: learningRate must be in \(0, ∞\) or a schedule, got -1\n$/,
    ],
    [
      ["train", "--network", "lenet", "--budget", "1", "--set", "scope=geometricScope(-1, 0)"],
      /^error: geometricScope: initial must be .*, got -1\n$/,
    ],
    [["train", ...rest, "--set", "keepLast=0"], /^error: keepLast: must be at least 1, got 0\n$/],
    [["train", ...rest, "--set", "rollbackFactor=1"], /^error: rollbackFactor: must be less than 1, got 1\n$/],
    [["train", ...rest, "--set", "checkpointMinutes=0"], /^error: checkpointMinutes: must be more than 0, got 0\n$/],
    [
      ["compare", "--network", "lenet", "--budget", "1", "--optimizers", "adam,sgd", "--set", "sgd.learningRate=-1"],
      /^error: sgd: learningRate must be in/,
    ],
    [
      ["train", ...rest, "--set", "batchSize=100000"],
      /^error: batchSize: must be at most the 55000 training examples, got 100000\n$/,
    ],
    [["train", ...rest, "--dropout", "1"], /^error: option '--dropout <rate>' argument '1' is invalid/],
    [["train", ...rest, "--seed", "-1"], /^error: option '--seed <n>' argument '-1' is invalid/],
    [["train", ...rest, "--budgt", "1"], /^error: unknown option '--budgt'/],
    [
      ["train", "--optimizer", "sgd", "--network", "lenet"],
      /^error: required option '--budget <epochs>' not specified, nor budget in a file of --config\n$/,
    ],
    [["train", ...rest, "--data", "/nowhere"], /^error: .*nowhere: there is no such folder or file\n$/],
    [["trian"], /^error: unknown command 'trian'/],
    [["compare", "--network", "lenet", "--budget", "1", "--optimizers", "sgd,sgd"], /sgd is there twice/],
    [
      ["compare", "--network", "lenet", "--budget", "1", "--optimizers", "sgd,foo"],
      /^error: optimizer: must be one of .*, got "foo"\n$/,
    ],
    [
      ["compare", "--network", "lenet", "--budget", "1", "--optimizers", "sgd", "--set", "adam.beta1=0"],
      /"adam" is none of sgd\n$/,
    ],
    [
      [
        "compare",
        "--network",
        "lenet",
        "--budget",
        "1",
        "--optimizers",
        "entropy-sgd,entropy-adam",
        "--set",
        "entropy-sgd.innerSteps=3",
      ],
      /^error: innerSteps: must divide the longest of a comparison, entropy-adam has 20, entropy-sgd 3\n$/,
    ],
  ])("%j", async (args, message) => {
    const out = freshOut();
    const { code, stdout, stderr } = await run(args[0] === "trian" ? args : [...args, "--out", out]);
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(existsSync(out)).toBe(false);
  });

  test("an output folder with another run is unchanged", async () => {
    const out = freshOut();
    await run(trainArgs(out, "--optimizer", "sgd", "--budget", "1"));
    const before = readdirSync(out);
    const { code, stderr } = await run(trainArgs(out, "--optimizer", "sgd", "--budget", "1"));
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `error: ${out}: holds another run; give --out a new or empty folder\n`,
    });
    expect(readdirSync(out)).toEqual(before);
  });

  test.each([
    [["train", ...rest, "--out", ""], "--out"],
    [["train", ...rest, "--data", ""], "--data"],
    [["compare", "--network", "lenet", "--budget", "1", "--optimizers", "sgd", "--out", ""], "--out"],
    [["report", "runs/one", "--out", ""], "--out"],
    [["runs", "export", "--out", ""], "--out"],
    [["resume", ""], "resume"],
    [["report", "", "--out", "runs/report"], "report"],
  ])("an empty name, as an unset variable of a shell leaves it: %j", async (args, what) => {
    const { code, stdout, stderr } = await run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    const name = what.startsWith("--") ? what : `${what}: an argument`;
    expect(stderr).toBe(`error: ${name}${what.startsWith("--") ? ":" : ""} must not be empty\n`);
  });

  test("an unwritable folder", async () => {
    const { code, stderr } = await run(["train", ...rest, "--out", "/proc/run"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: \/proc\/run: cannot be written \(ENOENT/);
  });

  test("help is no error", async () => {
    expect(await run(["--help"])).toMatchObject({ code: 0, stdout: expect.stringContaining("compare") });
  });
});

describe("progress", () => {
  test("reports the budget rounded to whole outer steps, and warnings", () => {
    let text = "";
    const listen = progressListener({ write: (part: string) => (text += part) });
    // 1,800 images in batches of 128: an epoch is 14 gradients, two are 28, rounded up to 40.
    const rounded = { ...startEvent(), budget: 2, totalGradients: 40, gradientsPerEpoch: 14, innerSteps: 20 };
    listen(rounded);
    listen({ ...rounded, totalGradients: 28 });
    listen({ type: "warning", gradients: 0, message: "look at this" });
    expect(text.split("\n")).toEqual([
      "lenet, sgd, seed 1: 3 weights, 40 gradients: 2.86 effective epochs, 2 asked for (rounded up to whole outer steps of 20)",
      "lenet, sgd, seed 1: 3 weights, 28 gradients",
      "warning: look at this",
      "",
    ]);
  });

  test("is plain lines where there is no terminal", () => {
    let text = "";
    const listen = progressListener({ write: (part: string) => (text += part) });
    for (const event of [
      startEvent(),
      gradientAt(1),
      evaluationAt(40, 0.0123, []),
      { type: "end", result: resultWith({ reason: "non-finite" }) } as const,
    ]) {
      listen(event);
    }
    expect(text.split("\n")).toEqual([
      "lenet, sgd, seed 1: 3 weights, 80 gradients",
      "  epoch 1.0: validation error 1.23 %, test error 1.23 % (40 gradients, 40 s)",
      "  diverged at gradient 80; try a smaller learning rate, or --set rollbacks=3",
      "",
    ]);
  });
});
