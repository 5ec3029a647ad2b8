import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { main } from "../src/cli/main.ts";
import { progressListener } from "../src/cli/progress.ts";
import { evaluationAt, resultWith, startEvent } from "./testRecords.ts";

const root = mkdtempSync(join(tmpdir(), "cli-"));
afterAll(() => rmSync(root, { recursive: true }));

/** A small data set of 28×28 images in IDX files: class c has a bright square at its own place. */
function dataFolder(): string {
  const folder = join(root, "data");
  if (existsSync(folder)) return folder;
  mkdirSync(folder);
  for (const [name, count] of [
    ["train", 700],
    ["t10k", 200],
  ] as const) {
    const images = Buffer.alloc(16 + 784 * count);
    const labels = Buffer.alloc(8 + count);
    [0x803, count, 28, 28].forEach((word, i) => void images.writeUInt32BE(word, 4 * i));
    [0x801, count].forEach((word, i) => void labels.writeUInt32BE(word, 4 * i));
    for (let i = 0; i < count; i++) {
      const label = (7 * i) % 10;
      labels[8 + i] = label;
      for (let p = 0; p < 36; p++) {
        const row = 8 * Math.floor(label / 4) + Math.floor(p / 6);
        images[16 + 784 * i + 28 * row + 7 * (label % 4) + (p % 6)] = 200 + (i % 50);
      }
    }
    writeFileSync(join(folder, `${name}-images-idx3-ubyte`), images);
    writeFileSync(join(folder, `${name}-labels-idx1-ubyte`), labels);
  }
  return folder;
}

async function run(args: readonly string[], signal = new AbortController().signal) {
  let [stdout, stderr] = ["", ""];
  const code = await main(args, {
    stdout: { write: (text: string) => (stdout += text) },
    stderr: { write: (text: string) => (stderr += text) },
    signal,
  });
  return { code, stdout, stderr };
}

let numOut = 0;
const freshOut = (): string => join(root, `out-${numOut++}`);
const small = ["--network", "small-mnistfc", "--set", "validation=100", "--set", "batchSize=50"];
const trainArgs = (out: string, ...more: string[]) => [
  "train",
  ...small,
  "--data",
  dataFolder(),
  "--out",
  out,
  ...more,
];

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
      "config.json",
      "events.jsonl",
      "figures",
      "report.html",
      "weights.safetensors",
    ]);
    expect(readdirSync(join(out, "figures")).filter((name) => name.endsWith(".svg"))).toHaveLength(3);
  });

  test("prints a table and where the report is", async () => {
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
    const ended = await run(args, controller.signal);
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
    expect(stderr).toContain("Dropout 0 and boundaries every 5 gradients for every optimizer");
    expect(readdirSync(out).sort()).toEqual([
      "entropy-sgd-1",
      "entropy-sgd-2",
      "figures",
      "report.html",
      "sgd-1",
      "sgd-2",
    ]);
    const again = await run(["report", join(out, "sgd-1"), "--out", freshOut()]);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining("report.html") });
  });
});

describe("figure wide-valleys", () => {
  test("prints minimizers and heights as JSON and writes page, SVG and PNG", async () => {
    const out = join(freshOut(), "valleys.html");
    const { code, stdout } = await run(["figure", "wide-valleys", "--seed", "7", "--out", out, "--json"]);
    expect(code).toBe(0);
    const { seed, minimizerOfLoss, scopes } = JSON.parse(stdout);
    expect(seed).toBe(7);
    expect(minimizerOfLoss).toBeGreaterThanOrEqual(790);
    expect(scopes.map(({ gamma }: { gamma: number }) => gamma)).toEqual([3e-3, 1e-3, 5e-5]);
    expect(Object.keys(scopes[0])).toEqual(["gamma", "minimizer", "heightAtSharp", "heightAtWide"]);
    expect(readdirSync(join(out, "..")).sort()).toEqual(["valleys.html", "valleys.png", "valleys.svg"]);
  });

  test("refuses other names and endings", async () => {
    expect((await run(["figure", "narrow-valleys"])).code).toBe(2);
    const { code, stderr } = await run(["figure", "wide-valleys", "--out", join(freshOut(), "a.png")]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: --out: must end in \.html/);
  });
});

