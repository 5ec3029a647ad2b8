/** Tasks through the engine and the loop: losses, metrics and what is selected by them. */
import { sgd } from "entropy-sgd";
import {
  type AnySplit,
  arraySplit,
  binary,
  buildSpec,
  classification,
  compileNetwork,
  type DataSet,
  type EvaluationEvent,
  lossTask,
  multilabel,
  type NetworkSpec,
  type RunResult,
  regression,
  sequence,
  type Task,
  targetReader,
  targetSplit,
  train,
} from "entropy-sgd-training";
import { nodePlatform } from "entropy-sgd-training/node";
import { constant, evaluate, input, mul, reduceMean, reshape, sizeOf, sub, tanh } from "onnx-grad";
import { layers } from "onnx-grad/layers";
import { describe, expect, test } from "vitest";
import { numbers } from "./tinyTask.ts";

const batchSize = 10;

const networkTo = (outputShape: readonly number[]): NetworkSpec => ({
  name: "small",
  inputShape: [3],
  outputShape,
  define: () => (context, inputs) => {
    const hidden = tanh(layers.dense(context, "hidden", inputs, 8));
    const outputs = layers.dense(context, "out", hidden, sizeOf(outputShape));
    return reshape(outputs, [inputs.shape[0]!, ...outputShape]);
  },
});

/** Three uniform inputs in (−1, 1), and what a rule makes of them. */
function examples(numExamples: number, seed: number, targetSize: number, rule: (x: Float32Array, k: number) => number) {
  const next = numbers(seed);
  const inputs = Float32Array.from({ length: 3 * numExamples }, () => 2 * next() - 1);
  const targets = Float32Array.from({ length: targetSize * numExamples }, (_, i) => {
    const example = Math.floor(i / targetSize);
    return rule(inputs.subarray(3 * example, 3 * example + 3), i % targetSize);
  });
  return { inputs, targets };
}

const sum = (x: Float32Array, k: number): number => x[k % 3]! + x[(k + 1) % 3]! ** 2;
const sign = (x: Float32Array, k: number): number => Number(sum(x, k) > 0.2);

const floats =
  (targetShape: readonly number[], rule: typeof sum) =>
  (numExamples: number, seed: number): AnySplit =>
    targetSplit({ ...examples(numExamples, seed, sizeOf(targetShape), rule), inputShape: [3], targetShape });

const classes = (numExamples: number, seed: number): AnySplit => {
  const { inputs, targets } = examples(numExamples, seed, 1, sign);
  return arraySplit({ inputs, labels: targets, inputShape: [3], numClasses: 2 });
};

/** Three steps over the words 0, 1, 2 and 3: one of two pairs by the sign of a sum, and one of two by the step. */
const words = (numExamples: number, seed: number): AnySplit => {
  const word = (x: Float32Array, k: number): number => 2 * sign(x, k) + (k % 2);
  const { inputs, targets } = examples(numExamples, seed, 3, word);
  return targetSplit({ inputs, targets: Int32Array.from(targets), inputShape: [3], targetShape: [3], numClasses: 4 });
};

const dataOf = (split: (numExamples: number, seed: number) => AnySplit): DataSet<AnySplit> => ({
  name: "numbers",
  train: split(400, 1),
  validation: split(70, 2),
  test: split(90, 3),
});

/** Half the squared error: a loss of one's own. */
const own = lossTask({
  name: "own",
  loss: (y, t) => reduceMean(mul(mul(sub(y, t), sub(y, t)), constant(0.5))),
});

async function trained(task: Task, outputShape: readonly number[], data: DataSet<AnySplit>, budget = 2) {
  const spec = networkTo(outputShape);
  const model = await compileNetwork(spec, { platform: nodePlatform, task, batchSize, threads: 1 });
  const evaluations: EvaluationEvent[] = [];
  const losses: number[] = [];
  let result: RunResult | undefined;
  try {
    for await (const event of train(model, data, sgd({ learningRate: 0.1 }), { budget })) {
      if (event.type === "gradient") losses.push(event.batchLoss);
      if (event.type === "evaluation") evaluations.push(event);
      if (event.type === "end") ({ result } = event);
    }
    const gradient = new Float32Array(model.numParams);
    const params = evaluations.at(-1)!.params;
    const batch = { inputs: Float32Array.from(model.inputs), targets: model.targets.slice() };
    const lossOfBatch = await model.lossAndGradient(params, gradient);
    return { spec, losses, evaluations, result: result!, params, batch, lossOfBatch };
  } finally {
    await model.close();
  }
}

/** The outputs of the interpreter in float64. */
function outputsOf(spec: NetworkSpec, params: Float32Array, inputs: Float32Array): Float64Array {
  const { logits, parameters } = buildSpec(spec, { mode: "evaluation", batch: inputs.length / 3 });
  const weights = parameters.map(({ block: { name, offset, shape } }) => [
    name,
    params.subarray(offset, offset + sizeOf(shape)),
  ]);
  return evaluate([logits], { inputs, ...Object.fromEntries(weights) })[0] as Float64Array;
}

