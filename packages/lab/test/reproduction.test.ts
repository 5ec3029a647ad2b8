import { usualOptionsOf } from "entropy-sgd-training/node";
import { describe, expect, test } from "vitest";
import type { PlannedRun } from "../src/experiments/experiment.ts";
import { planReproduction } from "../src/experiments/reproduce/planReproduction.ts";
import { type ReproducedRun, reproducedRun, runFromJson } from "../src/experiments/reproduce/reproducedRun.ts";
import { reproductionResult } from "../src/experiments/reproduce/reproductionResult.ts";
import { reproductionNames, reproductions } from "../src/experiments/reproduce/reproductions.ts";
import { reproductionFindings } from "../src/pages/reproductionFindings.ts";
import { reproductionSentences } from "../src/pages/reproductionWords.ts";
import { placedAt } from "../src/settings/placedAt.ts";
import { resolveSettings } from "../src/settings/resolveSettings.ts";
import { sameTraining } from "../src/settings/sameTraining.ts";
import { recordOf } from "./testRecords.ts";

const runOf = (optimizer: string, seed: number, errors: readonly number[], changes = {}): ReproducedRun =>
  reproducedRun(recordOf(optimizer, seed, errors, changes), optimizer);

const lenet = { name: "lenet", scale: 1, seeds: 2 } as const;

describe("the plan", () => {
  test.each(["mnistfc", "mnistfc-bn", "lenet"] as const)("of %s is the training of the published recipe", (name) => {
    const { runs } = planReproduction({ name, scale: 1, seeds: 2 });
    expect(runs.map((run) => run.name)).toEqual(["entropy-sgd-1", "adam-1", "entropy-sgd-2", "adam-2"]);
    for (const { condition: optimizer, settings } of runs) {
      const { seed } = settings;
      const preset = optimizer === "adam" ? undefined : "lua";
      const common = { network: name, optimizer, preset, recipe: "paper", budget: 100, seed };
      expect(sameTraining(settings, resolveSettings({ ...common, set: ["validation=0"] }))).toBe(true);
    }
  });

  test("of a scale has its share of every budget, and the same fractions of it", () => {
    for (const name of reproductionNames) {
      const whole = planReproduction({ name, scale: 1, seeds: 1 }).runs;
      const { runs, details } = planReproduction({ name, scale: 0.07, seeds: 1 });
      expect(details).toEqual({ name, scale: 0.07 });
      for (const [i, { settings }] of runs.entries()) {
        const { budget, ...others } = whole[i]!.settings;
        expect(settings).toEqual({ ...others, budget: (7 * budget) / 100 });
      }
    }
  });

  test("of texts has the texts' own parts, and the data that --data may bring from elsewhere", () => {
    for (const [name, data] of [
      ["char-lstm", "war-and-peace"],
      ["ptb-small", "ptb"],
      ["ptb-large", "ptb"],
    ] as const) {
      const [{ condition, settings }] = planReproduction({ name, scale: 1, seeds: 1 }).runs as [PlannedRun];
      expect([condition, settings.budget, settings.innerSteps]).toEqual([settings.optimizer, 25, 5]);
      const common = { network: name, optimizer: condition, preset: "lua", recipe: "paper", budget: 25, seed: 1 };
      expect(sameTraining(settings, resolveSettings({ ...common, data }))).toBe(true);
      // Read from another place, they are read as those of their name.
      const there = placedAt(settings, "elsewhere");
      const { steps } = settings.dataOptions;
      expect(there.dataOptions).toEqual({ ...usualOptionsOf(data), steps });
      expect(sameTraining(there, settings)).toBe(true);
    }
  });

  test("of All-CNN has the published rates, decay, dropout and preparation", () => {
    const { runs } = planReproduction({ name: "all-cnn", scale: 1, seeds: 1 });
    const common = { network: "all-cnn-bn", data: "cifar-10", validation: 0, dropout: 0.5, batchSize: 128 };
    const [entropySgd, sgd, sgld] = runs.map(({ settings }) => settings);
    for (const settings of [entropySgd, sgd, sgld]) {
      expect(settings).toMatchObject({
        ...common,
        dataOptions: { standardise: "zca" },
        options: { weightDecay: 1e-3 },
      });
    }
    expect(entropySgd).toMatchObject({ budget: 200, drops: [0.4, 0.8], dropFactor: 0.2, recipeEpochs: 10 });
    expect(entropySgd!.options).toMatchObject({
      scope: "geometricScope(0.03, 1e-3)",
      noiseForm: "code",
      innerSteps: 20,
    });
    expect(sgd).toMatchObject({ budget: 200, drops: [0.3, 0.6, 0.9], options: { learningRate: 0.1, nesterov: true } });
    expect(sgld).toMatchObject({ budget: 500, drops: [], options: { annealing: 0.25 } });
  });

  test("of SGLD anneals its steps alone", () => {
    const [run] = planReproduction({ name: "sgld-lenet", scale: 1, seeds: 1 }).runs;
    expect(run!.settings).toMatchObject({ drops: [], budget: 300, validation: 0, options: { annealing: 0.25 } });
  });
});

