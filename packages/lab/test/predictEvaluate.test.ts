/** New examples through a trained run: predictions and metrics, the data read as those of the training were. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { binary, classification, regression } from "entropy-sgd-training";
import { beforeAll, describe, expect, test } from "vitest";
import { answersFor } from "../src/measure/answers.ts";
import { bootstrapScores } from "../src/measure/bootstrapScores.ts";
import { freshOut, root, run } from "./commandRunner.ts";

const folder = join(root, "tables");
const table = join(folder, "plane.csv");

/** y = 2a − b + 3 [kind = up], of two numbers and a category, in a table of 300 lines. */
function lineOf(i: number): { readonly cells: string; readonly y: number } {
  const [a, b, isUp] = [Math.sin(12.9898 * i), Math.cos(78.233 * i), i % 3 === 0];
  return { cells: `${a.toFixed(4)},${b.toFixed(4)},${isUp ? "up" : "down"}`, y: 2 * a - b + (isUp ? 3 : 0) };
}

beforeAll(() => {
  mkdirSync(folder);
  const lines = Array.from({ length: 300 }, (_, i) => `${lineOf(i).cells},${lineOf(i).y.toFixed(4)}`);
  writeFileSync(table, `a,b,kind,y\n${lines.join("\n")}\n`);
});

const train = (out: string, ...more: string[]) =>
  run([
    ...["train", "--network", "mlp", "--data", table, "--optimizer", "sgd", "--out", out],
    ...["--set", "batchSize=16", "--set", "learningRate=0.01", ...more],
  ]);

describe("a regression on a table", () => {
  const out = join(root, "plane");

  test("tells what the data are, trains, predicts and evaluates", async () => {
    const trained = await train(out, "--task", "regression", "--set", "data.target=y", "--budget", "60");
    expect(trained).toMatchObject({ code: 0 });
    expect(trained.stderr).toContain(
      "plane.csv, read as csv: examples of the shape 4; 216 train, 24 validation, 60 test\n",
    );
    const asked = join(folder, "new.csv");
    writeFileSync(asked, `kind,b,a\nup,0.5,0.25\ndown,-0.5,1\n`);
    const csv = join(folder, "predictions.csv");
    expect(await run(["predict", out, "--data", asked, "--out", csv])).toMatchObject({ code: 0 });
    const [head, ...rows] = readFileSync(csv, "utf8").trim().split("\r\n");
    expect(head).toBe("example,y");
    const answers = rows.map((row) => row.split(","));
    expect(answers.map(([line]) => line)).toEqual(["line 2", "line 3"]);
    // Columns by their names, whatever their order: 2·0.25 − 0.5 + 3 and 2·1 + 0.5.
    expect(Math.abs(Number(answers[0]![1]) - 3)).toBeLessThan(0.4);
    expect(Math.abs(Number(answers[1]![1]) - 2.5)).toBeLessThan(0.4);
    const { stdout } = await run(["predict", out, "--data", asked, "--format", "json"]);
    expect(JSON.parse(stdout).map(({ y }: { y: number }) => y)).toEqual(answers.map(([, y]) => Number(y)));
  });

  test("has intervals around the metrics of its own test part", async () => {
    const { code, stdout } = await run(["evaluate", out, "--samples", "200", "--json"]);
    expect(code).toBe(0);
    const { rmse, loss, numExamples } = JSON.parse(stdout);
    const last = readFileSync(join(out, "events.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const { testMetrics } = last.filter(({ type }) => type === "evaluation").at(-1);
    expect(numExamples).toBe(60);
    expect(rmse.value).toBeCloseTo(testMetrics.rmse, 6);
    expect(loss.value).toBeCloseTo(rmse.value ** 2, 6);
    expect(rmse.low).toBeLessThan(rmse.value);
    expect(rmse.high).toBeGreaterThan(rmse.value);
    const whole = await run(["evaluate", out, "--data", table, "--samples", "20"]);
    expect(whole).toMatchObject({ code: 0, stdout: expect.stringMatching(/rmse .* to [\s\S]*300 examples/) });
  });

  test.each([
    ["a,b\n1,2\n", /new\.csv.*kind/],
    ["a,b,kind\n1,2,sideways\n", /new\.csv: line 2: column kind .*sideways/],
    ["a,b,kind\n1,x,up\n", /new\.csv: line 2: column b must be a number, got "x"/],
  ])("refuses examples that are not like those of the training (%#)", async (text, message) => {
    const bad = join(folder, "new.csv");
    const target = join(folder, "none.csv");
    writeFileSync(bad, text);
    const { code, stderr } = await run(["predict", out, "--data", bad, "--out", target]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(message) });
    expect(existsSync(target)).toBe(false);
  });
});

test("a part without examples is refused", async () => {
  const out = join(root, "unvalidated");
  const none = ["--set", "validation=0", "--budget", "1"];
  expect(await train(out, "--task", "regression", "--set", "data.target=y", ...none)).toMatchObject({ code: 0 });
  expect(await run(["evaluate", out, "--split", "validation"])).toMatchObject({
    code: 2,
    stderr: `error: ${out}: must be evaluated on one example or more, the validation part of plane.csv has none\n`,
  });
});

test("comparisons take options of the data for every optimizer", async () => {
  const out = freshOut();
  const compared = await run([
    ...["compare", "--network", "mlp", "--data", table, "--optimizers", "sgd,adam", "--seeds", "1", "--budget", "1"],
    ...["--task", "regression", "--set", "data.target=y", "--set", "task.loss=huber", "--out", out],
    ...["--set", "batchSize=16", "--set", "learningRate=0.01"],
  ]);
  expect(compared).toMatchObject({ code: 0 });
  for (const name of ["sgd-1", "adam-1"]) {
    const settings = JSON.parse(readFileSync(join(out, name, "config.json"), "utf8"));
    expect(settings).toMatchObject({ dataOptions: { target: ["y"] }, taskOptions: { loss: "huber" } });
  }
});

test("a changed preparation is refused", async () => {
  const out = freshOut();
  await train(out, "--set", "data.target=kind", "--budget", "1");
  const file = join(out, "preparation.json");
  writeFileSync(file, readFileSync(file, "utf8").replace('"down"', '"Down"'));
  const { code, stderr } = await run(["predict", out, "--data", table]);
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: expect.stringContaining("preparation.json: damaged, its SHA-256"),
  });
});

