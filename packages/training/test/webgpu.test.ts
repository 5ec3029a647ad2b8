/** The same training on a graphics processor, here one in software: the same noise, masks and batches, losses within rounding. */
import { entropySgd, geometricScope, presets } from "entropy-sgd";
import { compileNetwork, type EvaluationEvent, type Platform, train } from "entropy-sgd-training";
import { nodePlatform } from "entropy-sgd-training/node";
import type { Device } from "onnx-grad";
import { describe, expect, test } from "vitest";
import { hasDevice, testDevice } from "../../onnx-grad/test/webgpu/softwareDevice.ts";
import { tinyData, tinyNetwork } from "./tinyTask.ts";

testDevice();

const data = tinyData({ train: 100, validation: 100, test: 100 });

/** 20 gradients of 5 examples and the evaluation after them, and what each gradient was given. */
async function trainOn(device: Device, platform: Platform = nodePlatform) {
  const compiled = await compileNetwork(tinyNetwork, { platform, device, batchSize: 5, dropout: 0.25, threads: 1 });
  const given: unknown[] = [];
  const model = {
    ...compiled,
    lossAndGradient(params: Float32Array, out: Float32Array) {
      const { inputs, targets, masks } = compiled;
      given.push([inputs, targets, ...masks.map(({ mask }) => mask)].map((array) => [...array]));
      return compiled.lossAndGradient(params, out);
    },
  };
  const optimizer = entropySgd({
    ...presets.lua,
    innerSteps: 5,
    innerLearningRate: 0.05,
    scope: geometricScope(1e-2, 1e-2),
    seed: 4,
  });
  const losses: number[] = [];
  let evaluation: EvaluationEvent | undefined;
  try {
    for await (const event of train(model, data, optimizer, { budget: 1, seed: 3 })) {
      if (event.type === "gradient") losses.push(event.batchLoss);
      if (event.type === "evaluation") evaluation = event;
    }
  } finally {
    await model.close();
  }
  const { numParams, transfers } = compiled;
  return { device: compiled.device, numParams, transfers, given, losses, evaluation };
}

describe.skipIf(!hasDevice)("on a graphics processor", () => {
  test("20 gradients are those of the processor", async () => {
    const [cpu, gpu] = [await trainOn("cpu"), await trainOn("webgpu")];
    expect([cpu.device, gpu.device]).toEqual(["cpu", "webgpu"]);
    expect(cpu.numParams).toBeLessThan(2000);
    expect(cpu.losses).toHaveLength(20);
    expect(gpu.given).toEqual(cpu.given);
    expect(cpu.transfers).toEqual({ toDevice: 0, fromDevice: 0 });
    // Weights but for the 4 + 8 biases that batch norm takes away, 5 images of 64 pixels, 5 labels, 5 masks of 4×3×3; loss and
    // gradient.
    const [toDevice, fromDevice] = [cpu.numParams - 12 + 5 * (64 + 1 + 36), 1 + cpu.numParams];
    expect(gpu.transfers).toEqual({ toDevice: 4 * toDevice, fromDevice: 4 * fromDevice });
    // Each loss and gradient is right to some 1e-6 (sums of up to 288 terms of 2⁻²⁴ each, after a division by a standard
    // deviation); 20 steps add up 20 of them.
    const isNear = (actual: number, expected: number): unknown =>
      expect(Math.abs(actual / expected - 1)).toBeLessThan(2e-5);
    for (const [i, loss] of gpu.losses.entries()) isNear(loss, cpu.losses[i]!);
    isNear(gpu.evaluation!.testLoss, cpu.evaluation!.testLoss);
    expect(gpu.evaluation).toMatchObject({ testError: cpu.evaluation!.testError, gradients: 20 });
  });
});
