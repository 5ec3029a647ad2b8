/** Networks without ONNX Runtime: training by the interpreter, and the loss in float64 for instruments. */
import { sgd } from "entropy-sgd";
import { denseHessian, finiteDifferenceHessian, hessianAt } from "entropy-sgd/landscape";
import {
  compileNetwork,
  filterNormalisedDirection,
  interpreterPlatform,
  type NetworkSpec,
  networkObjective,
  type Platform,
  type RunResult,
  type TrainableModel,
  train,
  twoMoons,
} from "entropy-sgd-training";
import { nodePlatform } from "entropy-sgd-training/node";
import { tanh } from "onnx-grad";
import { layers } from "onnx-grad/layers";
import { expect, test } from "vitest";
import { tinyData, tinyNetwork } from "./tinyTask.ts";

const spec: NetworkSpec = {
  name: "2-4-2",
  inputShape: [2],
  outputShape: [2],
  define: () => (context, inputs) => layers.dense(context, "fc2", tanh(layers.dense(context, "fc1", inputs, 4)), 2),
};
const moons = (seed: number) => twoMoons({ numExamples: 40, noise: 0.1, seed });
const data = { name: "moons", train: moons(1), validation: moons(2), test: moons(3) };

async function trained(platform: Platform): Promise<{ model: TrainableModel; result: RunResult }> {
  const model = await compileNetwork(spec, {
    platform,
    batchSize: 10,
    ...(platform === nodePlatform && { threads: 1 }),
  });
  for await (const event of train(model, data, sgd({ learningRate: 0.5 }), { budget: 25, seed: 2 })) {
    if (event.type === "end") return { model, result: event.result };
  }
  throw new Error("a training ends");
}

test("the interpreter trains as ONNX Runtime does, and twice to the same bits", async () => {
  const [own, again, native] = [
    await trained(interpreterPlatform),
    await trained(interpreterPlatform),
    await trained(nodePlatform),
  ];
  expect(own.model.numParams).toBe(22);
  expect(own.model.initialParams(7)).toEqual(native.model.initialParams(7));
  expect(own.result.trainLoss).toBeLessThan(0.3);
  expect(again.result.trainLoss).toBe(own.result.trainLoss);
  expect(native.result.trainLoss).toBeCloseTo(own.result.trainLoss!, 4);
  expect(own.result.gradientEvaluations).toBe(100);
  await native.model.close();
});

test("batch norm and dropout are the interpreter's too", async () => {
  const model = await compileNetwork(tinyNetwork, { platform: interpreterPlatform, batchSize: 20, dropout: 0.25 });
  const stripes = tinyData({ train: 60, validation: 20, test: 20 });
  for await (const event of train(model, stripes, sgd({ learningRate: 0.05 }), { budget: 4 })) {
    if (event.type === "end") expect(event.result.trainLoss).toBeLessThan(Math.log(3));
  }
});

test("the objective's loss is the model's, its derivatives those of differences", async () => {
  const { model } = await trained(interpreterPlatform);
  const objective = networkObjective(spec, data.train);
  const params = model.initialParams(3);
  const x = Float64Array.from(params);
  const { loss, metrics } = await model.evaluate(params, data.train);
  const scores = objective.scoresAt(x);
  expect(scores.loss).toBeCloseTo(loss, 12);
  expect(scores.metrics).toEqual(metrics);
  const gradient = new Float64Array(objective.dimension);
  expect(objective.valueAndGradientAt(x, gradient)).toBe(objective.valueAt(x));
  expect(objective.valueAt(x)).toBeCloseTo(loss, 6);
  for (const i of [0, 5, 21]) {
    const moved = (by: number) => objective.valueAt(x.map((value, k) => (k === i ? value + by : value))) as number;
    // Truncation is below h² and rounding below 1e-16/h with h = 1e-5.
    expect(gradient[i]).toBeCloseTo((moved(1e-5) - moved(-1e-5)) / 2e-5, 9);
  }
  const exact = await denseHessian(hessianAt(objective, x));
  const differences = await denseHessian(finiteDifferenceHessian(objective, { params: x, unit: 2 ** -53 }));
  for (const [i, row] of exact.matrix.entries()) {
    expect([...row]).toEqual([...differences.matrix[i]!].map((value) => expect.closeTo(value, 7)));
  }
  expect(exact.asymmetry).toBeLessThan(1e-13);
});

test("a filter-normalised direction has the norm of each unit's weights, and moves no bias", async () => {
  const { model } = await trained(interpreterPlatform);
  const params = model.initialParams(3).map((value) => value + 0.1);
  const direction = filterNormalisedDirection(params, model.layout, 1, 0);
  for (const { kind, shape, offset } of model.layout) {
    const units = shape.at(-1)!;
    for (let unit = 0; unit < units; unit++) {
      const rows = kind === "weight" ? shape[0]! : 1;
      const of = (vector: Float32Array) =>
        Math.hypot(...Array.from({ length: rows }, (_, row) => vector[offset + row * units + unit]!));
      expect(of(direction)).toBeCloseTo(kind === "weight" ? of(params) : 0, 6);
    }
  }
  expect(filterNormalisedDirection(params, model.layout, 1, 1)).not.toEqual(direction);
});

test("what needs ONNX Runtime is refused", async () => {
  await expect(interpreterPlatform.loadRuntime("cpu")).rejects.toThrow(
    "platform: must have a runtime; the interpreter's has none",
  );
  await expect(compileNetwork(spec, { platform: interpreterPlatform, device: "webgpu" })).rejects.toThrow(
    "device: webgpu cannot be used here: the interpreter computes on the processor",
  );
});
