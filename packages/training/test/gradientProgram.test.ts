/** The gradient of a recurrent network, by one thread and by several. */
import { adaptiveNetworks, compileNetwork, sequence, type TrainableModel } from "entropy-sgd-training";
import { nodePlatform } from "entropy-sgd-training/node";
import { afterAll, describe, expect, test } from "vitest";
import { numbers } from "./tinyTask.ts";

const models: TrainableModel[] = [];
afterAll(async () => {
  for (const model of models) await model.close();
});

/** A network on windows of 6 tokens, with the same batch whatever the threads; its loss, gradient and states after two windows. */
async function afterTwoWindows(name: string, vocabulary: number, { batchSize = 16, threads = 1, dropout = 0 }) {
  const steps = 6;
  const spec = adaptiveNetworks[name]!.fit({ inputShape: [steps], outputShape: [steps, vocabulary] });
  const model = await compileNetwork(spec, { platform: nodePlatform, task: sequence(), batchSize, threads, dropout });
  models.push(model);
  const next = numbers(5);
  const params = model.initialParams(3);
  const gradient = new Float32Array(model.numParams).fill(7);
  for (const { mask } of model.masks)
    mask.forEach((_, i) => {
      mask[i] = next() < 0.5 ? 0 : 2;
    });
  const losses: number[] = [];
  for (let window = 0; window < 2; window++) {
    for (const array of [model.inputs, model.targets])
      array.forEach((_, i) => {
        array[i] = Math.floor(vocabulary * next());
      });
    losses.push(await model.lossAndGradient(params, gradient));
    for (const { before, after } of model.carried) before.set(after);
  }
  return { losses, gradient, states: model.carried.flatMap(({ after }) => [...after]), model };
}

const length = (vector: ArrayLike<number>): number =>
  Math.sqrt(Array.from(vector).reduce((sum, value) => sum + value * value, 0));

describe.each([
  ["char-lstm", 20, 0],
  ["char-lstm", 20, 0.5],
  ["ptb-small", 1500, 0],
] as const)("of %s with %i tokens and dropout %d", (name, vocabulary, dropout) => {
  test("is the same by two threads as by one, to rounding, and so are loss and states", async () => {
    const one = await afterTwoWindows(name, vocabulary, { dropout });
    const two = await afterTwoWindows(name, vocabulary, { dropout, threads: 2 });
    // Sums in another order: 1e-6 is some ten roundings.
    one.losses.forEach((loss, window) => {
      expect(Math.abs(two.losses[window]! / loss - 1)).toBeLessThan(1e-6);
    });
    expect(length(two.gradient.map((slope, i) => slope - one.gradient[i]!))).toBeLessThan(1e-5 * length(one.gradient));
    expect(length(two.states.map((state, i) => state - one.states[i]!))).toBeLessThan(1e-5 * length(one.states));
    expect(length(two.states)).toBeGreaterThan(0.1);
  });
});

test("repeats to the bit", async () => {
  const [first, second] = [
    await afterTwoWindows("ptb-small", 1500, { threads: 2 }),
    await afterTwoWindows("ptb-small", 1500, { threads: 2 }),
  ];
  expect(second.gradient).toEqual(first.gradient);
  expect(second.losses).toEqual(first.losses);
});

test("a token outside of the vocabulary is an error, after which the next batch is computed", async () => {
  const { model } = await afterTwoWindows("ptb-small", 1500, { threads: 2 });
  const gradient = new Float32Array(model.numParams);
  const params = model.initialParams(1);
  model.inputs[model.inputs.length - 1] = 1500;
  await expect(model.lossAndGradient(params, gradient)).rejects.toThrow("outside");
  model.inputs[model.inputs.length - 1] = 0;
  expect(await model.lossAndGradient(params, gradient)).toBeGreaterThan(0);
});
