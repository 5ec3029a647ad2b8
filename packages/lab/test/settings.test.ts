import { resolve } from "node:path";
import { optimizerNames, progress } from "entropy-sgd";
import { InputError, planOf } from "entropy-sgd-training";
import { networkNames } from "entropy-sgd-training/node";
import { describe, expect, test } from "vitest";
import { makeOptimizer, schedulesThatDiffer } from "../src/runner/makeOptimizer.ts";
import { sharedRecipe } from "../src/settings/recipes.ts";
import { resolveSettings } from "../src/settings/resolveSettings.ts";

const base = { network: "lenet", optimizer: "entropy-sgd", budget: 4, seed: 1 };

describe("settings", () => {
  test("preset < recipe < --set", () => {
    const plain = resolveSettings(base);
    expect(plain.options).toMatchObject({ averaging: 0.75, innerSteps: 20, innerLearningRate: 0.1, noise: 1e-4 });
    expect(plain).toMatchObject({ preset: "paper", dropout: 0.25, drops: [0.4], dropFactor: 0.1, innerSteps: 20 });
    const lua = resolveSettings({ ...base, preset: "lua", set: ["innerSteps=7", "averaging=0.5", "batchSize=64"] });
    expect(lua.options).toMatchObject({ averaging: 0.5, innerSteps: 7, forcePlacement: "outside", scopeStart: 1 });
    expect(lua).toMatchObject({ innerSteps: 7, batchSize: 64 });
  });

  test("of several optimizers those with a recipe in the paper have it, unless none has one", () => {
    const of = (optimizer: string, optimizers: string[], name?: string) =>
      sharedRecipe("lenet", optimizer, optimizers, name);
    expect(of("sgd", ["sgd", "entropy-sgd"], "paper")).toBe("tuned");
    expect(of("entropy-sgd", ["sgd", "entropy-sgd"], "paper")).toBe("paper");
    expect(of("sgd", ["sgd", "entropy-sgd"])).toBeUndefined();
    // Asked for and not to be had: `resolveSettings` says so.
    expect(of("sgd", ["sgd", "sam"], "paper")).toBe("paper");
  });

  test("optimizers without presets have none, and the boundaries of the Entropy-SGD recipe", () => {
    expect(resolveSettings({ ...base, optimizer: "sgd" })).toMatchObject({
      preset: null,
      innerSteps: 20,
      dropout: 0.25,
    });
  });

  test.each([
    [
      { ...base, network: "lent" },
      `network: must be one of ${networkNames.join(", ")}, or a file that ends in .onnx, .ts, .mts, .js, .mjs, got "lent"`,
    ],
    [{ ...base, optimizer: "sdg" }, `optimizer: must be one of ${optimizerNames.join(", ")}, got "sdg"`],
    [{ ...base, preset: "luna" }, 'preset: must be one of paper, lua, pytorch, got "luna"'],
    [
      { ...base, optimizer: "sgd", preset: "lua" },
      "preset: only entropy-sgd, entropy-adam and parle have presets, the optimizer is sgd",
    ],
    [
      { ...base, set: ["innerStep=7"] },
      /^--set innerStep: unknown for entropy-sgd; the options are learningRate, .*batchSize/,
    ],
    [{ ...base, set: ["innerSteps"] }, '--set: must be name=value, got "innerSteps"'],
    [{ ...base, set: ["innerSteps=x"] }, '--set innerSteps: must be an integer in [1, ∞), got "x"'],
    [{ ...base, set: ["noiseForm=other"] }, '--set noiseForm: must be one of "paper", "code", got "other"'],
    [{ ...base, set: ["scoping=1"] }, '--set scoping: must be true or false, got "1"'],
    [
      { ...base, set: ["scope=geometric(1,2)"] },
      '--set scope: must be in [0, ∞) or geometricScope(γ₀, γ₁), focusingScope(γ₀, factor) or distanceScope(share, γ₀), got "geometric(1,2)"',
    ],
    [{ ...base, set: ["noise=null"] }, '--set noise: must be in [0, ∞), got "null"'],
    [{ ...base, set: ["seed=3"] }, "--set seed: give --seed, which also draws weights and data order"],
    [{ ...base, set: ["drops=0.5,0.25"] }, "drops: must ascend, no two alike, got [0.5, 0.25]"],
    [{ ...base, set: ["drops=0.5,0.5"] }, "drops: must ascend, no two alike, got [0.5, 0.5]"],
    [
      { ...base, set: ["learningRate=Infinity"] },
      '--set learningRate: must be in (0, ∞) or a schedule, got "Infinity"',
    ],
    [
      { ...base, set: ["scope=geometricScope(1e-4, x)"] },
      '--set scope: must be in [0, ∞) or geometricScope(γ₀, γ₁), focusingScope(γ₀, factor) or distanceScope(share, γ₀), got "geometricScope(1e-4, x)"',
    ],
    [{ ...base, set: ["batchSize=Infinity"] }, '--set batchSize: must be a number, got "Infinity"'],
    [{ ...base, set: ["heldOut=first"] }, /^heldOut: .*got "first"$/],
    [{ ...base, budget: Number.POSITIVE_INFINITY }, /^budget: .*got Infinity$/],
    [{ ...base, budget: Number.NaN }, /^budget: .*got NaN$/],
    [{ ...base, set: ["drops=0.5,2"] }, /^drops\.1: .*got 2$/],
    [{ ...base, set: ["batchSize=1"] }, /^batchSize: .*got 1$/],
    [{ ...base, sampling: "random" }, /^sampling: .*got "random"$/],
    [{ ...base, dropout: 1 }, /^dropout: .*got 1$/],
    [{ ...base, budget: -1 }, /^budget: .*got -1$/],
    [{ ...base, budget: 1e-320 }, /^budget: must be at least 1e-9, got 1e-320$/],
  ])("bad input is told in one line (%#)", (request, message) => {
    expect(() => resolveSettings(request)).toThrow(message);
    expect(() => resolveSettings(request)).toThrow(InputError);
  });

  test("values out of range are refused with the factory's message", () => {
    const settings = resolveSettings({ ...base, set: ["averaging=1.5"] });
    expect(() => makeOptimizer(settings, planOf(55_000, 128, 20, 4), [])).toThrow(
      new InputError("entropySgd: averaging must be in (0, 1], got 1.5"),
    );
  });
});

