import { clone, serialise } from "entropy-sgd";
import { makeOptimizer, resolveSettings } from "entropy-sgd-lab";
import { describe, expect, test } from "vitest";
import { type ParleRequest, planParle } from "../../../../packages/lab/src/experiments/parle/planParle.ts";
import {
  sharedDetails as detailsInNode,
  sharedSettings as sharedInNode,
} from "../../../../packages/lab/src/experiments/parle/sharedSettings.ts";
import { batchSize, commandOf, dropouts, innerSteps, optimizerFor, planFor, type ReplicaSettings } from "./recipe.ts";
import { sharedDetails, sharedSettings } from "./sharedSettings.ts";

test.each(["mlp-49-16-10", "lenet"] as const)("replicas on %s are those of `entropy-sgd parle`", (network) => {
  const plan = planFor({ images: 55_000, budget: 0.4 });
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

const settings: ReplicaSettings = {
  ...{ server: "ws://host:8080", run: "first", network: "lenet" },
  ...{ images: 55_000, replicas: 3, budget: 10, seed: 1 },
};

test.each([
  ["ws://host:8080", "nats://host:4222"],
  ["wss://host/nats", "tls://host:4222"],
])("the command that joins the run of %s", (server, nats) => {
  const first = "npx entropy-sgd parle --network lenet --replicas 3 --budget 10 --seed 1";
  expect(commandOf({ ...settings, server })).toBe(`${first} --nats ${nats} --run first`);
  expect(commandOf({ ...settings, server, images: 256 })).toBe(
    `${first} --set trainExamples=256 --nats ${nats} --run first`,
  );
});

describe("what a tab tells of its settings", () => {
  const checksum = "0123456789abcdef";
  const planned = ({ network, replicas, budget, seed }: ReplicaSettings, more: Partial<ParleRequest> = {}) =>
    planParle({ network, replicas, budget, seed, ...more }, { run: "first" }).runs[0]!.settings;
  const inNode = (...asked: Parameters<typeof planned>) => sharedInNode(planned(...asked), checksum);

  test.each(["mlp-49-16-10", "lenet"] as const)("is what `entropy-sgd parle` tells of %s", (network) => {
    const own = { ...settings, network };
    expect(sharedSettings(own, checksum)).toEqual(inNode(own));
    const [few, fewInNode] = [{ ...own, images: 256 }, planned(own, { set: ["trainExamples=256"] })];
    expect(sharedSettings(few, checksum)).toEqual(sharedInNode(fewInNode, checksum));
    expect(sharedDetails(own, checksum)).toEqual(detailsInNode(planned(own), checksum));
    expect(sharedDetails(few, checksum)).toEqual(detailsInNode(fewInNode, checksum));
  });

  test.each([
    ["network", {}, { dropout: 0.5 }],
    ["data", {}, { set: ["batchSize=64"] }],
    ["data", { images: 128 }, {}],
    ["optimizer", {}, { set: ["averaging=0.5"] }],
    ["optimizer", {}, { set: ["coupling=0.5"] }],
  ])("differs in %s: %j beside %j", (name, change, more) => {
    const [own, theirs] = [sharedSettings({ ...settings, ...change }, checksum), inNode(settings, more)];
    expect(Object.keys(own).filter((key) => own[key] !== theirs[key])).toEqual([name]);
  });

  test("differs in data of another checksum", () => {
    const [own, other] = [sharedSettings(settings, checksum), sharedSettings(settings, "another")];
    expect(Object.keys(own).filter((key) => own[key] !== other[key])).toEqual(["data"]);
  });
});
