/** Functions that take options refuse names they do not know, which would be ignored, and values of other types. */
import {
  arraySplit,
  byPermutation,
  compileNetwork,
  networks,
  pooled,
  type Split,
  targetSplit,
} from "entropy-sgd-training";
import { loadMnist } from "entropy-sgd-training/node";
import { expect, test } from "vitest";
import { continueTraining, drawFigure, resolveSettings, resumeTraining, runTraining } from "../src/index.ts";

const settings = resolveSettings({ network: "lenet", optimizer: "sgd", budget: 1, seed: 1 });
const arrays = { inputs: new Float32Array(2), labels: [0], inputShape: [2], numClasses: 1 };
const numbers = { inputs: new Float32Array(2), targets: new Float32Array(1), inputShape: [2] };
const splits = (split: Split) => ({ train: split, validation: split, test: split });
const training = "signal, onWait, checkpointRequests, checkpointsByRequest, onEvent, exchange, parts";

test.each<[name: string, options: string, call: (options: never) => unknown]>([
  ["arraySplit", "inputs, labels, inputShape, numClasses", arraySplit],
  [
    "compileNetwork",
    "platform, device, task, batchSize, dropout, isFrozen, threads, numVectors, session",
    (options) => compileNetwork(networks.lenet!, options),
  ],
  [
    "continueTraining",
    `${training}, dataFolder, threads, device, budget`,
    (it) => continueTraining("no-run", settings, it),
  ],
  ["targetSplit", "inputs, targets, inputShape, targetShape, numClasses", targetSplit],
  ["loadMnist", "data, validation, heldOut", loadMnist],
  [
    "resolveSettings",
    "network, task, classes, freeze, learningRateFactor, optimizer, preset, recipe, seed, budget, sampling, dropout, data, overfit, innerSteps, device, threads, tensorboard, set, taskOptions, dataOptions",
    resolveSettings,
  ],
  [
    "resumeTraining",
    `${training}, dataFolder, threads, device, budget`,
    (options) => resumeTraining("no-run", options),
  ],
  ["runTraining", `out, onChecked, ${training}`, (options) => runTraining(settings, options)],
])("%s", async (name, options, call) => {
  const refused = async (given: unknown) => call(given as never);
  const message = `${name}: unknown option "optoin"; the options are ${options}`;
  await expect(refused({ optoin: 1 })).rejects.toThrow(new TypeError(message));
  await expect(refused([])).rejects.toThrow(new TypeError(`${name}: options must be an object, got an array of 0`));
});

test.each<[message: string, call: () => unknown]>([
  ["arraySplit: inputs must be a Float32Array, got nothing", () => arraySplit({} as never)],
  ["arraySplit: numClasses must be a positive integer, got 1.5", () => arraySplit({ ...arrays, numClasses: 1.5 })],
  ["arraySplit: labels must be an array, got nothing", () => arraySplit({ ...arrays, labels: undefined as never })],
  [
    "arraySplit: inputShape must be an array of positive integers, got [0, 2]",
    () => arraySplit({ ...arrays, inputShape: [0, 2] }),
  ],
  ["targetSplit: targets must be a Float32Array, got []", () => targetSplit({ ...numbers, targets: [] as never })],
  [
    "targetSplit: targets must have a multiple of 2 elements, got 3",
    () => targetSplit({ ...numbers, targets: new Float32Array(3), targetShape: [2] }),
  ],
  [
    "targetSplit: inputs must have 3 examples × 2 = 6 elements, got 2",
    () => targetSplit({ ...numbers, targets: new Float32Array(3) }),
  ],
  [
    "targetSplit: targets must be finite, targets[0] is NaN",
    () => targetSplit({ ...numbers, targets: Float32Array.of(Number.NaN) }),
  ],
  ["byPermutation: batchSize must be an integer from 1 to the 0 examples, got 128", () => byPermutation(0, 128, 1)],
  ["byPermutation: batchSize must be an integer from 1 to the 9 examples, got 0.5", () => byPermutation(9, 0.5, 1)],
  ["drawFigure: name must be a string, got nothing", () => drawFigure({} as never, {})],
  ["pooled: images must be [1, 28, 28], got [2]", () => pooled({ name: "", ...splits(arraySplit(arrays)) })],
  ["runTraining: version: must be 1, got nothing", () => runTraining({} as never, { out: null })],
])("%s", async (message, call) => {
  await expect((async () => call())()).rejects.toThrow(message);
});