describe("spectrum", () => {
  test("of a trained run: Lanczos extremes equal the dense ones, and the page, figure and numbers are written", async () => {
    const out = freshOut();
    const base = [
      "--network",
      "mlp-49-16-10",
      "--set",
      "validation=100",
      "--set",
      "batchSize=50",
      "--data",
      dataFolder(),
    ];
    await run(["train", ...base, "--optimizer", "sgd", "--budget", "5", "--out", out, "--json"]);
    const { code, stdout } = await run(["spectrum", out, "--examples", "300", "--steps", "60", "--dense", "--json"]);
    expect(code).toBe(0);
    const { dimension, largest, smallest, denseEigenvalues, nearZero, settings } = JSON.parse(stdout);
    expect(dimension).toBe(970);
    expect(settings).toMatchObject({ network: "mlp-49-16-10", examples: 300, steps: 60 });
    expect(denseEigenvalues).toHaveLength(970);
    // Products are float32: right to about 1e-5 of the largest eigenvalue.
    const scale = 1e-4 * denseEigenvalues[969];
    expect(Math.abs(largest[4].estimate - denseEigenvalues[969])).toBeLessThan(scale + largest[4].residual);
    expect(Math.abs(smallest[0].estimate - denseEigenvalues[0])).toBeLessThan(scale + smallest[0].residual);
    expect(nearZero[0]).toMatchObject({ threshold: 1e-4, resolved: expect.any(Boolean) });
    expect(readdirSync(out)).toEqual(
      expect.arrayContaining(["spectrum.html", "spectrum.json", "spectrum.png", "spectrum.svg"]),
    );
    const page = readFileSync(join(out, "spectrum.html"), "utf8");
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
  });

  test("needs a run with weights, and few weights for a dense Hessian", async () => {
    const missing = await run(["spectrum", join(root, "nowhere")]);
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringMatching(/^error: .*config\.json: missing/) });
    const out = freshOut();
    await run(trainArgs(out, "--optimizer", "sgd", "--budget", "1"));
    const dense = await run(["spectrum", out, "--dense"]);
    expect(dense).toMatchObject({
      code: 2,
      stderr: "error: --dense: the network must have at most 3000 weights, small-mnistfc has 50890\n",
    });
    rmSync(join(out, "weights.safetensors"));
    const without = await run(["spectrum", out]);
    expect(without).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/weights\.safetensors: missing; the run has had no evaluation\n$/),
    });
  });
});

describe("local-entropy", () => {
  test("of two runs: the smoothed loss bounds from below, estimators agree, and everything is written", async () => {
    const base = [
      "--network",
      "mlp-49-16-10",
      "--set",
      "validation=100",
      "--set",
      "batchSize=50",
      "--data",
      dataFolder(),
    ];
    const [one, two] = [freshOut(), freshOut()];
    await run(["train", ...base, "--optimizer", "sgd", "--budget", "5", "--seed", "1", "--out", one, "--json"]);
    await run(["train", ...base, "--optimizer", "sgd", "--budget", "5", "--seed", "2", "--out", two, "--json"]);
    const { code, stdout } = await run([
      ...[
        "local-entropy",
        one,
        two,
        "--radii",
        "0.01,0.02",
        "--estimators",
        "smoothed-loss,laplace,coupling",
        "--beta",
        "600",
      ],
      ...["--examples", "100", "--samples", "30", "--json"],
    ]);
    expect(code).toBe(0);
    const { settings, runs } = JSON.parse(stdout);
    expect(settings).toMatchObject({ network: "mlp-49-16-10", beta: 600, examples: 100 });
    expect(runs).toHaveLength(2);
    for (const { points, loss } of runs) {
      const at = (estimator: string, radius: number) =>
        points.find(
          (point: { estimator: string; radius: number }) => point.estimator === estimator && point.radius === radius,
        );
      expect(points).toHaveLength(6);
      for (const radius of [0.01, 0.02]) {
        const [bound, coupling] = [at("smoothed-loss", radius), at("coupling", radius)];
        expect(bound).toMatchObject({ kind: "lower bound", valid: true });
        expect(bound.estimate).toBeLessThan(coupling.estimate + 5 * (coupling.standardError + bound.standardError));
        expect(coupling.estimate).toBeLessThan(5 * coupling.standardError);
        expect(-coupling.estimate).toBeGreaterThan(loss - 0.1);
      }
    }
    expect(readdirSync(one)).toEqual(
      expect.arrayContaining(["local-entropy.html", "local-entropy.json", "local-entropy.png", "local-entropy.svg"]),
    );
    expect(readFileSync(join(one, "local-entropy.html"), "utf8")).not.toMatch(/NaN|undefined|Infinity/);
  });

  test("refuses bad radii and estimators", async () => {
    expect((await run(["local-entropy", "x", "--radii", "0"])).stderr).toMatch(
      /It must be positive numbers between commas/,
    );
    expect((await run(["local-entropy", "x", "--estimators", "guess"])).stderr).toMatch(
      /Estimators are smoothed-loss, laplace, coupling/,
    );
  });
});

