import { type OptimizerName, optimizerNames } from "entropy-sgd";
import { planOf } from "entropy-sgd-training";
import { networkNames } from "entropy-sgd-training/node";
import { describe, expect, test } from "vitest";
import { makeOptimizer } from "../runner/makeOptimizer.ts";
import { checkedSettings } from "./checkedSettings.ts";
import { recipeOf } from "./recipes.ts";
import { resolveSettings } from "./resolveSettings.ts";
import { sameTraining } from "./sameTraining.ts";
import { tunedRates } from "./tunedRates.ts";

const request = { network: "small-mnistfc", optimizer: "entropy-sgd", budget: 1, seed: 1 };

/** Those whose rates were measured on each network. */
const measured: readonly OptimizerName[] = [
  "entropy-sgd",
  "entropy-adam",
  "sgd",
  "adam",
  "adamw",
  "sgld",
  "sam",
  "swa",
];

test("every network and measured optimizer has a tuned recipe with its evidence, and resolves by default to it", () => {
  const chosen = Object.keys(tunedRates);
  expect(chosen.length).toBeGreaterThan(6);
  for (const network of chosen) {
    expect(networkNames).toContain(network);
    for (const optimizer of measured) {
      const { source, evidence, options } = recipeOf(network, optimizer);
      expect(source).toMatch(/^chosen on validation error after/);
      expect(evidence).toMatch(/^docs\/results\/rates.*\.md$/);
      const settings = resolveSettings({ ...request, network, optimizer });
      expect(settings).toMatchObject({ recipe: "tuned", options });
    }
  }
  // A recorded run may name any network.
  for (const network of ["mine", "constructor"]) {
    const { source, evidence, dropout } = recipeOf(network, "sgd");
    expect([source, evidence, dropout]).toEqual(["those of mnistfc; none were chosen for this network", null, 0]);
  }
});

test("every optimizer has a tuned recipe with which a run can be planned", () => {
  expect(optimizerNames).toEqual(expect.arrayContaining([...measured]));
  const plan = planOf(55_000, 128, 20, 1);
  for (const optimizer of optimizerNames) {
    const settings = resolveSettings({ ...request, optimizer });
    expect(makeOptimizer(settings, plan, []).innerSteps).toBeGreaterThan(0);
  }
});

describe("the paper's recipe", () => {
  test("has η = 1, η' = 0.1, ε = 1e-4, γ from 1e-4, L = 20 for Entropy-SGD", () => {
    const { recipe, options } = resolveSettings({ ...request, recipe: "paper" });
    expect(recipe).toBe("paper");
    expect(options).toMatchObject({ learningRate: 1, innerLearningRate: 0.1, innerSteps: 20, noise: 1e-4 });
    expect(options.scope).toBe("geometricScope(1e-4, 1e-3)");
    expect(recipeOf("lenet", "entropy-sgd", "paper").source).toContain("arXiv:1611.01838");
  });

  test("of LeNet equals the tuned one, whose runs keep their bits", () => {
    const lenet = { ...request, network: "lenet", preset: "lua" };
    expect(sameTraining(resolveSettings({ ...lenet, recipe: "paper" }), resolveSettings(lenet))).toBe(true);
  });

  test("has Adam's schedule and dropout for the two networks with a baseline", () => {
    const settings = resolveSettings({ ...request, network: "lenet", optimizer: "adam", recipe: "paper" });
    expect(settings).toMatchObject({
      dropout: 0.5,
      drops: [0.3, 0.6, 0.9],
      dropFactor: 0.2,
      options: { learningRate: 1e-3 },
    });
  });

  test("of All-CNN has Entropy-SGD, SGD and SGLD, with L2 and dropout for all, by default too", () => {
    const of = (optimizer: string) =>
      resolveSettings({ ...request, network: "all-cnn-bn", optimizer, recipe: "paper" });
    expect(of("entropy-sgd")).toMatchObject({
      ...{ data: "cifar-10", dropout: 0.5, batchSize: 128, recipeEpochs: 10, drops: [0.4, 0.8], dropFactor: 0.2 },
      options: { learningRate: 1, innerLearningRate: 0.1, innerSteps: 20, noise: 1e-4, weightDecay: 1e-3 },
    });
    expect(of("entropy-sgd").options.scope).toBe("geometricScope(0.03, 1e-3)");
    expect(of("sgd")).toMatchObject({
      ...{ dropout: 0.5, recipeEpochs: 200, drops: [0.3, 0.6, 0.9], dropFactor: 0.2 },
      options: { learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 1e-3 },
    });
    expect(of("sgld")).toMatchObject({
      ...{ dropout: 0.5, recipeEpochs: 500, drops: [] },
      options: { annealing: 0.25, noise: 1e-4, noiseForm: "code", weightDecay: 1e-3 },
    });
    const { recipe: _, ...tuned } = resolveSettings({ ...request, network: "all-cnn-bn", optimizer: "sgd" });
    const { recipe: __, ...paper } = of("sgd");
    expect(tuned).toEqual(paper);
    expect(() => of("adam")).toThrow("the paper has none for adam on all-cnn-bn");
  });

  test("of LeNet by SGLD anneals the steps and has no other drops", () => {
    const lenet = { ...request, network: "lenet", optimizer: "sgld", recipe: "paper" };
    expect(resolveSettings(lenet)).toMatchObject({
      ...{ dropout: 0.25, recipeEpochs: 300, drops: [] },
      options: { learningRate: 0.3, annealing: 0.25, noise: 1e-4, noiseForm: "code" },
    });
    expect(() => resolveSettings({ ...lenet, network: "mnistfc" })).toThrow("the paper has none for sgld on mnistfc");
  });

  test("is refused where the paper has none, as is an unknown name", () => {
    const sgd = { ...request, optimizer: "sgd", recipe: "paper" };
    expect(() => resolveSettings(sgd)).toThrow(
      "recipe: the paper has none for sgd on small-mnistfc; leave it out, or say tuned",
    );
    expect(() => resolveSettings({ ...request, recipe: "best" })).toThrow(
      'recipe: must be one of tuned, paper, finetune, got "best"',
    );
  });
});