describe("answers", () => {
  const preparation = {
    format: "csv",
    inputShape: [1],
    classNames: ["no", "yes"],
    targetShape: null,
    standardisation: null,
  };

  test("of classes are the class and softmax", () => {
    const { columns, of } = answersFor(classification(), [2], preparation);
    expect(columns).toEqual(["prediction", "p(no)", "p(yes)"]);
    const [prediction, no, yes] = of(Float32Array.of(1000, 1000 + Math.log(3))) as [string, number, number];
    expect(prediction).toBe("yes");
    expect(no).toBeCloseTo(0.25, 3);
    expect(no + yes).toBeCloseTo(1, 12);
  });

  test("of yes or no are the logistic function", () => {
    const { columns, of } = answersFor(binary(), [1], preparation);
    expect(columns).toEqual(["prediction", "p(yes)"]);
    expect(of(Float32Array.of(0))).toEqual(["no", 0.5]);
    expect(of(Float32Array.of(-1000))).toEqual(["no", 0]);
  });
});

describe("the bootstrap", () => {
  test("gives the interval of a mean that theory gives", () => {
    const numExamples = 400;
    const outputs = Float32Array.from({ length: numExamples }, (_, i) => (i % 4 === 0 ? 1 : 0));
    const answered = { outputs, targets: new Float32Array(numExamples), numExamples };
    const { estimates } = bootstrapScores(regression({ loss: "absolute" }), [1], answered, {
      numSamples: 2000,
      seed: 1,
    });
    const { value, low, high } = estimates.loss!;
    expect(value).toBe(0.25);
    // A share p of n: ±1.96 √(p(1−p)/n) = 0.0424; the quantiles of 2,000 samples have a standard error of 0.0012.
    expect(Math.abs(low! - (0.25 - 0.0424))).toBeLessThan(5 * 0.0012);
    expect(Math.abs(high! - (0.25 + 0.0424))).toBeLessThan(5 * 0.0012);
  });

  test("gives none where a metric is not always defined, or examples are few", () => {
    // One positive among 40: two of three samples have it.
    const targets = Float32Array.from({ length: 40 }, (_, i) => (i === 0 ? 1 : 0));
    const outputs = Float32Array.from({ length: 40 }, (_, i) => -i);
    const estimatesOf = (numExamples: number) => {
      const answered = { outputs: outputs.slice(0, numExamples), targets: targets.slice(0, numExamples), numExamples };
      return bootstrapScores(binary(), [1], answered, { numSamples: 50, seed: 1 }).estimates;
    };
    expect(estimatesOf(40).auc).toEqual({ value: 1, low: null, high: null });
    expect(estimatesOf(40).loss!.low).toBeGreaterThan(0);
    expect(estimatesOf(29).loss).toEqual({ value: expect.any(Number), low: null, high: null });
  });
});