describe("the data of a run", () => {
  const dataOf = (data?: string) => resolveSettings({ ...base, ...(data !== undefined && { data }) }).data;

  test("are the default, by name or without one, or a folder by its path", () => {
    expect([dataOf(), dataOf("mnist"), dataOf("./mnist")]).toEqual([null, null, resolve("mnist")]);
  });
});

describe("schedules beyond the budget", () => {
  const swa = (set: readonly string[]) => {
    const settings = resolveSettings({ ...base, optimizer: "swa", set });
    return () => makeOptimizer(settings, planOf(55_000, 128, 20, 4), []);
  };

  test("an average that would begin after the run is refused", () => {
    expect(swa(["averageFrom=1721"])).toThrow(
      new InputError("averageFrom: must be at most the 1720 gradients of the run, or no point is averaged, got 1721"),
    );
    expect(swa(["averageFrom=1720"])).not.toThrow();
    expect(swa([])).not.toThrow();
  });

  test.each([true, null, "wide", "geometricScope(1e-4, x)"])("a scope of %o in a file is refused", (scope) => {
    const settings = { ...resolveSettings(base), options: { ...resolveSettings(base).options, scope } };
    expect(() => makeOptimizer(settings, planOf(55_000, 128, 20, 4), [])).toThrow(
      new InputError(
        `scope: must be a number or geometricScope(γ₀, γ₁), focusingScope(γ₀, factor) or distanceScope(share, γ₀), got ${JSON.stringify(scope)}`,
      ),
    );
  });
});