describe("recipes of language models", () => {
  const of = (network: string, optimizer: string, recipe = "paper") =>
    resolveSettings({ ...request, network, optimizer, recipe });

  test("are the published ones, with rates and norms for a loss that is the mean over steps", () => {
    const small = of("ptb-small", "sgd");
    expect(small).toMatchObject({ batchSize: 20, dropout: 0, task: "sequence", data: "ptb", dropFactor: 0.5 });
    expect(small.dataOptions).toEqual({ steps: 20 });
    expect(small.drops.map((drop) => drop * 13)).toEqual(
      [4, 5, 6, 7, 8, 9, 10, 11, 12].map((epoch) => expect.closeTo(epoch, 9)),
    );
    expect(small.options).toMatchObject({ learningRate: 20, momentum: 0, clipNorm: 0.25 });
    const large = of("ptb-large", "entropy-sgd");
    expect(large).toMatchObject({ dropout: 0.65, drops: [0.6, 0.8], dropFactor: 0.1, innerSteps: 5 });
    expect(large.options).toMatchObject({ learningRate: 1, innerLearningRate: 35, innerSteps: 5, momentum: 0.5 });
    expect([large.options.scope, large.options.clipNorm]).toEqual([1e-3 / 35, 10 / 35]);
    const characters = of("char-lstm", "entropy-adam");
    expect(characters).toMatchObject({ batchSize: 32, drops: [0.2, 0.4, 0.6, 0.8], dropFactor: 0.5, innerSteps: 5 });
    expect(characters.options).toMatchObject({ learningRate: 0.01, innerLearningRate: 0.1, scope: 0.01, beta1: 0.5 });
    expect(of("char-lstm", "adam")).toMatchObject({ recipeEpochs: 50, options: { learningRate: 2e-3 } });
    expect(() => of("char-lstm", "entropy-sgd")).toThrow("the paper has none for entropy-sgd on char-lstm");
  });

  test("are the default too, which says that none were tuned; batch and steps can be set", () => {
    const { source, evidence, options } = recipeOf("ptb-small", "sgd");
    expect([source, evidence]).toEqual(["the published ones; none were chosen on validation for this network", null]);
    expect(of("ptb-small", "sgd", "tuned").options).toMatchObject(options);
    expect(recipeOf("ptb-small", "adam").source).toBe("those of mnistfc; none were chosen for this network");
    const set = ["batchSize=7", "data.steps=9"];
    const settings = resolveSettings({ ...request, network: "ptb-small", optimizer: "sgd", set });
    expect(settings).toMatchObject({ batchSize: 7, dataOptions: { steps: 9 } });
  });

  test("have the texts of files read as words where the network is for words; a name of data says its own unit", () => {
    const reading = (network: string, data: string, ...set: string[]) =>
      resolveSettings({ ...request, network, optimizer: "sgd", data, set }).dataOptions;
    expect(reading("ptb-small", "book.txt")).toEqual({ unit: "words", steps: 20 });
    expect(reading("ptb-small", "book.txt", "data.unit=bytes")).toEqual({ unit: "bytes", steps: 20 });
    expect(reading("ptb-small", "war-and-peace")).toEqual({ steps: 20 });
    expect(reading("char-lstm", "book.txt")).toEqual({ steps: 50 });
  });

  test("drive a run that can be planned", () => {
    const plan = planOf(46_479, 20, 5, 25);
    for (const network of ["char-lstm", "ptb-small", "ptb-medium", "ptb-large"])
      for (const optimizer of optimizerNames) {
        const settings = of(network, optimizer, "tuned");
        expect(makeOptimizer(settings, plan, []).innerSteps).toBeGreaterThan(0);
      }
  });
});

test("the recipe for trained models has a tenth of the rate that decides how far a step goes", () => {
  const rates = (optimizer: string) => {
    const { learningRate, innerLearningRate } = resolveSettings({ ...request, optimizer, recipe: "finetune" }).options;
    return [learningRate, innerLearningRate];
  };
  expect(rates("entropy-sgd")).toEqual([1, 0.003]);
  expect(rates("entropy-adam")).toEqual([0.0003, 0.1]);
  expect(rates("sgd")).toEqual([0.003, undefined]);
  expect(recipeOf("mine.onnx", "sgd", "finetune").source).toContain("not tuned");
});

test("settings of versions without names of recipes are read, and are the same training as now", () => {
  const settings = resolveSettings(request);
  const { recipe: _, ...older } = settings;
  const read = checkedSettings(older);
  expect(read.recipe).toBeNull();
  expect(sameTraining(read, settings)).toBe(true);
});
