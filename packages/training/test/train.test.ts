import { type AnyState, adam, entropySgd, geometricScope, type Optimizer, presets, sam, sgd } from "entropy-sgd";
import {
  compileNetwork,
  type EndEvent,
  type EvaluationEvent,
  type OuterEvent,
  type Split,
  scoreLogits,
  type TrainableModel,
  type TrainEvent,
  type TrainOptions,
  train,
} from "entropy-sgd-training";
import { nodePlatform } from "entropy-sgd-training/node";
import { evaluate as interpret, sizeOf } from "onnx-grad";
import { buildNetwork } from "onnx-grad/layers";
import { afterAll, describe, expect, test } from "vitest";
import { tinyData, tinyNetwork } from "./tinyTask.ts";

const data = tinyData({ train: 2500, validation: 400, test: 300 });
const models: TrainableModel[] = [];
afterAll(async () => {
  for (const model of models) await model.close();
});

async function newModel(dropout = 0.25): Promise<TrainableModel> {
  const model = await compileNetwork(tinyNetwork, { platform: nodePlatform, batchSize: 50, dropout, threads: 1 });
  models.push(model);
  return model;
}

const entropy = () =>
  entropySgd({ ...presets.lua, innerSteps: 5, innerLearningRate: 0.05, scope: geometricScope(1e-2, 1e-2), seed: 4 });

async function run<S extends AnyState>(optimizer: Optimizer<S>, options: TrainOptions, model?: TrainableModel) {
  const events: TrainEvent[] = [];
  const own = model ?? (await newModel());
  for await (const event of train(own, data, optimizer, options)) events.push(event);
  const of = <E extends TrainEvent>(type: E["type"]): E[] => events.filter((event): event is E => event.type === type);
  return {
    model: own,
    events,
    outers: of<OuterEvent>("outer"),
    evaluations: of<EvaluationEvent>("evaluation"),
    result: of<EndEvent>("end")[0]!.result,
  };
}

