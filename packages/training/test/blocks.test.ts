import { sgd } from "entropy-sgd";
import {
  type Block,
  blockSplit,
  byBlocks,
  type CheckpointEvent,
  compileNetwork,
  type DataSet,
  type Split,
  streamSplit,
  train,
} from "entropy-sgd-training";
import { nodePlatform } from "entropy-sgd-training/node";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tinyData, tinyNetwork } from "./tinyTask.ts";

const plain = tinyData({ train: 230, validation: 0, test: 50 });
const blockSize = 40;

/** Block `number` of the training examples. */
function blockOf(number: number): Block {
  const count = Math.min(blockSize, 230 - number * blockSize);
  const inputs = new Float32Array(count * 64);
  for (let i = 0; i < count; i++) plain.train.readExampleInto(inputs, 64 * i, number * blockSize + i);
  return { inputs, targets: Array.from({ length: count }, (_, i) => plain.train.labelOf(number * blockSize + i)) };
}

const shapes = { numExamples: 230, blockSize, inputShape: [1, 8, 8], numClasses: 3 };
let numOpened = 0;
const stream = () =>
  streamSplit({
    ...shapes,
    *open() {
      numOpened += 1;
      // One block more than is needed: a stream need not end with the epoch.
      for (let number = 0; number < 6; number++) yield blockOf(number);
      yield blockOf(0);
    },
  }) as Split;

test("examples of blocks and streams are those of the arrays, in any order", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 229 }), { minLength: 1, maxLength: 20 }), (indices) => {
      for (const split of [blockSplit({ ...shapes, blockOf }) as Split, stream()]) {
        for (const index of indices) {
          const [own, other] = [new Float32Array(65), new Float32Array(65)];
          split.readExampleInto(own, 1, index);
          plain.train.readExampleInto(other, 1, index);
          expect([own, split.labelOf(index)]).toEqual([other, plain.train.labelOf(index)]);
        }
      }
    }),
    { seed: 1, numRuns: 20 },
  );
});

test("in order, a stream is opened once and each block asked for once", () => {
  numOpened = 0;
  const split = stream();
  for (let index = 0; index < 230; index++) split.labelOf(index);
  expect(numOpened).toBe(1);
});

test("numbers as targets have the shape that is said", () => {
  const split = blockSplit({
    numExamples: 3,
    blockSize: 2,
    inputShape: [1],
    targetShape: [2],
    blockOf: (number) =>
      number === 0
        ? { inputs: Float32Array.of(1, 2), targets: [1, 2, 3, 4] }
        : { inputs: Float32Array.of(3), targets: [5, 6] },
  });
  const out = new Float32Array(2);
  if (!("readTargetInto" in split)) throw new Error("must have targets");
  split.readTargetInto(out, 0, 2);
  expect([...out]).toEqual([5, 6]);
});

describe("the sampler", () => {
  const draw = (seed: number, step: number, window = 40) => {
    const out = new Int32Array(23);
    byBlocks(230, 23, window, seed).indicesInto(out, step);
    return [...out];
  };

  test("shows every example once an epoch, block after block, each epoch in another order", () => {
    const epoch = (number: number) => Array.from({ length: 10 }, (_, i) => draw(1, 10 * number + i)).flat();
    expect([...epoch(0)].sort((a, b) => a - b)).toEqual([...Array(230).keys()]);
    expect(epoch(0).map((index) => Math.floor(index / 40))).toEqual(
      [...Array(230).keys()].map((i) => Math.floor(i / 40)),
    );
    expect(epoch(1)).not.toEqual(epoch(0));
    expect(epoch(0)).not.toEqual([...Array(230).keys()]);
    expect(draw(2, 0)).not.toEqual(draw(1, 0));
  });

  test("is a function of seed and number of the batch, in any order of calls", () => {
    const sampler = byBlocks(230, 23, 40, 1);
    for (const step of [7, 2, 25, 2, 0]) {
      const out = new Int32Array(23);
      sampler.indicesInto(out, step);
      expect([...out]).toEqual(draw(1, step));
    }
    expect(() => byBlocks(9, 10, 2, 1)).toThrow(
      "byBlocks: batchSize must be an integer from 1 to the 9 examples, got 10",
    );
  });
});

test("training on a stream that is resumed ends with the same bits", async () => {
  async function trained(data: DataSet, resume?: CheckpointEvent) {
    const model = await compileNetwork(tinyNetwork, { platform: nodePlatform, batchSize: 46, threads: 1 });
    const checkpoints: CheckpointEvent[] = [];
    const options = { budget: 3, checkpoints: { gradients: 7, minutes: null, best: 0 } };
    const resumed = resume && { resume: structuredClone(resume.snapshot) };
    for await (const event of train(model, data, sgd({ learningRate: 0.1 }), { ...options, ...resumed })) {
      if (event.type === "checkpoint") checkpoints.push(structuredClone(event));
    }
    await model.close();
    return checkpoints;
  }
  const whole = await trained({ ...plain, train: stream() });
  expect(whole.map(({ gradients }) => gradients)).toEqual([7, 14, 15]);
  const resumed = await trained({ ...plain, train: stream() }, whole[0]!);
  expect(resumed.at(-1)!.snapshot.params).toEqual(whole.at(-1)!.snapshot.params);
  const ofFunction = await trained({ ...plain, train: blockSplit({ ...shapes, blockOf }) as Split });
  expect(ofFunction.at(-1)!.snapshot.params).toEqual(whole.at(-1)!.snapshot.params);
});

test("what breaks a rule is refused", () => {
  const split = (options: object) => blockSplit({ ...shapes, blockOf, ...options }) as Split;
  expect(() => split({ optoin: 0 })).toThrow(
    'blockSplit: unknown option "optoin"; the options are numExamples, blockSize, inputShape, numClasses, targetShape, blockOf',
  );
  expect(() => split({ blockSize: 0 })).toThrow("blockSplit: blockSize must be a positive integer, got 0");
  expect(() => split({ numExamples: 1.5 })).toThrow("blockSplit: numExamples must be a positive integer, got 1.5");
  expect(() => split({ blockSize: 30 }).labelOf(0)).toThrow("block 0: inputs: must have 1920 elements, got 2560");
  const short = streamSplit({ ...shapes, open: () => [blockOf(0)].values() }) as Split;
  expect(() => short.labelOf(41)).toThrow("open: the stream must have 6 blocks, it ended after 1");
});