describe("bad input is told in one line, with exit code 2 and nothing written", () => {
  const rest = ["--budget", "1", "--optimizer", "sgd", "--network", "lenet"];
  test.each<[string[], RegExp]>([
    [["train", ...rest.slice(0, 4), "--network", "lent"], /^error: network: must be one of mnistfc, .*, got "lent"\n$/],
    [
      ["train", "--budget", "1", "--optimizer", "sdg", "--network", "lenet"],
      /^error: optimizer: must be one of .*, got "sdg"\n$/,
    ],
    [["train", ...rest, "--preset", "lua"], /^error: preset: only entropy-sgd and entropy-adam have presets/],
    [
      ["train", ...rest, "--set", "lerningRate=1"],
      /^error: --set lerningRate: unknown for sgd; the options are learningRate/,
    ],
    [
      ["train", ...rest, "--set", "learningRate=-1"],
      /^error: sgd: learningRate must be in \(0, ∞\) or a schedule, got -1\n$/,
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
      /^error: required option '--budget <epochs>' not specified\n$/,
    ],
    [["train", ...rest, "--data", "/nowhere"], /^error: .*nowhere: there is no such folder\n$/],
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
      /^error: innerSteps: must be equal for all optimizers of a comparison, entropy-sgd has 3, entropy-adam 20\n$/,
    ],
  ])("%j", async (args, message) => {
    const out = freshOut();
    const { code, stdout, stderr } = await run(args[0] === "trian" ? args : [...args, "--out", out]);
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(existsSync(out)).toBe(false);
  });

  test("an output folder that holds another run stays as it is", async () => {
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
  const gradient = (gradients: number) =>
    ({
      type: "gradient",
      gradients,
      innerStep: ((gradients - 1) % 20) + 1,
      batchLoss: 0.5,
      scope: 1e-4,
      secondsPerGradient: 0.02,
    }) as const;

  test("is one live line on a terminal: share, epoch, outer and inner position, loss, scope, rate and time left", () => {
    let text = "";
    let clock = 0;
    const listen = progressListener(
      { write: (part: string) => (text += part), isTTY: true, columns: 200 },
      () => clock,
    );
    listen(startEvent());
    for (let k = 1; k <= 50; k++) {
      clock += 20;
      listen(gradient(k));
    }
    const drawn = text.split("\r\x1b[2K").filter((line) => line.includes("%"));
    // 50 gradients of 20 ms, at most one drawing in 100 ms.
    expect(drawn).toHaveLength(10);
    expect(drawn.at(-1)).toBe(
      " 57 % █████████░░░░░░░ epoch 1.1/2.0, outer 3/4, inner 6/20, loss 0.500, scope 1.0e-4, 50/s, 0:01 left",
    );
  });

  test("is plain lines elsewhere", () => {
    let text = "";
    const listen = progressListener({ write: (part: string) => (text += part) });
    for (const event of [
      startEvent(),
      gradient(1),
      evaluationAt(40, 0.0123, []),
      { type: "end", result: resultWith({ reason: "non-finite" }) } as const,
    ]) {
      listen(event);
    }
    expect(text.split("\n")).toEqual([
      "lenet, sgd, seed 1: 3 weights, 80 gradients",
      "  epoch 1.0: validation error 1.23 %, test error 1.23 % (40 gradients, 40 s)",
      "  diverged: the loss was not finite at gradient 80; try a smaller learning rate",
      "",
    ]);
  });
});