describe("train", () => {
  test("learns, and evaluates at the first outer boundary after each effective epoch and at the end", async () => {
    // 50 gradients an epoch, 7 inner steps: 3 epochs are 154 gradients, boundaries after epochs at 56, 105, 154.
    const optimizer = entropySgd({ ...presets.lua, innerSteps: 7, innerLearningRate: 0.05, scope: 1e-3 });
    const { events, evaluations, outers, result } = await run(optimizer, { budget: 3 });
    expect(evaluations.map(({ gradients }) => gradients)).toEqual([56, 105, 154]);
    expect(outers).toHaveLength(22);
    expect(events.filter(({ type }) => type === "gradient")).toHaveLength(154);
    expect([events[0]!.type, events.at(-1)!.type]).toEqual(["start", "end"]);
    expect(result).toMatchObject({
      gradientEvaluations: 154,
      effectiveEpochs: 154 / 50,
      reason: "budget",
      interrupted: false,
    });
    expect(result.testError).toBeLessThan(0.1);
    expect(result.testError).toBe(evaluations.at(-1)!.testError);
    expect(result.minTestError).toBe(Math.min(...evaluations.map(({ testError }) => testError!)));
    for (const { distance, localEntropyGradientNorm, gradientNorm } of outers) {
      expect([distance, localEntropyGradientNorm, gradientNorm].every((norm) => norm !== null && norm > 0)).toBe(true);
    }
  });

  test("asked for 15 gradients, ends after the second inner loop of ten without being told how long they are", async () => {
    const { outers, result } = await run(entropySgd({ scope: 1e-3, innerSteps: 10 }), { budget: 15 / 50 });
    expect(result.gradientEvaluations).toBe(20);
    expect(outers.map(({ gradients }) => gradients)).toEqual([10, 20]);
    expect(outers.every(({ distance }) => distance !== null && distance > 0)).toBe(true);
  });

  test("evaluates SAM at boundaries of any number of gradients", async () => {
    const { outers, evaluations } = await run(sam({ learningRate: 0.05 }), { budget: 0.9, boundaryEvery: 15 });
    expect(outers.map(({ gradients }) => gradients)).toEqual([15, 30, 45]);
    expect(evaluations.map(({ gradients }) => gradients)).toEqual([45]);
  });

  test("gives the same bits for the same seed, others for another", async () => {
    const [one, two, three] = [
      await run(entropy(), { budget: 0.6, seed: 3 }),
      await run(entropy(), { budget: 0.6, seed: 3 }),
      await run(entropy(), { budget: 0.6, seed: 2 }),
    ].map(({ evaluations, outers }) => ({
      params: [...evaluations.at(-1)!.params],
      losses: outers.map(({ batchLoss }) => batchLoss),
    }));
    expect(two).toEqual(one);
    expect(three!.params).not.toEqual(one!.params);
  });

  test("gives every optimizer the same first loss: weights, data and masks are functions of the seed", async () => {
    const first = async (optimizer: Optimizer<AnyState>) => {
      const { events } = await run(optimizer, { budget: 0.02, seed: 5 });
      return events.find((event) => event.type === "gradient")!.batchLoss;
    };
    const plain = await first(sgd({ learningRate: 0.1 }));
    expect(await first(adam())).toBe(plain);
    expect(await first(entropy())).toBe(plain);
  });

  test("is interrupted by its signal after the gradient in work, with the results so far", async () => {
    const controller = new AbortController();
    const model = await newModel();
    const events: TrainEvent[] = [];
    for await (const event of train(model, data, sgd({ learningRate: 0.1 }), {
      budget: 4,
      signal: controller.signal,
    })) {
      events.push(event);
      if (event.type === "gradient" && event.gradients === 60) controller.abort();
    }
    const { result } = events.at(-1) as EndEvent;
    expect(result).toMatchObject({
      gradientEvaluations: 60,
      interrupted: true,
      reason: "interrupted",
      trainLoss: null,
    });
    expect(result.testError).toBe(events.find((event) => event.type === "evaluation")!.testError);
  });

  test("ends with the reason diverged where the training loss is above a uniform guess's, and warns on the way", async () => {
    const { events, result } = await run(sgd({ learningRate: 10, momentum: 0.9 }), { budget: 4, boundaryEvery: 10 });
    expect(result).toMatchObject({ reason: "diverged", interrupted: false, testError: null, validationError: null });
    expect(result.trainLoss).toBeGreaterThan(Math.log(3));
    const warnings = events.filter(({ type }) => type === "warning");
    expect(warnings).toEqual([
      {
        type: "warning",
        gradients: 100,
        message: expect.stringMatching(/^training is unstable: .*try a smaller learningRate$/),
      },
    ]);
  });

  test("ends with the reason non-finite when it diverges, and says null where there is no number", async () => {
    const { result } = await run(sgd({ learningRate: 1e30 }), { budget: 1 });
    expect(result).toMatchObject({ reason: "non-finite", interrupted: false, testError: null, trainLoss: null });
    expect(result.gradientEvaluations).toBeLessThan(50);
  });

  test("refuses a budget that is not positive", async () => {
    await expect(run(sgd({ learningRate: 0.1 }), { budget: 0 })).rejects.toThrow(
      "budget must be a positive number of effective epochs, got 0",
    );
  });
});

/** The evaluation-mode or batch-statistics graph of the tiny network in the float64 interpreter. */
function interpreted(
  mode: "evaluation" | "recalibration",
  params: Float32Array,
  split: Split,
  from: number,
  count: number,
) {
  const network = buildNetwork(tinyNetwork.define(0.25), [count, 1, 8, 8], mode);
  const inputs = new Float32Array(64 * count);
  for (let i = 0; i < count; i++) split.readExampleInto(inputs, 64 * i, from + i);
  const weights = network.parameters.map(
    ({ block }) => [block.name, params.subarray(block.offset, block.offset + sizeOf(block.shape))] as const,
  );
  return { network, feeds: { inputs, ...Object.fromEntries(weights) } };
}

