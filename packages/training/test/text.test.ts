/** Training and evaluating recurrent networks on texts: lanes, states carried along, checkpoints. */
import { type AnyState, adam, entropySgd, type Optimizer, sam, sgd } from "entropy-sgd";
import {
  byLanes,
  compileNetwork,
  type DataSet,
  type EvaluationEvent,
  type GradientEvent,
  type ResumePoint,
  sequence,
  type TextSplit,
  type TrainableModel,
  type TrainEvent,
  type TrainOptions,
  train,
} from "entropy-sgd-training";
import { nodePlatform } from "entropy-sgd-training/node";
import { evaluate as interpret, sizeOf } from "onnx-grad";
import { afterAll, describe, expect, test } from "vitest";
import { textEvaluation } from "../src/model/textEvaluation.ts";
import { buildSpec } from "../src/networks/buildSpec.ts";
import { tinyRecurrent, tinyText, vocabularySize } from "./tinyText.ts";

const steps = 5;
const batchSize = 4;
const data: DataSet<TextSplit> = {
  name: "rounds",
  train: tinyText(4 * 5 * 7 + 4, steps, 1),
  validation: tinyText(60, steps, 2),
  test: tinyText(47, steps, 3),
};
const models: TrainableModel[] = [];
afterAll(async () => {
  for (const model of models) await model.close();
});

async function newModel(dropout = 0): Promise<TrainableModel> {
  const options = { platform: nodePlatform, batchSize, dropout, threads: 1, task: sequence() };
  const model = await compileNetwork(tinyRecurrent(steps), options);
  models.push(model);
  return model;
}

async function run<S extends AnyState>(optimizer: Optimizer<S>, options: TrainOptions, model?: TrainableModel) {
  const events: TrainEvent[] = [];
  const points: ResumePoint[] = [];
  for await (const event of train(model ?? (await newModel()), data, optimizer, options)) {
    events.push(event);
    if (event.type === "checkpoint") points.push(structuredClone(event.snapshot));
  }
  const losses = events.filter((event): event is GradientEvent => event.type === "gradient").map((e) => e.batchLoss);
  const evaluation = events.filter((event): event is EvaluationEvent => event.type === "evaluation").at(-1)!;
  return { events, points, losses, evaluation };
}

/** A learning rate at which no weight moves in float32, so that every loss can be computed apart. */
const tiny = 1e-30;

/** The mean loss of a batch of windows by the interpreter, and the state that it leaves. */
function interpreted(params: Float32Array, windows: readonly number[], split: TextSplit, state: ArrayLike<number>) {
  const network = buildSpec(tinyRecurrent(steps), { mode: "training", batch: windows.length, carriesState: true });
  const feeds = Object.fromEntries(
    network.parameters.map(({ block: { name, offset, shape } }) => [
      name,
      params.subarray(offset, offset + sizeOf(shape)),
    ]),
  );
  const inputs = windows.flatMap((i) => [...split.tokens.subarray(i * steps, (i + 1) * steps)]);
  const targets = windows.flatMap((i) => [...split.tokens.subarray(i * steps + 1, (i + 1) * steps + 1)]);
  const [logits, after] = interpret([network.logits, network.carried[0]!.final], {
    ...feeds,
    inputs,
    "rnn.h": state,
  });
  const scorer = sequence().scorer([steps, vocabularySize]);
  scorer.add(Float32Array.from(logits!), Int32Array.from(targets), windows.length);
  return { loss: scorer.scores().loss, after: after! };
}

test("lanes are contiguous parts of the text, and all return to their beginnings together", () => {
  const { indicesInto, beginsAnew } = byLanes(29, 4);
  const rows = Array.from({ length: 15 }, (_, step) => {
    const out = new Int32Array(4);
    indicesInto(out, step);
    return [...out];
  });
  expect(rows.slice(0, 3)).toEqual([
    [0, 7, 14, 21],
    [1, 8, 15, 22],
    [2, 9, 16, 23],
  ]);
  expect(rows[6]).toEqual([6, 13, 20, 27]);
  expect(rows.slice(7, 14)).toEqual(rows.slice(0, 7));
  expect(rows.map((_, step) => beginsAnew!(step))).toEqual(rows.map((_, step) => step % 7 === 0));
  expect(() => byLanes(3, 4)).toThrow("byLanes: batchSize must be an integer from 1 to the 3 examples, got 4");
});

