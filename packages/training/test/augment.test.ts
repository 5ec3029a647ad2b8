import { sam, sgd } from "entropy-sgd";
import { type CheckpointEvent, compileNetwork, type DataSet, type EndEvent, train } from "entropy-sgd-training";
import { nodePlatform } from "entropy-sgd-training/node";
import { expect, test } from "vitest";
import { tinyData, tinyNetwork } from "./tinyTask.ts";

const plain = tinyData({ train: 200, validation: 0, test: 50 });
const augmented: DataSet = { ...plain, augment: ["flip", "crop=2", "noise=0.1"] };

async function trained(
  data: DataSet,
  optimizer: ReturnType<typeof sgd> | ReturnType<typeof sam>,
  resume?: CheckpointEvent,
) {
  const model = await compileNetwork(tinyNetwork, { platform: nodePlatform, batchSize: 50, threads: 1 });
  const checkpoints: CheckpointEvent[] = [];
  let end: EndEvent | null = null;
  const options = { budget: 4, checkpoints: { gradients: 5, minutes: null, best: 0 } };
  const resumed = resume && { resume: structuredClone(resume.snapshot) };
  for await (const event of train(model, data, optimizer as ReturnType<typeof sgd>, { ...options, ...resumed })) {
    if (event.type === "checkpoint") checkpoints.push(structuredClone(event));
    if (event.type === "end") end = event;
  }
  await model.close();
  return { checkpoints, weights: [...checkpoints.at(-1)!.snapshot.params], end: end! };
}

test.each([
  ["sgd", () => sgd({ learningRate: 0.1 })],
  ["sam, whose second gradient is at the same batch", () => sam({ learningRate: 0.1 })],
])("a run with augmented batches that is resumed ends with the same bits (%s)", async (_, optimizer) => {
  const whole = await trained(augmented, optimizer());
  const resumed = await trained(augmented, optimizer(), whole.checkpoints[0]!);
  expect(whole.checkpoints[0]!.gradients).toBe(5);
  expect(resumed.weights).toEqual(whole.weights);
  expect((await trained(plain, optimizer())).weights).not.toEqual(whole.weights);
});

test("evaluations and the training loss at the end are at the examples as they are", async () => {
  const noisy = await trained({ ...plain, augment: ["noise=1e-30"] }, sgd({ learningRate: 0.1 }));
  const { end, weights } = await trained(plain, sgd({ learningRate: 0.1 }));
  expect(noisy.weights).toEqual(weights);
  const loud = await trained({ ...plain, augment: ["noise=100"] }, sgd({ learningRate: 1e-12 }));
  const still = await trained(plain, sgd({ learningRate: 1e-12 }));
  expect(loud.end.result.trainLoss).toBeCloseTo(still.end.result.trainLoss!, 6);
  expect(end.result.trainLoss).toBeGreaterThan(0);
});
