/** Runs that are judged by another metric than the error: reports, tables, lists, comparisons and the choice of sweeps. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { InputError, type PrimaryMetric } from "entropy-sgd-training";
import { beforeAll, describe, expect, test } from "vitest";
import { tinyData } from "../../training/test/tinyTask.ts";
import { planSweep } from "../src/experiments/sweep/planSweep.ts";
import { parseSweep } from "../src/experiments/sweep/readSweep.ts";
import { sweepResult } from "../src/experiments/sweep/sweepResult.ts";
import { renderReport } from "../src/pages/renderReport.ts";
import { resultTable } from "../src/pages/resultTable.ts";
import { sweepFigures } from "../src/pages/sweepFigures.ts";
import { resultRows, sentencesOf } from "../src/pages/sweepWords.ts";
import { figuresOf } from "../src/pages/trainingFigures.ts";
import type { RunRecord } from "../src/runs/readRun.ts";
import { withoutScript } from "./pageParts.ts";
import { jsonOf, parseCsv, runs, temporaryFolder, writeRun } from "./storeFolders.ts";
import { judgedBy, partsOf, recordOf, resultWith } from "./testRecords.ts";

const rmse: PrimaryMetric = { name: "rmse", better: "smaller" };
const auc: PrimaryMetric = { name: "auc", better: "larger" };
const errors: PrimaryMetric = { name: "error", better: "smaller" };

const recordsOf = (metric: PrimaryMetric): RunRecord[] => [
  judgedBy(recordOf("entropy-sgd", 1, [30, 12]), metric),
  judgedBy(recordOf("entropy-sgd", 2, [50, 14]), metric),
  judgedBy(recordOf("sgd", 1, [40, 18]), metric),
  judgedBy(recordOf("sgd", 2, [10, 20]), metric),
];
const resultsOf = (records: readonly RunRecord[]) => records.map(({ result }) => result!);

/** What a reader sees of a page, without standard errors and the origin of rates. */
const textOf = (html: string): string =>
  withoutScript(html)
    .replace(/<style[\s\S]*?<\/style>|<[^>]+>/g, " ")
    .replace(/standard errors?|chosen on validation error/g, "");

describe("the report", () => {
  test("has the metric's name and no per cent in sentence, tables and figure", () => {
    const records = recordsOf(rmse);
    const figures = figuresOf(records);
    expect(figures[0]).toMatchObject({ name: "test-rmse", title: "Test rmse" });
    const text = textOf(renderReport(records, figures));
    expect(text).toContain("Test rmse: entropy-sgd 13.00 against sgd 19.00 at the end (");
    expect(text).toContain("Mean ± sample standard deviation over seeds.");
    expect(text).toMatch(/13\.00 ± 1\.41\s+13\.00 ± 1\.41\s+13\.00 ± 1\.41/);
    // Of sgd's second seed the best validation value is the first.
    expect(text).toMatch(/sgd-2\s+2\s+80\s+20\.00\s+10\.00\s+20\.00/);
    expect(text).toContain(
      "The test rmse at best validation is that of the evaluation with the lowest validation rmse.",
    );
    expect(text).not.toMatch(/error|100 %|points/);
  });

  test("where larger is better the best is the highest", () => {
    const text = textOf(renderReport(recordsOf(auc), figuresOf(recordsOf(auc))));
    expect(text).toContain("maximum of test curve");
    expect(text).toContain("the evaluation with the highest validation auc.");
    const table = resultTable(resultsOf(recordsOf(auc)));
    expect(table).toMatch(
      /^optimizer +runs +gradients +test auc +at best validation +maximum of test curve +train loss/,
    );
    expect(table).toMatch(/^sgd +2 +80 +19\.00 ± 1\.41 +30\.00 ± 14\.14 +30\.00 ± 14\.14 /m);
    expect(table).toContain("maximum of test curve: the highest test auc of any evaluation");
  });

  test("is of one metric alone, whose name cannot leave the folder of figures", () => {
    const mixed = [...recordsOf(rmse), recordOf("sgd", 3, [0.5, 0.1])];
    const message =
      "must be of runs with one primary metric, found rmse (smaller is better), error (smaller is better)";
    expect(() => renderReport(mixed, [])).toThrow(new InputError(`a report: ${message}`));
    expect(() => resultTable(resultsOf(mixed))).toThrow(new InputError(`a summary: ${message}`));
    const hostile = { name: "../../x", better: "smaller" } as const;
    expect(figuresOf(recordsOf(hostile))[0]!.name).toBe("test-------x");
  });

  test("has the task's other metrics, the top-5 error where it is not 0 by the number of classes", () => {
    const text = textOf(renderReport(recordsOf(rmse), []));
    expect(text).toMatch(/Other metrics\s+run\s+validation r2\s+test r2\s+entropy-sgd-1\s+0\.5000\s+0\.7500\s/);
    const classified = (top5Error: number): string => {
      const record = recordOf("sgd", 1, [0.5, 0.25]);
      const withTop5 = record.evaluations.map((event) => ({
        ...event,
        ...{ primary: errors, validationMetrics: { error: 0.3, top5Error }, testMetrics: { error: 0.25, top5Error } },
      }));
      return textOf(renderReport([{ ...record, evaluations: withTop5 }], []));
    };
    expect(classified(0.0123)).toMatch(/validation top5Error %\s+test top5Error %\s+sgd-1\s+1\.23\s+1\.23\s/);
    expect(classified(0)).not.toContain("Other metrics");
    expect(textOf(renderReport([recordOf("sgd", 1, [0.5])], []))).not.toContain("Other metrics");
  });

  test("of a run that ended before its first evaluation knows the metric", () => {
    const begun = judgedBy(recordOf("sgd", 1, [], { reason: "interrupted" }), rmse);
    expect(textOf(renderReport([begun], figuresOf([begun])))).toContain("No run has a test rmse.");
  });
});

