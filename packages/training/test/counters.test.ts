/** Counters of the training step that do not drift with the machine: a change here is a change of speed to explain. */
import { entropySgd, presets } from "entropy-sgd";
import { compileNetwork, maskFiller, networks } from "entropy-sgd-training";
import { nodePlatform } from "entropy-sgd-training/node";
import { describe, expect, test, vi } from "vitest";

const dropout = 0.25;

describe("nodes of the training graph", () => {
  test.each([
    ["mnistfc-bn", 132],
    ["lenet", 258],
    ["all-cnn-bn", 858],
  ])("%s has at most %i", async (name, numNodes) => {
    const model = await compileNetwork(networks[name]!, { platform: nodePlatform, dropout, threads: 1 });
    const total = Object.values(model.nodeCounts).reduce((sum, count) => sum + count, 0);
    await model.close();
    expect(total, JSON.stringify(model.nodeCounts)).toBeLessThanOrEqual(numNodes);
    // Single-threaded or slow in ONNX Runtime.
    expect(model.nodeCounts).not.toHaveProperty("Where");
    expect(model.nodeCounts).not.toHaveProperty("Sign");
    expect(model.nodeCounts).not.toHaveProperty("Greater");
    expect(model.nodeCounts).not.toHaveProperty("ScatterND");
  });
});

test("a step copies nothing of the loss and the gradient and allocates no vector", async () => {
  const model = await compileNetwork(networks.lenet!, { platform: nodePlatform, batchSize: 8, dropout, threads: 1 });
  const optimizer = entropySgd({ ...presets.lua, innerSteps: 3, scope: 1e-3 });
  let state = optimizer.init(model.initialParams(0), model.memory);
  const gradient = model.memory.allocate(model.numParams, new Float32Array(0)) as Float32Array;
  const fillMasks = maskFiller(model, 0);
  const step = async (count: number): Promise<void> => {
    fillMasks(count);
    await model.lossAndGradient(optimizer.gradientPoint(state) as Float32Array, gradient);
    state = optimizer.step(gradient, state);
  };
  // One outer step: directions have their vectors, kernels are compiled.
  for (let count = 0; count < 3; count++) await step(count);
  const copied = vi.spyOn(Float32Array.prototype, "set");
  const allocated = vi.spyOn(model.memory, "allocate");
  const sliced = vi.spyOn(Float32Array.prototype, "slice");
  await step(3);
  const bytes = copied.mock.calls.reduce((sum, [source]) => sum + 4 * (source as ArrayLike<number>).length, 0);
  const calls = [allocated.mock.calls.length, sliced.mock.calls.length];
  vi.restoreAllMocks();
  await model.close();
  expect(bytes).toBe(0);
  expect(calls).toEqual([0, 0]);
});