describe("plans", () => {
  test("a budget is rounded up to whole outer steps", () => {
    // 55,000 / 128 = 429.7: 4 epochs are 1,716 gradients, 86 outer steps of 20.
    expect(planOf(55_000, 128, 20, 4)).toMatchObject({ gradientsPerEpoch: 429, totalGradients: 1720 });
    expect(planOf(55_000, 128, 1, 4).totalGradients).toBe(1716);
    expect(planOf(60_000, 128, 20, 100).totalGradients).toBe(46_800);
    // 0.7 · 30 is 21 but for rounding: 3 outer steps of 7, not 4.
    expect(planOf(300, 10, 7, 0.7).totalGradients).toBe(21);
    expect(() => planOf(100, 128, 20, 4)).toThrow(
      "batchSize must be at most the number of training examples 100, got 128",
    );
  });
});

describe("schedules of a run", () => {
  const stepped = (network: string, optimizer: string, budget: number, set: readonly string[] = []) => {
    const settings = resolveSettings({ network, optimizer, budget, seed: 1, set });
    const plan = planOf(55_000, 128, settings.innerSteps, budget);
    const made = makeOptimizer(settings, plan, []);
    const rates: number[] = [];
    const scopes: (number | null)[] = [];
    let state = made.init(new Float64Array(1));
    for (let k = 0; k < plan.totalGradients; k++) {
      state = made.step(new Float64Array(1), state);
      rates.push(progress(state).learningRate);
      scopes.push(progress(state).scope ?? null);
    }
    return { rates, scopes, plan };
  };

  test.each(["entropy-sgd", "sgd"])("the rate of %s falls by 10 after 2/5 of the budget", (optimizer) => {
    const { rates, plan } = stepped("lenet", optimizer, 1);
    const drop = rates.findIndex((rate) => rate < rates[0]!);
    expect(rates[drop]! / rates[0]!).toBeCloseTo(0.1, 12);
    // At the first step whose begun fraction is 2/5 or more: 440 gradients, 22 outer steps, 8.8 of them.
    expect(drop).toBe(optimizer === "sgd" ? 0.4 * plan.totalGradients : 20 * Math.ceil(0.4 * 22));
  });

  test("scoping ends with the γ of the full recipe, whatever the budget", () => {
    // The last of T steps has t = T − 1 under the paper preset: γ₀(1 + γ₁)^(T_full·(T − 1)/T), T_full = 5·429.
    for (const budget of [0.5, 2]) {
      const { scopes, plan } = stepped("lenet", "entropy-sgd", budget);
      const outerSteps = plan.totalGradients / 20;
      expect(scopes[0]).toBe(1e-4);
      expect(scopes.at(-1)! / (1e-4 * 1.001 ** (2145 * ((outerSteps - 1) / outerSteps)))).toBeCloseTo(1, 10);
    }
    expect(stepped("lenet", "entropy-sgd", 0.1, ["scope=0.5"]).scopes.at(-1)).toBe(0.5);
  });

  test("focusing grows by its factor from the first outer step to the last, whatever the budget", () => {
    for (const budget of [0.5, 2]) {
      const { scopes } = stepped("lenet", "entropy-sgd", budget, ["scope=focusingScope(2e-3, 1e4)"]);
      expect(scopes[0]).toBe(2e-3);
      expect(scopes.at(-1)! / 20).toBeCloseTo(1, 10);
    }
  });

  test("a scope that follows the distance follows no plan", () => {
    // Nothing moves without a gradient, and 1 weight of 0 has no share: γ stays at its first value.
    expect(stepped("lenet", "entropy-sgd", 0.1, ["scope=distanceScope(0.01, 3)", "noise=0"]).scopes.at(-1)).toBe(3);
    const settings = resolveSettings({ ...base, set: ["scope=distanceScope(0.01, 3)", "drops="] });
    const [before, after] = [1, 4].map((budget) => planOf(55_000, 128, settings.innerSteps, budget));
    expect(schedulesThatDiffer(settings, before!, after!, 400)).toEqual([]);
    const geometric = resolveSettings({ ...base, set: ["scope=geometricScope(1e-4, 1e-3)", "drops="] });
    expect(schedulesThatDiffer(geometric, before!, after!, 400)).toEqual(["scope from gradient 21 on"]);
  });

  test("SGLD counts its annealing in epochs", () => {
    const { rates } = stepped("lenet", "sgld", 2, ["drops=", "learningRate=1"]);
    expect(rates[429]! / rates[0]!).toBeCloseTo(2 ** -0.25, 10);
  });
});
