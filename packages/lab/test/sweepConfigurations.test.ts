import { createHash } from "node:crypto";
import { InputError } from "entropy-sgd-training";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tinyData } from "../../training/test/tinyTask.ts";
import { drawnValue } from "../src/experiments/sweep/drawing.ts";
import { planSweep } from "../src/experiments/sweep/planSweep.ts";
import { parseSweep } from "../src/experiments/sweep/readSweep.ts";
import { recipeOf } from "../src/settings/recipes.ts";
import { resolveSettings } from "../src/settings/resolveSettings.ts";
import { canonicalJson } from "../src/settings/sameTraining.ts";
import type { SweepParameter } from "../src/settings/valueSchemas.ts";
import { partsOf } from "./testRecords.ts";

const data = tinyData({ train: 500, validation: 100, test: 100 });

/** The plan, with the runs of each configuration beside it. */
function plan(content: Readonly<Record<string, unknown>>) {
  const base = { network: "small-mnistfc", budget: 2, seeds: 1 };
  const set = { batchSize: 50, validation: 100, ...(content.set as object | undefined) };
  const { runs, details } = planSweep(
    parseSweep(JSON.stringify({ ...base, ...content, set }), "s.json", "/folder"),
    partsOf("small-mnistfc", data),
  );
  const configurations = details.configurations.map((own) => ({
    ...own,
    runs: runs.filter(({ condition }) => condition === own.label),
  }));
  return { runs, numRepeated: details.numRepeated, configurations };
}

type Planned = Pick<ReturnType<typeof plan>, "configurations">;

const labels = ({ configurations }: Planned): string[] => configurations.map(({ label }) => label);
const names = ({ configurations }: Planned): string[] => configurations.map(({ runs }) => runs[0]!.name);

describe("a grid", () => {
  test("has every combination once, the last parameter changing fastest", () => {
    const lists = fc.uniqueArray(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(lists, lists, (one, other) => {
        const noise = one.map((value) => value / 1000);
        const { configurations, runs } = plan({
          ...{ optimizer: "entropy-sgd", seeds: [4, 2] },
          parameters: { noise, innerSteps: other },
        });
        const expected = noise.flatMap((first) => other.map((second) => ({ noise: first, innerSteps: second })));
        expect(configurations.map(({ parameters }) => parameters)).toEqual(expected);
        expect(new Set(runs.map(({ name }) => name)).size).toBe(2 * expected.length);
        expect(runs.map(({ settings }) => settings.seed)).toEqual([
          ...noise.flatMap(() => other.map(() => 4)),
          ...noise.flatMap(() => other.map(() => 2)),
        ]);
        for (const { parameters, runs: own } of configurations) {
          expect(own).toHaveLength(2);
          for (const { settings } of own) {
            expect(settings).toMatchObject({ batchSize: 50, threads: 1, options: parameters });
          }
        }
      }),
      { numRuns: 20 },
    );
  });

  test("a parameter of one optimizer does not multiply the runs of others", () => {
    const two = plan({
      parameters: {
        optimizer: ["entropy-sgd", "sgd"],
        "sgd.learningRate": [0.1, 0.2, 0.3],
        "entropy-sgd.preset": ["paper", "lua"],
      },
    });
    expect(labels(two)).toEqual([
      ...["optimizer=entropy-sgd, preset=paper", "optimizer=entropy-sgd, preset=lua"],
      ...[0.1, 0.2, 0.3].map((rate) => `optimizer=sgd, learningRate=${rate}`),
    ]);
    expect(two.configurations.map(({ runs }) => runs[0]!.settings.preset)).toEqual(["paper", "lua", null, null, null]);
  });

  test("values for one optimizer take precedence over those for all, fixed or varied", () => {
    const rates = ({ configurations }: Planned) =>
      configurations.map(({ optimizer, runs }) => [optimizer, runs[0]!.settings.options.learningRate]);
    const parameters = { optimizer: ["sgd", "adam", "sam"], learningRate: [0.5, 0.6], "adam.learningRate": [0.01] };
    expect(rates(plan({ set: { "sam.learningRate": 0.2 }, parameters }))).toEqual([
      ...[
        ["sgd", 0.5],
        ["sgd", 0.6],
      ],
      ...[
        ["adam", 0.01],
        ["sam", 0.2],
      ],
    ]);
  });

  test("preset, dropout and options of all go to the optimizers that have them", () => {
    const { configurations } = plan({
      ...{ preset: "lua", dropout: 0.2, set: { momentum: 0.5, innerSteps: 5, drops: [0.25, 0.5] } },
      parameters: { optimizer: ["entropy-sgd", "sgd", "adam"] },
    });
    const [entropy, sgd, adam] = configurations.map(({ runs }) => runs[0]!.settings);
    expect(entropy).toMatchObject({ preset: "lua", options: { momentum: 0.5, innerSteps: 5 } });
    expect(sgd).toMatchObject({ preset: null, options: { momentum: 0.5 } });
    expect(adam!.options.momentum).toBeUndefined();
    // As in a comparison, boundaries are the same for all.
    for (const settings of [entropy, sgd, adam])
      expect(settings).toMatchObject({ innerSteps: 5, dropout: 0.2, drops: [0.25, 0.5] });
    expect(new Set(configurations.map(({ gradients }) => gradients))).toEqual(new Set([20]));
  });

  test("a recipe gives values that are neither set nor varied, the paper's for optimizers that have one", () => {
    const optimizers = ["entropy-sgd", "sgd"] as const;
    const settings = (recipe?: string) =>
      plan({ ...(recipe && { recipe }), parameters: { optimizer: [...optimizers] } }).configurations.map(
        ({ runs }) => runs[0]!.settings,
      );
    const rates = (name: "tuned" | "paper") => recipeOf("small-mnistfc", "entropy-sgd", name).options;
    expect(settings().map(({ recipe }) => recipe)).toEqual(["tuned", "tuned"]);
    expect(settings("paper").map(({ recipe }) => recipe)).toEqual(["paper", "tuned"]);
    expect(settings("paper")[0]!.options).toMatchObject(rates("paper"));
    expect(rates("tuned")).not.toEqual(rates("paper"));
    expect(settings("tuned")).toEqual(settings());
  });

  test("lists of fractions and null are values", () => {
    const { configurations } = plan({
      optimizer: "sgd",
      parameters: { drops: [[], [0.5, 0.75]], clipNorm: [null, 1] },
    });
    expect(configurations.map(({ runs }) => [runs[0]!.settings.drops, runs[0]!.settings.options.clipNorm])).toEqual([
      ...[
        [[], null],
        [[], 1],
      ],
      ...[
        [[0.5, 0.75], null],
        [[0.5, 0.75], 1],
      ],
    ]);
    expect(labels({ configurations })[3]).toBe("drops=[0.5, 0.75], clipNorm=1");
  });

  test("an empty one has the settings alone", () => {
    expect(labels(plan({ optimizer: "sgd", parameters: {} }))).toEqual(["sgd"]);
  });
});

