import { optimizerNames, optimizersByName } from "entropy-sgd";
import { compileNetwork, matches, parameterGroups, type TrainableModel } from "entropy-sgd-training";
import { nodePlatform } from "entropy-sgd-training/node";
import { sizeOf } from "onnx-grad";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { numbers, tinyNetwork } from "./tinyTask.ts";

const freeze = ["conv1.*", "bn1.weight", "hidden.bias"];
let [model, frozen]: TrainableModel[] = [];

beforeAll(async () => {
  const options = { platform: nodePlatform, batchSize: 6, threads: 1 };
  model = await compileNetwork(tinyNetwork, options);
  frozen = await compileNetwork(tinyNetwork, { ...options, isFrozen: (name) => matches(freeze, name) });
  for (const { inputs, targets } of [model, frozen]) {
    const next = numbers(3);
    inputs.forEach((_, i) => {
      inputs[i] = 2 * next() - 1;
    });
    targets.set([0, 1, 2, 0, 1, 2]);
  }
});

afterAll(async () => {
  await model?.close();
  await frozen?.close();
});

/** The elements of the parameters that are frozen, or of the others. */
function elements(vector: ArrayLike<number>, isFrozen: boolean): number[] {
  const blocks = model!.layout.filter(({ name }) => matches(freeze, name) === isFrozen);
  return blocks.flatMap(({ offset, shape }) => Array.from(vector).slice(offset, offset + sizeOf(shape)));
}

test("gradients of frozen parameters are not computed, those of the others are the same", async () => {
  const params = model!.initialParams(1);
  const [all, some] = [model!, frozen!].map(({ numParams }) => new Float32Array(numParams).fill(7));
  const losses = [await model!.lossAndGradient(params, all!), await frozen!.lossAndGradient(params, some!)];
  expect(losses[0]).toBe(losses[1]);
  expect(elements(some!, true).every((slope) => slope === 0)).toBe(true);
  expect(elements(some!, false)).toEqual(elements(all!, false));
  const numNodes = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((a, b) => a + b, 0);
  expect(numNodes(frozen!.nodeCounts)).toBeLessThan(numNodes(model!.nodeCounts));
});

/** Options that draw noise, average and decay, where an optimizer has them. */
const lively: Readonly<Record<string, number>> = {
  noise: 0.1,
  scope: 0.1,
  innerSteps: 3,
  weightDecay: 0.01,
  learningRate: 0.1,
  averageFrom: 2,
  averageEvery: 2,
  seed: 1,
};

test.each(optimizerNames)("%s leaves frozen parameters at their bits", async (name) => {
  const { create, options, hasInnerLoop } = optimizersByName[name];
  const chosen = Object.entries(lively).filter(([option]) => options.some((one) => one.name === option));
  const groups = parameterGroups(model!.layout, { freeze }, { ofInnerLoop: hasInnerLoop });
  const optimizer = create({ ...Object.fromEntries(chosen), groups });
  const params = model!.initialParams(1);
  const before = elements(params, true);
  let state = optimizer.init(params);
  // Gradients of the frozen ones are there: nothing moves them.
  const gradient = new Float32Array(model!.numParams);
  for (let i = 0; i < 12; i++) {
    await model!.lossAndGradient(optimizer.gradientPoint(state) as Float32Array, gradient);
    state = optimizer.step(gradient, state);
    expect(elements(optimizer.gradientPoint(state), true)).toEqual(before);
    expect(elements(optimizer.evalPoint(state), true)).toEqual(before);
  }
  const moved = elements(optimizer.evalPoint(state), false);
  expect(moved.filter((weight, i) => weight === elements(params, false)[i])).toEqual([]);
});

describe("patterns", () => {
  const layout = ["a.weight", "a.bias", "b/c.weight"].map((name, i) => ({
    name,
    shape: [2, 3],
    offset: 6 * i,
    kind: "weight" as const,
  }));

  test("freeze parameters or scale their rates, the last one that matches", () => {
    const learningRateFactor = { "*": 2, "a.*": 10 };
    expect(parameterGroups(layout, { freeze: ["*.bias"], learningRateFactor })).toEqual([
      { start: 0, end: 6, learningRateFactor: 10 },
      { start: 6, end: 12, frozen: true },
      { start: 12, end: 18, learningRateFactor: 2 },
    ]);
    expect(parameterGroups(layout, { learningRateFactor: { "b/*": 3 } }, { ofInnerLoop: true })).toEqual([
      { start: 12, end: 18, innerLearningRateFactor: 3 },
    ]);
    expect(parameterGroups(layout, {})).toEqual([]);
  });

  test("match whole names, every other character as it is", () => {
    expect(["a.weight", "a*", "*", "**t", "a.*t"].map((pattern) => matches([pattern], "a.weight"))).not.toContain(
      false,
    );
    expect(
      ["a", "weight", "a?weight", "a.w", "A.*", "aX*"].map((pattern) => matches([pattern], "a.weight")),
    ).not.toContain(true);
  });

  test("that match nothing, or freeze all, are refused", () => {
    expect(() => parameterGroups(layout, { freeze: ["d.*"] })).toThrow(
      'freeze: must match a parameter; there are a.weight, a.bias, b/c.weight, got "d.*"',
    );
    expect(() => parameterGroups(layout, { learningRateFactor: { "a.*": 1, head: 2 } })).toThrow(
      'learningRateFactor: must match a parameter; there are a.weight, a.bias, b/c.weight, got "head"',
    );
    expect(() => parameterGroups(layout, { freeze: ["a.*", "b*"] })).toThrow("freeze: must leave a parameter to train");
  });
});
