import { clone, serialise } from "entropy-sgd";
import { makeOptimizer, resolveSettings } from "entropy-sgd-lab";
import { expect, test } from "vitest";
import { batchSize, commandOf, dropout, innerSteps, optimizerFor, planFor } from "./recipe.ts";

test.each(["entropy-sgd", "sgd"] as const)("%s is that of `entropy-sgd train --network lenet`", (optimizer) => {
  const settings = { optimizer, budget: 0.4, images: 20_000, seed: 7 };
  const plan = planFor(settings);
  const resolved = resolveSettings({ network: "lenet", optimizer, seed: 7, budget: 0.4 });
  expect(resolved).toMatchObject({ dropout, innerSteps, batchSize });
  const [ours, commands] = [optimizerFor(settings, plan), makeOptimizer(resolved, plan, [])];
  let [one, other] = [ours, commands].map((own) => own.init(Float32Array.of(1, -2, 0.5)));
  // The whole run, so that rates fall and the scope grows.
  expect(plan.totalGradients).toBe(80);
  for (let t = 0; t < plan.totalGradients; t++) {
    const gradient = Float32Array.from(ours.gradientPoint(one!), (x, i) => x * (1 + ((t + i) % 3)));
    one = ours.step(gradient, one!);
    other = commands.step(gradient.slice(), other!);
  }
  expect(serialise(clone(one!))).toEqual(serialise(clone(other!)));
});

test("the command has the same images: what is held out is the rest of the 60,000", () => {
  const settings = { optimizer: "sgd", budget: 2, images: 55_000, seed: 3 } as const;
  expect(commandOf(settings)).toBe("npx entropy-sgd train --network lenet --optimizer sgd --budget 2 --seed 3");
  expect(commandOf({ ...settings, images: 1000 })).toMatch(/ --set validation=59000$/);
  const asked = { network: "lenet", optimizer: "sgd", seed: 3, budget: 2, set: ["validation=59000"] };
  expect(resolveSettings(asked).validation).toBe(59_000);
});