describe.each([
  ["classification", classification({ labelSmoothing: 0.1, classWeights: [1, 3] }), [2], classes],
  ["binary of two classes", binary(), [1], classes],
  ["binary of a map", binary(), [1, 2, 2], floats([1, 2, 2], sign)],
  ["multilabel", multilabel(), [3], floats([3], sign)],
  ["regression", regression(), [1], floats([1], sum)],
  ["regression of maps with a Huber loss", regression({ loss: "huber", delta: 0.3 }), [2, 2], floats([2, 2], sum)],
  ["regression with an absolute loss", regression({ loss: "absolute" }), [2], floats([2], sum)],
  ["sequence", sequence(), [3, 4], words],
  ["a loss of one's own", own, [1], floats([1], sum)],
] as const)("%s", (_, task, outputShape, split) => {
  const data = dataOf(split);

  test("trains: losses and metrics are the interpreter's, and they fall", async () => {
    const { spec, losses, evaluations, result, params, batch, lossOfBatch } = await trained(task, outputShape, data);
    const mean = (list: readonly number[]) => list.reduce((total, loss) => total + loss, 0) / list.length;
    expect(mean(losses.slice(-20))).toBeLessThan(mean(losses.slice(0, 20)));

    const { dtype, shape } = task.targetsOf(outputShape);
    const [y, t] = [input("y", [batchSize, ...outputShape]), input("t", [batchSize, ...shape], dtype)];
    const feeds = { y: outputsOf(spec, params, batch.inputs), t: batch.targets };
    expect(lossOfBatch).toBeCloseTo(evaluate([task.loss(y, t)], feeds)[0]![0]!, 5);

    const inputs = new Float32Array(3 * data.test.numExamples);
    const targets = new (dtype === "int32" ? Int32Array : Float32Array)(sizeOf(shape) * data.test.numExamples);
    for (let i = 0; i < data.test.numExamples; i++) {
      data.test.readExampleInto(inputs, 3 * i, i);
      targetReader(data.test)(targets, i * sizeOf(shape), i);
    }
    const scorer = task.scorer(outputShape);
    scorer.add(Float32Array.from(outputsOf(spec, params, inputs)), targets, data.test.numExamples);
    const { loss, metrics } = scorer.scores();
    const last = evaluations.at(-1)!;
    expect(last.testLoss).toBeCloseTo(loss, 5);
    expect(Object.keys(last.testMetrics!)).toEqual(Object.keys(task.metrics));
    for (const [name, value] of Object.entries(metrics)) expect(last.testMetrics![name]).toBeCloseTo(value!, 5);
    expect(last.testError).toBe(last.testMetrics!.error ?? null);
    expect(result).toMatchObject({ task: task.name, reason: "budget", testError: last.testError });
    expect(result.primary).toMatchObject({ name: task.primary, test: last.testMetrics![task.primary] });
  });
});

test("where a larger value is better, the largest validation value selects", async () => {
  const byFit: Task = { ...regression(), primary: "r2" };
  const { evaluations, result } = await trained(byFit, [1], dataOf(floats([1], sum)), 6);
  const values = evaluations.map(({ validationMetrics, testMetrics }) => [validationMetrics!.r2!, testMetrics!.r2!]);
  const [best] = [...values].sort(([a], [b]) => b! - a!);
  expect(result.primary).toEqual({
    name: "r2",
    better: "larger",
    validation: values.at(-1)![0],
    test: values.at(-1)![1],
    bestTest: best![1],
    extremeTest: Math.max(...values.map(([, value]) => value!)),
  });
  expect(result).toMatchObject({ testError: null, validationError: null, bestTestError: null, minTestError: null });
});

test("a regression that ends above the loss of the mean target has diverged", async () => {
  const constantSum = (x: Float32Array, k: number): number => 1e-3 * sum(x, k);
  const { result } = await trained(regression(), [1], dataOf(floats([1], constantSum)), 0.05);
  expect(result).toMatchObject({ reason: "diverged", primary: { validation: null, test: null } });
});

describe("data that do not fit the task are refused", () => {
  const good = floats([1], sum);
  const wrong = targetSplit({ inputs: new Float32Array(3), targets: Float32Array.of(1.5), inputShape: [3] });
  test.each([
    [
      regression(),
      [1],
      classes,
      "small: the train examples must have targets of the shape 1, they have one class each",
    ],
    [regression(), [2], good, "small: the train examples must have targets of the shape 2, they have 1"],
    [classification(), [2], good, "small: the train examples must have 2 classes, they have targets that are numbers"],
    [
      binary(),
      [1],
      () => wrong,
      "small: the train examples must have targets in [0, 1], the target of example 0 holds 1.5",
    ],
    [sequence(), [3, 4], good, "small: the train examples must have 4 classes, they have targets that are numbers"],
    [sequence(), [3, 5], words, "small: the train examples must have 5 classes, they have 4"],
    [sequence(), [2, 4], words, "small: the train examples must have targets of the shape 2, they have 3"],
    [
      sequence(),
      [3, 2],
      classes,
      "small: the train examples must have targets of the shape 3, they have one class each",
    ],
    [classification(), [4], words, "small: the train examples must have one class each, they have 3"],
    [regression(), [3], words, "small: the train examples must have targets that are numbers, they have 4 classes"],
    [
      sequence(),
      [1, 2],
      () => ({
        ...targetSplit({ inputs: new Float32Array(3), targets: Int32Array.of(1), inputShape: [3], numClasses: 2 }),
        readTargetInto: (out: Float32Array | Int32Array) => out.fill(2),
      }),
      "small: the train examples must have targets from 0 to 1, the target of example 0 holds 2",
    ],
  ])("%#", async (task, outputShape, split, message) => {
    await expect(trained(task, outputShape, dataOf(split))).rejects.toThrow(message);
  });

  test("and a loss that is no scalar", async () => {
    const task = lossTask({ name: "each", loss: sub });
    await expect(trained(task, [1], dataOf(good))).rejects.toThrow("each: the loss must be a scalar, it is 10×1");
  });
});
