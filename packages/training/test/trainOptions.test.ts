/** What `train` checks of its options before it begins. */
import { type AnyState, entropySgd, type Optimizer, sgd, weightAveraging } from "entropy-sgd";
import {
  compileNetwork,
  InputError,
  planOf,
  type ResumePoint,
  type StartEvent,
  type TrainableModel,
  type TrainOptions,
  train,
} from "entropy-sgd-training";
import { nodePlatform } from "entropy-sgd-training/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tinyData, tinyNetwork } from "./tinyTask.ts";

const data = tinyData({ train: 60, validation: 10, test: 10 });
let model: TrainableModel;
beforeAll(async () => {
  model = await compileNetwork(tinyNetwork, { platform: nodePlatform, batchSize: 10 });
});
afterAll(() => model.close());

async function started<S extends AnyState>(optimizer: Optimizer<S>, options: object): Promise<StartEvent> {
  const { value } = await train(model, data, optimizer, options as TrainOptions).next();
  if (value?.type !== "start") throw new Error("train must begin with its start event");
  return value;
}
// A model's memory has room for one state at a time.
const entropy = () => entropySgd({ scope: 1e-3, innerSteps: 5 });

describe("train", () => {
  test("takes its boundaries from the optimizer, or multiples of them", async () => {
    expect(await started(entropy(), { budget: 1 })).toMatchObject({ innerSteps: 5, totalGradients: 10 });
    expect(await started(entropy(), { budget: 1, boundaryEvery: 15 })).toMatchObject({ totalGradients: 15 });
    const averaged = weightAveraging(entropy(), { averageFrom: 0, averageEvery: 5 });
    expect(await started(averaged, { budget: 1 })).toMatchObject({ innerSteps: 5, totalGradients: 10 });
  });

  test.each([
    [
      { boundaryEvery: 1 },
      RangeError,
      "train: boundaryEvery must be a multiple of the optimizer's innerSteps 5, got 1",
    ],
    [{ evaluateEvery: 0 }, RangeError, "train: evaluateEvery must be in (0, ∞), got 0"],
    [{ evaluateEvery: Number.NaN }, RangeError, "train: evaluateEvery must be in (0, ∞), got NaN"],
    [{ sampling: "random" }, RangeError, 'train: sampling must be one of "replacement", "permutation", got "random"'],
    [{ sed: 2 }, TypeError, 'train: unknown option "sed"; the options are budget, seed, boundaryEvery, '],
    [
      { checkpoints: { gradient: 5 } },
      TypeError,
      'train: checkpoints: unknown option "gradient"; the options are gradients, minutes, best, requests',
    ],
    [
      { boundaryEvery: Number.NaN },
      RangeError,
      "train: boundaryEvery must be a multiple of the optimizer's innerSteps 5, got NaN",
    ],
  ] as const)("refuses %o", async (options, error, message) => {
    const small = await compileNetwork(tinyNetwork, { platform: nodePlatform, batchSize: 10 });
    const events = train(small, data, entropy(), { budget: 1, ...options } as TrainOptions);
    const found = await events.next().catch((thrown: unknown) => thrown);
    expect(found).toBeInstanceOf(error);
    expect((found as Error).message).toContain(message);
    await small.close();
  });

  test("refuses initial weights that are not finite, and names their tensors", async () => {
    const broken = (params: Float32Array) => params.fill(Number.NaN, 3, 5).fill(Number.POSITIVE_INFINITY, 36, 37);
    const bad = { ...model, initialParams: (seed: number) => broken(model.initialParams(seed)) };
    await expect(train(bad, data, sgd({ learningRate: 1 }), { budget: 1 }).next()).rejects.toThrow(
      new InputError(
        `tiny: initial weights must be finite, 3 of ${model.numParams} are not: 2 in conv1.weight, 1 in conv1.bias`,
      ),
    );
  });

  test("refuses boundaries within an outer step of a run that goes on", async () => {
    const small = await compileNetwork(tinyNetwork, { platform: nodePlatform, batchSize: 10 });
    let resume: ResumePoint | undefined;
    for await (const event of train(small, data, entropy(), {
      budget: 1,
      checkpoints: { gradients: 5, minutes: null, best: 0 },
    })) {
      if (event.type === "checkpoint") resume = structuredClone(event.snapshot);
    }
    await small.close();
    const other = await compileNetwork(tinyNetwork, { platform: nodePlatform, batchSize: 10 });
    const goOn = async () => {
      for await (const event of train(other, data, entropy(), { budget: 3, boundaryEvery: 4, resume: resume! }))
        void event;
    };
    await expect(goOn()).rejects.toThrow(
      "train: boundaryEvery must be a multiple of the optimizer's innerSteps 5, got 4",
    );
    await other.close();
  });

  test("optimizers without an inner loop take any boundaries", async () => {
    const boundaries = { budget: 1, boundaryEvery: 4 };
    expect(await started(sgd({ learningRate: 1 }), boundaries)).toMatchObject({ totalGradients: 8 });
  });
});

test.each([
  [10, Number.NaN, "boundaryEvery must be an integer in [1, ∞), got NaN"],
  [10, 0, "boundaryEvery must be an integer in [1, ∞), got 0"],
  [2.5, 1, "batchSize must be an integer in [1, ∞), got 2.5"],
])("a plan of batches of %d with boundaries every %d gradients is refused", (batchSize, boundaryEvery, message) => {
  expect(() => planOf(100, batchSize, boundaryEvery, 1)).toThrow(new RangeError(message));
});