describe("ours beside the paper's", () => {
  test("times of what was not run have each source once, and say of which method where there are several", () => {
    const timed = (optimizer: string, msPerGradient: number) => {
      const run = runOf(optimizer, 1, [0.006]);
      return { ...run, result: { ...run.result!, msPerGradient } };
    };
    const times = (runs: ReproducedRun[]) =>
      reproductionSentences(reproductionResult({ ...lenet, runs })).filter((sentence) => sentence.startsWith("Times"));
    expect(times([timed("entropy-sgd", 84.68), timed("adam", 1080)])).toEqual([
      "Times of what was not run of entropy-sgd are from 84.7 ms per gradient, measured on the runs that ended; evaluations come on top.",
      "Times of what was not run of adam are from 1,080 ms per gradient, measured on the runs that ended; evaluations come on top.",
    ]);
    expect(times([timed("entropy-sgd", 80), timed("adam", 80)])).toEqual([
      "Times of what was not run are from 80.0 ms per gradient, measured on the runs that ended; evaluations come on top.",
    ]);
  });

  test("best points of the test curves, the earliest of equal ones, and the last epochs", () => {
    const runs = [runOf("entropy-sgd", 1, [0.006, 0.006]), runOf("entropy-sgd", 2, [0.009, 0.008, 0.01])];
    const [{ best, bestEpoch, last, ended }] = reproductionResult({ ...lenet, runs }).methods as [never];
    expect(ended).toMatchObject([
      { best: 0.006, bestEpoch: 1, last: 0.006 },
      { best: 0.008, bestEpoch: 2, last: 0.01 },
    ]);
    expect(best).toMatchObject({ mean: 0.007, n: 2 });
    expect(bestEpoch).toMatchObject({ mean: 1.5 });
    expect(last).toMatchObject({ mean: 0.008 });
  });

  test("the difference has its standard error of both sides", () => {
    // 0.48 and 0.56 %: mean 0.52, standard error 0.04; published 0.50 with 0.01/√5.
    const runs = [runOf("entropy-sgd", 1, [0.0048]), runOf("entropy-sgd", 2, [0.0056])];
    const [{ toPublished }, adam] = reproductionResult({ ...lenet, runs }).methods as [never, never];
    const { estimate, judged } = toPublished as { estimate: number; judged: { standardError: number; margin: number } };
    expect(100 * estimate).toBeCloseTo(0.02, 12);
    expect(100 * judged.standardError).toBeCloseTo(Math.hypot(0.04, 0.01 / Math.sqrt(5)), 12);
    expect(judged.margin).toBe(0.002);
    expect(adam).toMatchObject({ toPublished: null, ended: [], left: { number: 2, gradients: 46_800 } });
  });

  test.each([
    ["one run", [0.0048]],
    ["equal runs", [0.0048, 0.0048]],
  ])("%s can claim no standard error", (_, errors) => {
    const runs = errors.map((error, i) => runOf("entropy-sgd", i + 1, [error]));
    const { lines } = reproductionFindings({ ...lenet, runs });
    expect(reproductionResult({ ...lenet, runs }).methods[0]!.toPublished!.judged).toBeNull();
    expect(lines.join("\n")).toContain("can claim nothing about the difference");
  });

  test("a run that diverged or has not ended has no part in the means, and is told of", () => {
    const runs = [
      runOf("entropy-sgd", 1, [0.9, 0.8], { reason: "diverged" }),
      runOf("entropy-sgd", 2, [0.005]),
      { ...runOf("adam", 1, [0.006]), result: null },
    ];
    const { methods } = reproductionResult({ ...lenet, runs });
    expect(methods).toMatchObject([
      { best: { n: 1, mean: 0.005 }, numDiverged: 1, left: null },
      { best: { n: 0 }, numDiverged: 0, left: { number: 2, numBegun: 1 } },
    ]);
  });

  test("a shortened reproduction says so everywhere, and nothing of agreement with the paper", () => {
    const runs = [runOf("entropy-sgd", 1, [0.0048]), runOf("entropy-sgd", 2, [0.0056])];
    const { lines, page, figures } = reproductionFindings({ ...lenet, scale: 0.02, runs });
    for (const text of [lines[0], page, figures[0]!.caption]) expect(text).toContain("At scale 0.02");
    expect(lines.join("\n")).not.toMatch(/published 0\.50.*(lower|higher|equivalent|distinguishable)/);
  });

  test("a run whose last outer step ends beyond its budget lies within the figure", () => {
    const runs = [runOf("entropy-sgd", 1, [0.0048, 0.0047, 0.0046])];
    const [figure] = reproductionFindings({ ...lenet, scale: 0.025, runs }).figures;
    const ends = [...figure!.svg.matchAll(/<text[^>]*>(\d+(?:\.\d+)?)<\/text>/g)].map(([, text]) => Number(text));
    expect(ends).toContain(3);
  });

  test("the epoch of the best point has digits where a shortened run is short, and says whose it is", () => {
    const runs = [runOf("entropy-sgd", 1, [0.0048, 0.0047])];
    const headOf = (scale: number) => reproductionFindings({ ...lenet, scale, runs }).lines.join("\n");
    expect(headOf(0.025)).toMatch(/published, at epoch.*ours, at epoch/);
    const cells = (scale: number) => /^entropy-sgd .*$/m.exec(headOf(scale))![0].split(/ {2,}/);
    expect([0.002, 0.025, 1].map((scale) => cells(scale)[4])).toEqual(["2.00", "2.0", "2"]);
  });

  test("what was not published and what was not run is empty", () => {
    const { lines } = reproductionFindings({ name: "mnistfc-bn", scale: 1, seeds: 1, runs: [] });
    const [, , adam] = lines[1]!.split("\n").slice(1);
    expect(adam!.split(/ {2,}/)).toEqual(["adam", "1 run of about 10 min"]);
  });
});

test("page, table and figure are made again from the JSON alone", () => {
  const runs = [runOf("entropy-sgd", 1, [0.02, 0.0048]), runOf("adam", 1, [0.0056])];
  const made = reproductionFindings({ ...lenet, runs });
  const read = JSON.parse(JSON.stringify(made.json)) as { runs: unknown[] };
  const again = read.runs.map((run) => runFromJson(run, "reproduction.json"));
  expect(reproductionFindings({ ...lenet, runs: again })).toEqual(made);
});

test("every experiment has the paper's method first, and sources for what was published", () => {
  for (const { methods, readings } of Object.values(reproductions)) {
    expect(new Set(methods.map(({ optimizer }) => optimizer)).size).toBe(methods.length);
    expect(readings.length).toBeGreaterThan(0);
    for (const { published } of methods) if (published !== null) expect(published.source).toMatch(/arXiv:/);
  }
});
