import { type OptimizerName, optimizerNames } from "entropy-sgd";
import { planOf } from "entropy-sgd-training";
import { networkNames } from "entropy-sgd-training/node";
import { describe, expect, test } from "vitest";
import { makeOptimizer } from "../runner/makeOptimizer.ts";
import { recipeOf } from "./recipes.ts";
import { resolveSettings } from "./resolveSettings.ts";
import { sameTraining } from "./sameTraining.ts";
import { checkedSettings } from "./settings.ts";
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
  const { source, evidence } = recipeOf("mine", "sgd");
  expect([source, evidence]).toEqual(["those of mnistfc; none were chosen for this network", null]);
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