describe("names of runs", () => {
  test("depend on the training alone, so that a changed file keeps the runs that it still has", () => {
    const few = plan({ optimizer: "sgd", parameters: { learningRate: [0.1, 0.2] } });
    const many = plan({ optimizer: "sgd", parameters: { momentum: [0.9, 0], learningRate: [0.3, 0.2, 0.1] } });
    const fixed = plan({ optimizer: "sgd", set: { momentum: 0.9 }, parameters: { learningRate: [0.1] } });
    for (const name of names(few)) expect(names(many)).toContain(name);
    expect(names(fixed)[0]).toBe(names(few)[0]);
    for (const name of names(many)) expect(name).toMatch(/^sgd-[0-9a-f]{8}-1$/);
  });

  test("do not depend on settings that a file may lack, so that a further setting renames no runs", () => {
    const { network, optimizer, budget, batchSize, validation, ...rest } = resolveSettings({
      ...{ network: "small-mnistfc", optimizer: "sgd", budget: 2, seed: 1 },
      set: ["batchSize=50", "validation=100"],
    });
    const { version, preset, sampling, dropout, innerSteps, drops, dropFactor, recipeEpochs, decayBiases, options } =
      rest;
    const required = {
      ...{ version, network, optimizer, preset, budget, batchSize, sampling, dropout, validation },
      ...{ innerSteps, drops, dropFactor, recipeEpochs, decayBiases, options },
    };
    const hash = createHash("sha256").update(canonicalJson(required)).digest("hex").slice(0, 8);
    expect(names(plan({ optimizer: "sgd", parameters: {} }))).toEqual([`sgd-${hash}-1`]);
  });

  test("depend on everything but threads, folder of the data and settings of checkpoints", () => {
    const base = { optimizer: "sgd", data: "here", parameters: { learningRate: [0.1] } };
    const [name] = names(plan(base));
    const same = {
      threads: 2,
      data: "elsewhere",
      set: { checkpointMinutes: 1, checkpointGradients: 7, keepLast: 3, keepBest: 0 },
    };
    expect(names(plan({ ...base, ...same }))).toEqual([name]);
    for (const other of [
      { budget: 3 },
      { dropout: 0.1 },
      { sampling: "permutation" },
      { set: { rollbacks: 1 } },
      { network: "lenet" },
    ]) {
      expect(names(plan({ ...base, ...other }))).not.toEqual([name]);
    }
  });
});