describe("the store", () => {
  const folder = temporaryFolder();

  beforeAll(() => {
    const run = (
      name: string,
      metric: PrimaryMetric | undefined,
      seed: number,
      values: readonly number[],
      rate = 0.1,
    ) =>
      writeRun(join(folder, name), {
        ...(metric && { metric }),
        seed,
        errors: values,
        options: { learningRate: rate },
      });
    run("table-1", rmse, 1, [30, 12.5]);
    run("table-2", rmse, 2, [30, 14.5]);
    run("table-3", rmse, 1, [30, 20], 0.2);
    run("table-4", rmse, 2, [30, 23], 0.2);
    run("images", undefined, 1, [0.5, 0.1]);
    writeRun(join(folder, "going"), { metric: rmse, seed: 5, errors: [30], result: null });
  });

  test("lists metrics in columns of their own", async () => {
    const { stdout } = await runs("list", folder);
    const [head, , ...rows] = stdout.split("\n");
    const metrics = "validation rmse +test rmse +validation error % +test error % +train loss";
    expect(head).toMatch(new RegExp(metrics));
    expect(rows.find((row) => row.startsWith("table-1"))).toMatch(/ ended +80 +12\.50 +12\.50 +0\.05000 +80$/);
    expect(rows.find((row) => row.startsWith("images"))).toMatch(/ ended +80 +2\.00 +10\.00 +0\.0500 +80$/);
    expect((await runs("list", folder, "--where", "metric=rmse")).stdout).not.toContain("error");
    const [columns] = parseCsv((await runs("list", folder, "--csv")).stdout);
    expect(columns).toEqual(expect.arrayContaining(["validationRmse", "testRmse", "validationError", "testError"]));
  });

  test("filters and sorts by them, and gives the task's other metrics", async () => {
    const named = async (...args: string[]) =>
      (await jsonOf("list", folder, ...args)).runs.map(({ name }: { name: string }) => name);
    expect(await named("--where", "testRmse<15")).toEqual(["table-1", "table-2"]);
    expect(await named("--where", "testRmse<25", "--sort", "-testRmse")).toEqual([
      ...["table-4", "table-3", "table-2", "table-1"],
    ]);
    const { runs: listed } = await jsonOf("list", folder, "--where", "name=table-1");
    expect(listed[0]).toMatchObject({
      metric: "rmse",
      testRmse: 12.5,
      minTestRmse: 12.5,
      validationR2: 0.5,
      testR2: 0.75,
    });
    expect(listed[0]).not.toHaveProperty("testError");
    expect((await jsonOf("list", folder, "--where", "name=going")).runs[0]).toMatchObject({
      testRmse: 30,
      metric: "rmse",
    });
    const [head, first] = parseCsv((await runs("export", folder, "--evaluations", "--where", "name=table-1")).stdout);
    expect(head).toEqual(expect.arrayContaining(["validationRmse", "testRmse", "validationR2", "testR2"]));
    expect(first![head!.indexOf("testRmse")]).toBe("30");
  });

  test("never averages or compares different metrics", async () => {
    const { stdout } = await runs("list", folder, "--group");
    expect(stdout).toMatch(
      /^sgd learningRate=0\.1 +2 +1 unfinished +13\.50 ± 1\.41 +13\.50 ± 1\.41 +13\.50 ± 1\.41 +0\.05000 /m,
    );
    expect(stdout).toMatch(/^sgd learningRate=0\.1 \(2\) +1 +0 +2\.00 +10\.00 /m);
    const { comparisons } = await jsonOf("compare", folder);
    expect(comparisons.map(({ metric }: { metric: string }) => metric)).toEqual(["rmse", "error"]);
    const [{ differences, sentences }] = comparisons.filter(({ metric }: { metric: string }) => metric === "rmse");
    expect(differences[0].testRmse).toMatchObject({ estimate: -8, judged: { margin: null } });
    expect(sentences[1]).toMatch(
      /^Test rmse: sgd learningRate=0\.1 13\.50 against sgd learningRate=0\.2 21\.50 at the end \(/,
    );
    expect((await runs("compare", folder)).stdout).toContain("The runs differ in metric (rmse, error)");
    const out = join(folder, "..", "report-of-rmse");
    expect((await runs("compare", folder, "--out", out)).stderr).toMatch(
      /same metric, found rmse, error; choose by --where$/,
    );
    await runs("compare", folder, "--where", "metric=rmse", "--where", "status=ended", "--out", out);
    expect(existsSync(join(out, "figures", "test-rmse.svg"))).toBe(true);
    expect(readFileSync(join(out, "report.html"), "utf8")).toContain("Test rmse: ");
  });
});

describe("a sweep", () => {
  const content = {
    ...{ network: "small-mnistfc", budget: 2, optimizer: "sgd", seeds: 2 },
    ...{ set: { batchSize: 50, validation: 100 }, parameters: { learningRate: [1, 2, 3] } },
  };
  const data = tinyData({ train: 500, validation: 100, test: 100 });
  const plan = planSweep(parseSweep(JSON.stringify(content), "s.json", "/folder"), partsOf("small-mnistfc", data));
  const ended = (metric: PrimaryMetric, value: number, seed: number) => ({
    kind: "ended" as const,
    result: resultWith({
      seed,
      primary: { ...metric, validation: value, test: value / 2, bestTest: value / 2, extremeTest: 0 },
    }),
    before: false,
  });
  const outcomes = (metric: PrimaryMetric) =>
    [1, 2].flatMap((seed) => [10, 30, 20].map((value) => ended(metric, value + seed, seed)));
  const labels = (metric: PrimaryMetric) =>
    sweepResult(plan, outcomes(metric)).ranked.map(({ configuration }) => configuration.label);

  test("prefers small or large values as the metric does, and says so", () => {
    expect(labels(rmse)).toEqual(["learningRate=1", "learningRate=3", "learningRate=2"]);
    expect(labels(auc)).toEqual(["learningRate=2", "learningRate=3", "learningRate=1"]);
    const result = sweepResult(plan, outcomes(auc));
    expect(result.criterion.key).toBe("validationAuc");
    expect(sentencesOf(result).slice(0, 2)).toEqual([
      "Highest validation auc: learningRate=2 with 31.50; its test auc is 15.75.",
      expect.stringMatching(/by validation auc, .*; the test auc had no part in the choice\.$/),
    ]);
    expect(resultRows(result)).toMatchObject({
      head: ["learningRate", "seeds", "validation auc", "test auc at best validation", "test auc", "train loss"],
    });
    expect(resultRows(result).rows[0]!.slice(0, 3)).toEqual(["2", "2", "31.50 ± 0.71"]);
    expect(sweepFigures(result)[0]!.svg).toContain("validation auc");
  });

  test("is of one metric", () => {
    const mixed = [...outcomes(rmse).slice(0, 5), ended(errors, 0.1, 2)];
    expect(() => sweepResult(plan, mixed)).toThrow(/^an experiment: must be of runs with one primary metric/);
  });
});
