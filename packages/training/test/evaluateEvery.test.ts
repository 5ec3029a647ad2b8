/** When evaluations are made, and that the training does not depend on it. */
import { entropySgd } from "entropy-sgd";
import {
  compileNetwork,
  evaluationAfter,
  evaluationIsDue,
  type RecordedEvaluation,
  type RunResult,
  train,
} from "entropy-sgd-training";
import { nodePlatform } from "entropy-sgd-training/node";
import { expect, test } from "vitest";
import { tinyData, tinyNetwork } from "./tinyTask.ts";

test.each([
  // Gradients, gradients of an epoch, epochs between evaluations, the first gradient from which one is due.
  [0, 39, 1, 39],
  [38, 39, 1, 39],
  [39, 39, 1, 78],
  [0, 39, 10, 390],
  [400, 39, 10, 780],
  [0, 39, 0.5, 20],
  [20, 39, 0.5, 39],
  // 0.1 · 430 · 3 is 129.00000000000003.
  [86, 430, 0.1, 129],
  [129, 430, 0.1, 172],
  [40, 39, 1e15, Number.MAX_SAFE_INTEGER],
  [40, 39, 1e308, Number.MAX_SAFE_INTEGER],
  [40, 39, 1e-9, 41],
])("after %d gradients of %d per epoch, every %d epochs: %d", (gradients, gradientsPerEpoch, evaluateEvery, due) => {
  expect(evaluationAfter(gradients, { gradientsPerEpoch, evaluateEvery })).toBe(due);
});

test.each([
  // Gradients, the first gradient from which one is due, whether it is: at boundaries of 4 gradients, and at the end, at 24.
  [7, 6, false],
  [8, 6, true],
  [8, 8, true],
  [8, 9, false],
  [24, 30, true],
  [28, 30, true],
])("after %d gradients, due from %d on: %s", (gradients, nextEvaluation, isDue) => {
  expect(evaluationIsDue({ gradients, nextEvaluation }, { boundaryEvery: 4, totalGradients: 24 })).toBe(isDue);
});

/** 6 gradients an epoch, outer steps of 4. */
async function trained(options: {
  readonly evaluateEvery?: number;
}): Promise<{ at: number[]; last: RecordedEvaluation; result: RunResult }> {
  const model = await compileNetwork(tinyNetwork, { platform: nodePlatform, batchSize: 10 });
  const optimizer = entropySgd({ scope: 1e-3, innerSteps: 4 });
  const evaluations: RecordedEvaluation[] = [];
  let result: RunResult | undefined;
  for await (const event of train(model, tinyData({ train: 60, validation: 10, test: 10 }), optimizer, {
    budget: 7,
    ...options,
  })) {
    if (event.type === "evaluation") evaluations.push({ ...event, seconds: 0 });
    if (event.type === "end") result = { ...event.result, seconds: 0, msPerGradient: 0 };
  }
  await model.close();
  return { at: evaluations.map(({ gradients }) => gradients), last: evaluations.at(-1)!, result: result! };
}

test("an evaluation is at the first boundary after each stretch, and at the end; weights and losses stay the same", async () => {
  const [usual, seldom, once] = [
    await trained({}),
    await trained({ evaluateEvery: 3 }),
    await trained({ evaluateEvery: 100 }),
  ];
  expect(usual.at).toEqual([8, 12, 20, 24, 32, 36, 44]);
  // The ends of three epochs are at 18 and 36 gradients.
  expect([seldom.at, once.at]).toEqual([[20, 36, 44], [44]]);
  for (const other of [seldom, once]) {
    expect(other.last).toEqual(usual.last);
    expect(other.result.trainLoss).toBe(usual.result.trainLoss);
  }
});