describe("training", () => {
  test("goes on from the state of the text before, from zero at its beginning", async () => {
    const model = await newModel();
    const { losses } = await run(sgd({ learningRate: tiny }), { budget: 2 }, model);
    expect(losses).toHaveLength(14);
    const params = model.initialParams(1);
    let state: ArrayLike<number> = new Float64Array(batchSize * 8);
    for (let step = 0; step < 7; step++) {
      const windows = [0, 1, 2, 3].map((lane) => lane * 7 + step);
      const { loss, after } = interpreted(params, windows, data.train, state);
      expect(losses[step]).toBeCloseTo(loss, 5);
      state = after;
    }
    expect(losses.slice(7)).toEqual(losses.slice(0, 7));
  });

  test("SAM takes both gradients of a batch from the same state", async () => {
    const { losses } = await run(sam({ learningRate: tiny, radius: 1e-9 }), { budget: 2 });
    for (let i = 0; i < losses.length; i += 2) expect(losses[i + 1]).toBeCloseTo(losses[i]!, 6);
    const { losses: plain } = await run(sgd({ learningRate: tiny }), { budget: 1 });
    expect(losses.filter((_, i) => i % 2 === 0)).toEqual(plain);
  });

  test("learns the text", async () => {
    const { evaluation, events } = await run(adam({ learningRate: 0.02 }), { budget: 60 });
    const start = Math.log(vocabularySize);
    // A token follows with the probability 2/3 + 1/18, each other one comes with 1/18: 1.04 nats.
    expect(evaluation.testLoss).toBeLessThan(start - 0.3);
    expect(evaluation.testMetrics!.perplexity).toBe(Math.exp(evaluation.testLoss));
    expect(events.at(-1)).toMatchObject({ result: { reason: "budget", primary: { name: "perplexity" } } });
  });

  test.each([
    { name: "Entropy-SGD within an inner loop", make: () => entropySgd({ scope: 1e-3, innerSteps: 5, seed: 2 }) },
    { name: "SAM within a batch", make: () => sam({ learningRate: 0.1 }) },
    { name: "Adam", make: () => adam({ learningRate: 0.02 }) },
  ])("a resumed run of $name ends with the same bits", async ({ make }) => {
    const options = { budget: 4, checkpoints: { gradients: 9, minutes: null, best: 0 } } as const;
    const model = await newModel(0.3);
    const whole = await run<AnyState>(make(), options, model);
    const point = whole.points[0]!;
    expect(point.position.gradients).toBe(9);
    expect(Object.keys(point.carried!)).toEqual(["rnn.h"]);
    const other = await newModel(0.3);
    const rest = await run<AnyState>(make(), { ...options, resume: point }, other);
    expect(rest.losses).toEqual(whole.losses.slice(9));
    expect([...rest.evaluation.params]).toEqual([...whole.evaluation.params]);
    const forgetful = { ...point, carried: {} };
    await expect(run<AnyState>(make(), { ...options, resume: forgetful }, other)).rejects.toThrow(
      "carried: rnn.h must have 32 numbers, got none",
    );
  });
});

