import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { optimizerNames } from "entropy-sgd";
import { describe, expect, test } from "vitest";
import type { SearchedRates } from "../src/measure/searchLearningRate.ts";
import { adviceOf } from "../src/pages/learningRateFigure.ts";
import { dataFolder, freshOut, run } from "./commandRunner.ts";

const own = ["--network", "small-mnistfc", "--data", dataFolder(), "--set", "validation=100", "--set", "batchSize=50"];
const find = async (...args: string[]) => {
  const out = freshOut();
  const { code, stdout, stderr } = await run(["lr-find", ...own, "--threads", "1", "--out", out, ...args]);
  return { out, code, stdout, stderr, found: code === 0 && args.includes("--json") ? JSON.parse(stdout) : null };
};
const searchesOf = ({ found }: { found: { searches: SearchedRates[] } | null }): readonly SearchedRates[] =>
  found!.searches;

describe("lr-find", () => {
  test("raises the rate by equal factors, ends when the loss explodes, and writes page, figure and numbers", async () => {
    const search = await find("--optimizer", "sgd", "--from", "1e-5", "--to", "1000", "--steps", "60", "--json");
    expect(search.code).toBe(0);
    expect(search.stderr).toContain("60 values of learningRate, 1 times at most 60 gradients");
    const [one] = searchesOf(search);
    const rates = one!.points.map(({ rate }) => rate);
    for (const [i, rate] of rates.entries()) expect(Math.log10(rate)).toBeCloseTo(-5 + (8 * i) / 59, 9);
    // The loss explodes before the rate is 1000, whether by its size or as a number that is not finite.
    expect(one!.endedAt).not.toBeNull();
    expect(rates.length).toBeLessThan(60);
    const { steepest, lowest, endedAt } = one!;
    expect(rates).toContain(steepest);
    expect(steepest!).toBeLessThan(lowest!);
    expect(lowest!).toBeLessThan(endedAt!);
    expect(search.found).toMatchObject({ rate: "learningRate" });
    expect(search.found.steepest).toBeCloseTo(steepest!, 12);
    expect(search.found.safer).toBeCloseTo(steepest! / 3, 12);
    expect(search.found.factor).toBeNull();
    for (const name of ["lr-find.html", "lr-find.json", "learning-rate.svg", "learning-rate.png"])
      expect(existsSync(join(search.out, name)), name).toBe(true);
    expect(JSON.parse(readFileSync(join(search.out, "lr-find.json"), "utf8"))).toEqual(search.found);
  });

  test("sees the losses of a training run whose rate is the first: same weights, batches and dropout", async () => {
    // With a range of one rate the search is the beginning of that run.
    const rate = ["--set", "learningRate=0.01", "--set", "drops="];
    const search = await find(
      "--optimizer",
      "sgd",
      "--from",
      "0.01",
      "--to",
      "0.01",
      "--steps",
      "20",
      "--json",
      ...rate,
    );
    const losses = searchesOf(search)[0]!.points.map(({ loss }) => loss);
    const out = freshOut();
    const budget = String(20 / 12);
    const trained = [
      "train",
      ...own,
      "--threads",
      "1",
      "--optimizer",
      "sgd",
      "--budget",
      budget,
      "--out",
      out,
      ...rate,
    ];
    expect((await run(trained)).code).toBe(0);
    const outer = readFileSync(join(out, "events.jsonl"), "utf8")
      .split("\n")
      .find((line) => line.includes('"type":"outer"'))!;
    expect(losses.reduce((sum, loss) => sum + loss, 0) / 20).toBeCloseTo(JSON.parse(outer).batchLoss, 12);
  });

  test.each(optimizerNames)("works with %s", async (optimizer) => {
    const search = await find("--optimizer", optimizer, "--steps", "20", "--seeds", "2", "--json", "--from", "1e-4");
    expect(search.stderr.split("\n")[0]).toMatch(/^lr-find: 20 values of/);
    expect(search.code).toBe(0);
    const isInner = ["entropy-sgd", "entropy-adam", "parle"].includes(optimizer);
    expect(search.found).toMatchObject({ rate: isInner ? "innerLearningRate" : "learningRate" });
    const searches = searchesOf(search);
    expect(searches.map(({ seed }) => seed)).toEqual([1, 2]);
    for (const { points } of searches) expect(new Set(points.map(({ loss }) => loss)).size).toBe(points.length);
  });

  test("searches the outer rate on request, and tells of a rate that the optimizer lacks", async () => {
    const outer = await find("--optimizer", "entropy-sgd", "--rate", "learningRate", "--steps", "20", "--json");
    expect(outer.found).toMatchObject({ rate: "learningRate" });
    const refused = await find("--optimizer", "sgd", "--rate", "innerLearningRate");
    expect(refused.code).toBe(2);
    expect(refused.stderr).toBe('error: --rate: must be one of learningRate for sgd, got "innerLearningRate"\n');
  });

  test.each([
    ["1", "0.1"],
    ["1e-300", "1e300"],
  ])("refuses a range that falls, or has no factor: %s to %s", async (from, to) => {
    const { code, stderr } = await find("--optimizer", "sgd", "--from", from, "--to", to);
    expect(code).toBe(2);
    expect(stderr).toContain(`error: to: must be at least ${from}, the first, and a finite factor from it, got `);
  });

  test("keeps the searches that are complete after a signal", async () => {
    const controller = new AbortController();
    controller.abort("SIGINT");
    const { out } = { out: freshOut() };
    const ended = await run(["lr-find", ...own, "--out", out], { signal: controller.signal });
    expect(ended.code).toBe(130);
    expect(existsSync(out)).toBe(false);
  });
});

test("the advice is the geometric mean over seeds with the factor of its deviation", () => {
  const found = (steepest: number | null): SearchedRates => ({
    seed: 1,
    points: [],
    lowest: null,
    endedAt: null,
    steepest,
  });
  const { steepest, safer, factor } = adviceOf([found(0.01), found(1), found(null)]);
  expect(steepest).toBeCloseTo(0.1, 12);
  expect(safer).toBeCloseTo(0.1 / 3, 12);
  // ln 0.01 and ln 1 lie ln 10 from their mean: the sample's deviation is √2 ln 10.
  expect(factor).toBeCloseTo(10 ** Math.SQRT2, 9);
  expect(adviceOf([found(null)])).toEqual({ steepest: null, safer: null, factor: null });
});