describe("a random search", () => {
  const parameters = {
    optimizer: ["entropy-sgd", "sgd"],
    learningRate: { min: 0.01, max: 1, scale: "log" },
    "entropy-sgd.innerSteps": { min: 2, max: 4, integer: true },
    "entropy-sgd.scope": ["geometricScope(1e-4, 1e-3)", 0.001],
  };
  const search = (samples: number, more: object = {}, seed = 0) =>
    labels(plan({ search: "random", seed, samples, parameters: { ...parameters, ...more } }));

  test("more samples and more parameters keep the earlier choices", () => {
    const few = search(6);
    expect(search(15).slice(0, 6)).toEqual(few);
    const more = search(6, { dropout: { min: 0, max: 0.5 } });
    expect(more.map((label) => label.replace(/, dropout=.*$/, ""))).toEqual(few);
    expect(search(6, {}, 1)).not.toEqual(few);
  });

  test("a sample with the settings of an earlier one is left out", () => {
    const { configurations, numRepeated } = plan({
      ...{ search: "random", samples: 30, optimizer: "sgd" },
      parameters: { nesterov: [true, false], momentum: [0, 0.9] },
    });
    expect([configurations.length, numRepeated]).toEqual([4, 26]);
  });

  const draws = (parameter: SweepParameter, count: number) =>
    Array.from({ length: count }, (_, i) => Number(drawnValue(parameter, 3, "name", i).value));

  test.each<[string, SweepParameter, (value: number) => number]>([
    ["uniform", { min: 2, max: 5, scale: "linear", integer: false }, (value) => (value - 2) / 3],
    [
      "uniform in the logarithm",
      { min: 0.01, max: 100, scale: "log", integer: false },
      (value) => Math.log10(value * 100) / 4,
    ],
  ])("numbers of a range are %s", (_, range, share) => {
    const numbers = draws(range, 1000);
    const shares = numbers.map(share).sort((a, b) => a - b);
    // The largest distance of the empirical distribution from the uniform one, at its critical value for 0.1 %.
    const distance = Math.max(...shares.map((value, i) => Math.max(value - i / 1000, (i + 1) / 1000 - value)));
    expect(distance).toBeLessThan(1.95 / Math.sqrt(1000));
    for (const value of numbers) expect(value).toBe(Number(value.toPrecision(6)));
  });

  test.each<[string, SweepParameter, (value: number) => number]>([
    ["linear", { min: 3, max: 6, scale: "linear", integer: true }, () => 1 / 4],
    ["log", { min: 1, max: 7, scale: "log", integer: true }, (value) => Math.log((value + 1) / value) / Math.log(8)],
  ])("whole numbers reach from min to max (%s)", (_, range, chance) => {
    const numbers = draws(range, 2000);
    const { min, max } = range as { min: number; max: number };
    expect(new Set(numbers)).toEqual(new Set(Array.from({ length: max - min + 1 }, (_, i) => min + i)));
    for (let value = min; value <= max; value++) {
      const found = numbers.filter((number) => number === value).length;
      const p = chance(value);
      expect(Math.abs(found - 2000 * p)).toBeLessThan(5 * Math.sqrt(2000 * p * (1 - p)));
    }
  });

  test("entries of a list are equally likely", () => {
    const found = draws([10, 20, 30], 3000);
    for (const value of [10, 20, 30]) {
      expect(Math.abs(found.filter((other) => other === value).length - 1000)).toBeLessThan(
        5 * Math.sqrt(3000 * (2 / 9)),
      );
    }
  });
});

test.each<[string, string]>([
  // What only the settings, the optimizer, the data or the number of runs tell.
  [
    "optimizer: sgd\nparameters:\n  batchSize: [50, 600]\n",
    "3:19: parameters.batchSize.1: must be at most the 500 training examples, got 600",
  ],
  [
    "optimizer: sgd\nset:\n  batchSize: 501\nparameters: {}\n",
    "3:14: set.batchSize: must be at most the 500 training examples, got 501",
  ],
  [
    'optimizer: entropy-sgd\nset: { batchSize: 50 }\nparameters:\n  scope: [0, "geometricScope(-1, 0)"]\n',
    "4:14: parameters.scope.1: initial must be in [0, ∞), got -1",
  ],
  [
    "optimizer: sgd\nseeds: 5000\nset: { batchSize: 50 }\nparameters:\n  momentum: [0, 0.5, 0.9]\n",
    "4:1: parameters: must give at most 10000 runs; 3 configurations with 5000 seeds are 15000",
  ],
])("errors beyond the syntax of the file have a place (%#)", (text, message) => {
  const sweep = parseSweep(`${text}network: small-mnistfc\nbudget: 1\n`, "s.yaml", "/folder");
  const planned = () => planSweep(sweep, partsOf("small-mnistfc", data));
  expect(planned).toThrow(InputError);
  expect(planned).toThrow(`s.yaml:${message}`);
});