describe("evaluation", () => {
  const spec = tinyRecurrent(steps);
  const options = { platform: nodePlatform, dropout: 0, threads: 1 };
  const text = tinyText(1 + 11 * steps + 3, steps, 7);

  async function lossOf(params: Float32Array, split: TextSplit, lanes: { lanes?: number; warmUp?: number }) {
    const evaluation = textEvaluation(tinyRecurrent(split.steps), options, sequence());
    const scores = await evaluation.evaluate(params, split, undefined, lanes);
    await evaluation.close();
    return scores;
  }

  test("counts every token but the first once, in one lane as the interpreter over the whole text", async () => {
    const params = (await newModel()).initialParams(3);
    const one = await lossOf(params, text, { lanes: 1 });
    const network = buildSpec(tinyRecurrent(text.tokens.length - 1), { mode: "evaluation" });
    const feeds = Object.fromEntries(
      network.parameters.map(({ block: { name, offset, shape } }) => [
        name,
        params.subarray(offset, offset + sizeOf(shape)),
      ]),
    );
    const [logits] = interpret([network.logits], { ...feeds, inputs: text.tokens.subarray(0, -1) });
    const { add, scores } = sequence().scorer([text.tokens.length - 1, vocabularySize]);
    add(Float32Array.from(logits!), text.tokens.subarray(1), 1);
    expect(one.loss).toBeCloseTo(scores().loss, 6);
    expect(one.metrics.error).toBeCloseTo(scores().metrics.error!, 12);
    // 58 predictions: 11 windows of 5 and one of 3.
    expect(one.metrics.error! * 58).toBeCloseTo(Math.round(one.metrics.error! * 58), 9);
  });

  test("windows of other lengths change nothing", async () => {
    const params = (await newModel()).initialParams(3);
    const { tokens } = text;
    const losses = [];
    for (const length of [1, 4, 5, 13]) {
      const split = { ...tinyText(100, length), tokens };
      losses.push((await lossOf(params, split, { lanes: 1 })).loss);
    }
    for (const loss of losses) expect(loss).toBeCloseTo(losses[0]!, 6);
  });

  test("lanes give what one pass does, but for the states that they begin with", async () => {
    const model = await newModel();
    const params = model.initialParams(3).map((weight) => weight / 6);
    const normOf = (name: string): number => {
      const { offset, shape } = model.layout.find((block) => block.name === name)!;
      return Math.hypot(...params.subarray(offset, offset + sizeOf(shape)));
    };
    const long = tinyText(1 + 40 * steps + 2, steps, 9);
    const one = await lossOf(params, long, { lanes: 1 });
    const cold = await lossOf(params, long, { lanes: 3, warmUp: 0 });
    const warm = await lossOf(params, long, { lanes: 3, warmUp: 60 });
    // States that differ by d differ by at most ‖W‖ᵗ d after t tokens, a token's loss by twice ‖V‖ times that.
    const [ofState, ofOutput] = [normOf("rnn.hidden"), normOf("softmax.weight")];
    expect(ofState).toBeLessThan(0.75);
    expect(cold.loss).not.toBeCloseTo(one.loss, 6);
    const perLane = (2 * ofOutput * Math.sqrt(8)) / (1 - ofState);
    expect(Math.abs(cold.loss - one.loss)).toBeLessThan((2 * perLane) / 202);
    expect(Math.abs(warm.loss - one.loss)).toBeLessThan((2 * perLane * ofState ** 60) / 202 + 1e-6);
    expect(warm.metrics.error).toBe(one.metrics.error);
  });

  test("the perplexity of a network of small weights is the size of the vocabulary", async () => {
    const params = (await newModel()).initialParams(3).map((weight) => weight / 100);
    const { metrics } = await lossOf(params, text, {});
    expect(Math.abs(metrics.perplexity! / vocabularySize - 1)).toBeLessThan(0.01);
  });

  test("is by the model the same, and refuses a task that scores no tokens", async () => {
    const model = await newModel();
    const params = model.initialParams(3);
    expect((await model.evaluate(params, text)).loss).toBe((await lossOf(params, text, {})).loss);
    const other = { ...sequence(), name: "other", tokens: undefined } as never;
    const evaluation = textEvaluation(spec, options, other);
    await expect(evaluation.evaluate(params, text)).rejects.toThrow(
      'task: a text is learnt by the task sequence, got "other"',
    );
  });
});
