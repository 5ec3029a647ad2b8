import { describe, expect, test } from "vitest";
import { distanceChart, inWords, lossChart, megabytes, percent, readings } from "./charts.ts";
import { estimatedSeconds } from "./estimate.ts";
import { failureInWords } from "./failureInWords.ts";
import { newRun, type Run, runningMeans, withTold } from "./run.ts";
import type { Told } from "./trainLenet.ts";

const settings = { optimizer: "entropy-sgd", budget: 1, images: 12_800, seed: 1 } as const;
const outer = (gradients: number, distance: number | null): Told => ({
  ...{
    type: "outer",
    gradients,
    effectiveEpochs: gradients / 100,
    batchLoss: 1,
    learningRate: 1,
    scope: 1e-4,
    distance,
  },
  ...{ localEntropyGradientNorm: 0, gradientNorm: 1 },
});
const told: Told[] = [
  { type: "start", totalGradients: 100, gradientsPerEpoch: 100 },
  { type: "gradients", losses: [3, 2], milliseconds: 50 },
  { type: "gradients", losses: [1], milliseconds: 100 },
  outer(20, 2),
  outer(40, 1),
];
const run = told.reduce<Run>(withTold, newRun(settings));

describe("a run", () => {
  test("gathers what is told of it, and leaves the one before as it was", () => {
    const before = newRun(settings);
    withTold(before, told[1]!);
    expect(before.losses).toEqual([]);
    expect(run).toMatchObject({
      totalGradients: 100,
      losses: [3, 2, 1],
      msPerGradient: 60,
      result: null,
      answers: null,
    });
    expect(run.outer.map(({ distance }) => distance)).toEqual([2, 1]);
  });

  test("is drawn over all its gradients, with gaps where it has not been", () => {
    const chart = lossChart([run, newRun({ ...settings, optimizer: "sgd" })]);
    expect(chart.xs.length).toBe(100);
    expect(Array.from(chart.lines[0]!.ys).slice(0, 4)).toEqual([3, 2, 1, Number.NaN]);
    expect(Array.from(chart.lines[1]!.ys).slice(0, 4)).toEqual([3, 2.5, 2, Number.NaN]);
    expect(Array.from(chart.lines[2]!.ys).every(Number.isNaN)).toBe(true);
    expect(distanceChart([run]).lines[0]!.ys).toEqual([2, 1]);
    // It is drawn until the page is: also where a run has just begun anew.
    expect(distanceChart([newRun(settings)])).toMatchObject({ xs: [], lines: [{ ys: [] }] });
  });

  test("is read in words", () => {
    expect(Object.fromEntries(readings([run]))).toMatchObject({
      "Gradient evaluations": ["3 of 100"],
      "Loss, mean of the last 20": ["2"],
      "Gradients a second": ["16.7"],
      "Test error": ["–"],
      "Scope γ": ["1e−4"],
    });
  });
});

test("running means of the last values, of fewer at the beginning", () => {
  expect([...runningMeans([1, 3, 5, 7], 2)]).toEqual([1, 2, 4, 6]);
  expect([...runningMeans([], 2)]).toEqual([]);
});

test("the estimate: gradients, an evaluation per epoch, the training loss and the answers, less what is done", () => {
  // 12,800 images are 100 gradients an epoch; evaluations at 100 and 200.
  const two = { ...settings, budget: 2 };
  const gradients = 200;
  const forward = (0.3 * (2 * (12_800 + 10_000) + 12_800 + 2000)) / 128;
  expect(estimatedSeconds(two, 1000)).toBeCloseTo(gradients + forward, 9);
  expect(estimatedSeconds(two, 1000, 150, 1)).toBeCloseTo(50 + forward - (0.3 * 22_800) / 128, 9);
  // 256 images are 2 gradients an epoch, but evaluations are at boundaries only, every 20.
  const few = { ...settings, images: 256, budget: 20 };
  expect(estimatedSeconds(few, 1000)).toBeCloseTo(40 + (0.3 * (2 * 10_256 + 256 + 2000)) / 128, 9);
});

test.each([
  [0.4, "under a second"],
  [42.3, "42 s"],
  [600, "10 min"],
  [7200, "2.0 h"],
])("%s seconds are %s", (seconds, words) => {
  expect(inWords(seconds)).toBe(words);
});

test("percentages and megabytes", () => {
  expect(percent(0.0089)).toBe("0.89\u00a0%");
  expect(percent(null)).toBe("–");
  expect(megabytes(14_239_897)).toBe("14.2\u00a0MB");
});

const memory = "There is not enough memory in this tab: close other tabs, or take fewer training images.";
const noAnswer = { name: "InputError", message: "https://page/x.bin: there is no answer from its server" };
test.each([
  [new RangeError("Array buffer allocation failed"), true, memory],
  [noAnswer, true, "The training ended: https://page/x.bin: there is no answer from its server."],
  [noAnswer, false, "This device is offline, and what the training needs was not fetched before."],
  ["unreachable", true, "The training ended: unreachable."],
])("%s, online %s, is told in a sentence", (error, isOnline, words) => {
  expect(failureInWords(error, isOnline)).toBe(words);
});
