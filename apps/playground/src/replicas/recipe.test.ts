import { clone, serialise } from "entropy-sgd";
import { makeOptimizer, resolveSettings } from "entropy-sgd-lab";
import { expect, test } from "vitest";
import { batchSize, commandOf, dropouts, innerSteps, optimizerFor, planFor } from "./recipe.ts";

test.each(["mlp-49-16-10", "lenet"] as const)("replicas on %s are those of `entropy-sgd parle`", (network) => {
  const plan = planFor({ budget: 0.4 });
  const asked = { network, optimizer: "parle", seed: 7, budget: 0.4, set: ["replicas=3"] };
  // As the command plans each replica.
  const resolved = { ...resolveSettings(asked), innerSteps, replica: 2 };
  expect(resolved).toMatchObject({
    dropout: dropouts[network],
    batchSize,
    options: { innerSteps },
    sampling: "replacement",
  });
  const ours = optimizerFor({ network, seed: 7 }, 2, plan);
  const commands = makeOptimizer(resolved, plan, []) as unknown as typeof ours;
  let [one, other] = [ours, commands].map((own) => own.init(Float32Array.of(1, -2, 0.5)));
  expect(plan.totalGradients).toBe(180);
  // The whole run, so that rates fall and the scope grows.
  for (let t = 0; t < plan.totalGradients; t++) {
    const gradient = Float32Array.from(ours.gradientPoint(one!), (x, i) => x * (1 + ((t + i) % 3)));
    one = ours.step(gradient, one!);
    other = commands.step(gradient.slice(), other!);
    if (ours.contribution(one) === null) continue;
    const mean = Float32Array.from(ours.contribution(one)!, (x, i) => 0.9 * x + 0.1 * i);
    one = ours.couple(mean, one);
    other = commands.couple(mean, other);
  }
  expect(serialise(clone(one!))).toEqual(serialise(clone(other!)));
});

test.each([
  ["ws://host:8080", "nats://host:4222"],
  ["wss://host/nats", "tls://host:4222"],
])("the command that joins the run of %s", (server, nats) => {
  const settings = { server, run: "first", network: "lenet", replicas: 3, budget: 10, seed: 1 } as const;
  expect(commandOf(settings)).toBe(
    `npx entropy-sgd parle --network lenet --replicas 3 --budget 10 --seed 1 --nats ${nats} --run first`,
  );
});