describe("batch norm", () => {
  test("recalibration equals means over batches of 1,000 of means and unbiased variances, in float64", async () => {
    const model = await newModel();
    const params = model.initialParams(2);
    await model.recalibrate(params, data.train);
    const exact: Record<string, Float64Array> = {};
    // 2,500 examples: batches of 1,000, 1,000 and 500, the last one with half the weight.
    for (const [from, count] of [
      [0, 1000],
      [1000, 1000],
      [2000, 500],
    ] as const) {
      const { network, feeds } = interpreted("recalibration", params, data.train, from, count);
      for (const { name, mean, variance, count: numbers } of network.batchStatistics) {
        const [m, v] = interpret([mean, variance], feeds) as [Float64Array, Float64Array];
        const [means, variances] = [`${name}.mean`, `${name}.variance`];
        exact[means] ??= new Float64Array(m.length);
        exact[variances] ??= new Float64Array(v.length);
        m.forEach((value, i) => {
          exact[means]![i]! += (value * count) / 2500;
          exact[variances]![i]! += ((v[i]! * numbers) / (numbers - 1)) * (count / 2500);
        });
      }
    }
    expect(Object.keys(exact).sort()).toEqual(Object.keys(model.statistics).sort());
    for (const [name, values] of Object.entries(exact)) {
      // float32 sums of up to 36,000 terms in an unknown order: a relative error of some 1e-5 of the largest value.
      const scale = Math.max(...values.map(Math.abs));
      const worst = Math.max(...values.map((value, i) => Math.abs(model.statistics[name]![i]! - value)));
      expect(worst).toBeLessThan(2e-5 * scale);
    }
  });

  test("the errors that are reported are those the interpreter finds from weights and statistics", async () => {
    const { model, evaluations, result } = await run(entropy(), { budget: 1.5 });
    const { params } = evaluations.at(-1)!;
    for (const [split, error, loss] of [
      [data.validation, result.validationError, evaluations.at(-1)!.validationLoss],
      [data.test, result.testError, evaluations.at(-1)!.testLoss],
      [data.train, null, result.trainLoss],
    ] as const) {
      const { network, feeds } = interpreted("evaluation", params, split, 0, split.numExamples);
      const [logits] = interpret([network.logits], { ...feeds, ...model.statistics });
      const scores = scoreLogits(Float32Array.from(logits!), 3, split.numExamples, (i) => split.labelOf(i));
      if (error !== null) expect(error).toBe(scores.numWrong / split.numExamples);
      expect(loss).toBeCloseTo(scores.lossSum / split.numExamples, 5);
    }
  });

  test("the loss and gradient of a training step are the interpreter's", async () => {
    const model = await newModel();
    const params = model.initialParams(6);
    data.train.readExampleInto(model.inputs, 0, 0);
    for (let i = 0; i < 50; i++) {
      data.train.readExampleInto(model.inputs, 64 * i, i);
      model.targets[i] = data.train.labelOf(i);
    }
    for (const { mask } of model.masks) mask.set(mask.map((_, i) => (i % 4 === 0 ? 0 : 4 / 3)));
    const gradient = model.memory.allocate(model.numParams, new Float32Array(0)) as Float32Array;
    const loss = await model.lossAndGradient(params, gradient);

    const { gradients, input, softmaxCrossEntropy } = await import("onnx-grad");
    const network = buildNetwork(tinyNetwork.define(0.25), [50, 1, 8, 8], "training");
    const root = softmaxCrossEntropy(network.logits, input("labels", [50], "int32"));
    const feeds = {
      inputs: model.inputs,
      labels: model.targets,
      ...Object.fromEntries(model.masks.map(({ layer, mask }) => [`${layer}.mask`, mask])),
      ...Object.fromEntries(
        network.parameters.map(({ block }) => [
          block.name,
          params.subarray(block.offset, block.offset + sizeOf(block.shape)),
        ]),
      ),
    };
    const exact = interpret(
      [
        root,
        ...gradients(
          root,
          network.parameters.map(({ value }) => value),
        ),
      ],
      feeds,
    );
    expect(loss).toBeCloseTo(exact[0]![0]!, 5);
    const flat = exact.slice(1).flatMap((array) => Array.from(array));
    const scale = Math.max(...flat.map(Math.abs));
    const worst = Math.max(...flat.map((value, i) => Math.abs(gradient[i]! - value)));
    expect(worst).toBeLessThan(1e-5 * Math.max(1, scale));
  });
});
