/** Trap 4: models are saved and loaded with their optimizer, which goes on to the same bits. */
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { annealedSchedule, cosineSchedule, distanceScope, geometricScope, stepSchedule } from "../../src/index.ts";
import { adamw, entropyAdam, entropySgd, registerOptimizers, sam, sgd, sgld } from "../../src/tfjs.ts";
import { backends, use } from "./backends.ts";
import { examples, flat, smallModel, variablesOf, weightsOf } from "./models.ts";

const inner = { innerSteps: 3, noise: 0.01, seed: 7 };
const optimizers: Readonly<Record<string, () => tf.Optimizer>> = {
  "entropy-sgd>EntropySGD": () =>
    entropySgd(tf, {
      ...{ ...inner, scope: geometricScope(0.1, 0.01), groups: [{ start: 0, end: 4, frozen: true }] },
      innerLearningRate: cosineSchedule({ initial: 0.1, steps: 10 }),
    }),
  "entropy-sgd>EntropyAdam": () => entropyAdam(tf, { ...inner, scope: distanceScope(0.01, 0.1) }),
  "entropy-sgd>SGLD": () =>
    sgld(tf, {
      learningRate: annealedSchedule({ initial: stepSchedule({ initial: 0.1, factor: 0.5, at: [5] }), exponent: 1 }),
    }),
  "entropy-sgd>AdamW": () => adamw(tf, { clipNorm: 1 }),
  "entropy-sgd>SAM": () => sam(tf, { learningRate: 0.1, momentum: 0.9 }),
  "entropy-sgd>SGD": () => sgd(tf, { learningRate: 0.1, momentum: 0.9 }),
};

const loss = "meanSquaredError";

/** The model as it comes back from where it was saved. */
async function reloaded(model: tf.LayersModel): Promise<tf.LayersModel> {
  let saved: tf.io.ModelArtifacts | undefined;
  const handler = tf.io.withSaveHandler(async (artifacts) => {
    // Topology and configuration are JSON in a file.
    const { weightData, ...rest } = artifacts;
    saved = { ...JSON.parse(JSON.stringify(rest)), weightData };
    return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" } };
  });
  await model.save(handler, { includeOptimizer: true });
  return tf.loadLayersModel(tf.io.fromMemory(saved!));
}

/** A saved tensor that is not disposed of at the next step. */
const copied = ({ name, tensor }: { name: string; tensor: tf.Tensor }) => ({ name, tensor: tensor.clone() });

/** What an optimizer saves. */
async function stateOf(model: tf.LayersModel): Promise<readonly unknown[]> {
  const weights = await model.optimizer.getWeights();
  return Promise.all(weights.map(async ({ tensor }) => [...(await tensor.data())]));
}

describe.each(backends)("trap 4: on %s a saved model", (backend) => {
  beforeAll(() => use(backend));

  test.each(Object.entries(optimizers))("goes on to the same bits after loading: %s", async (className, make) => {
    const model = smallModel();
    model.compile({ optimizer: make(), loss, metrics: ["mae"] });
    const { xs, ys } = examples(8);
    const train = async (one: tf.LayersModel, steps: number): Promise<void> => {
      for (let step = 0; step < steps; step++) await one.trainOnBatch(xs, ys);
    };
    await train(model, 7);
    const loaded = await reloaded(model);
    expect(loaded.optimizer.getClassName()).toBe(className);
    expect(loaded.optimizer).not.toBe(model.optimizer);
    expect(loaded.optimizer.getConfig()).toEqual(JSON.parse(JSON.stringify(model.optimizer.getConfig())));
    expect(await stateOf(loaded)).toEqual(await stateOf(model));
    expect(loaded.optimizer.iterations).toBe(model.optimizer.iterations);
    // Other names of variables, the same positions.
    expect(loaded.trainableWeights[0]!.name).not.toBe(model.trainableWeights[0]!.name);
    for (const one of [model, loaded]) await train(one, 7);
    expect(weightsOf(loaded)).toEqual(weightsOf(model));
    expect(await stateOf(loaded)).toEqual(await stateOf(model));
  });

  test("has the optimizer's weights in this order: iterations, plain state, vectors", async () => {
    const model = smallModel();
    const optimizer = entropySgd(tf, inner);
    model.compile({ optimizer, loss });
    const names = async () => (await optimizer.getWeights()).map(({ name }) => name);
    expect(await names()).toEqual(["iter"]);
    const { xs, ys } = examples(8);
    for (let step = 0; step < 4; step++) await model.trainOnBatch(xs, ys);
    const own = "entropy-sgd>EntropySGD";
    expect(await names()).toEqual([
      "iter",
      `${own}/state`,
      ...["params", "innerParams", "innerMean", "inner.buffers.velocity"].map((name) => `${own}/${name}`),
    ]);
    expect((await stateOf(model))[0]).toEqual([4]);
  });

  test("goes on at a rate that a callback had changed", async () => {
    const model = smallModel();
    const optimizer = entropySgd(tf, inner);
    model.compile({ optimizer, loss });
    const { xs, ys } = examples(8);
    for (let step = 0; step < 4; step++) await model.trainOnBatch(xs, ys);
    optimizer.learningRate = 0.5;
    optimizer.innerLearningRate = 0.05;
    const loaded = await reloaded(model);
    expect(loaded.optimizer.getConfig()).toMatchObject({ learningRate: 0.5, innerLearningRate: 0.05 });
    for (const one of [model, loaded]) for (let step = 0; step < 4; step++) await one.trainOnBatch(xs, ys);
    expect(weightsOf(loaded)).toEqual(weightsOf(model));
  });

  test("goes on to the same bits where it was saved between toTrain and toEval, with x' in its variables", async () => {
    const model = smallModel();
    const optimizer = entropySgd(tf, inner);
    model.compile({ optimizer, loss });
    const { xs, ys } = examples(8);
    optimizer.toTrain(variablesOf(model));
    for (let step = 0; step < 4; step++) await model.trainOnBatch(xs, ys);
    const loaded = await reloaded(model);
    await optimizer.setWeights((await optimizer.getWeights()).map(copied));
    for (const one of [model, loaded]) await one.trainOnBatch(xs, ys);
    expect(weightsOf(loaded)).toEqual(weightsOf(model));
    for (const one of [model, loaded]) for (let step = 0; step < 4; step++) await one.trainOnBatch(xs, ys);
    expect(weightsOf(loaded)).toEqual(weightsOf(model));
    const whole = smallModel();
    whole.compile({ optimizer: entropySgd(tf, inner), loss });
    for (let step = 0; step < 9; step++) await whole.trainOnBatch(xs, ys);
    expect(weightsOf(loaded)).toEqual(weightsOf(whole));
  });

  test("that had not been trained begins from the beginning", async () => {
    const [model, other] = [smallModel(), smallModel()];
    model.compile({ optimizer: entropySgd(tf, inner), loss });
    const loaded = await reloaded(model);
    other.compile({ optimizer: entropySgd(tf, inner), loss });
    const { xs, ys } = examples(8);
    for (const one of [loaded, other]) for (let step = 0; step < 4; step++) await one.trainOnBatch(xs, ys);
    expect(weightsOf(loaded)).toEqual(weightsOf(other));
  });
});

describe("states that do not fit", () => {
  beforeAll(() => use("cpu"));

  const trained = async (optimizer: tf.Optimizer, model = smallModel()): Promise<tf.LayersModel> => {
    model.compile({ optimizer, loss });
    const { xs, ys } = examples(8);
    for (let step = 0; step < 4; step++) await model.trainOnBatch(xs, ys);
    return model;
  };

  test("those of another optimizer, other options and another model are refused with the reason", async () => {
    const { xs, ys } = examples(8);
    const weights = await (await trained(entropySgd(tf, inner))).optimizer.getWeights();
    const given = async (optimizer: tf.Optimizer, model = smallModel()): Promise<unknown> => {
      await optimizer.setWeights(weights);
      model.compile({ optimizer, loss });
      return model.trainOnBatch(xs, ys);
    };
    await expect(given(sgd(tf, { learningRate: 1 }))).rejects.toThrow("is unknown to this optimizer");
    await expect(given(entropySgd(tf, { ...inner, seed: 8 }))).rejects.toThrow("option seed must be 7");
    const larger = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [3] })] });
    await expect(given(entropySgd(tf, inner), larger)).rejects.toThrow("must have 4 elements, got 26");
    const stock = [
      { name: "iter", tensor: tf.scalar(1, "int32") },
      { name: "m", tensor: tf.ones([3]) },
    ];
    await expect(entropySgd(tf).setWeights(stock)).rejects.toThrow(
      "entropySgd: weights must be those that getWeights() of the same optimizer gave",
    );
  });

  test("weights other than those of the state begin an outer loop, with its counts", async () => {
    const weights = await (await trained(entropySgd(tf, inner))).optimizer.getWeights();
    const model = smallModel();
    const optimizer = entropySgd(tf, inner);
    await optimizer.setWeights(weights);
    const start = weightsOf(model);
    await trained(optimizer, model).then((one) => expect(weightsOf(one)).not.toEqual(start));
    expect(optimizer.iterations).toBe(8);
  });

  test("a schedule of one's own cannot be saved, and says so", async () => {
    const model = await trained(entropySgd(tf, { ...inner, scope: () => 0.1 }));
    await expect(reloaded(model)).rejects.toThrow(
      "entropySgd: scope must be a number or a schedule made by this library, to be saved, got a function",
    );
  });
});

test("registerOptimizers makes the classes known, once for each TensorFlow.js", () => {
  registerOptimizers(tf);
  const known = tf.serialization.SerializationMap.getMap().classNameMap;
  for (const className of Object.keys(optimizers)) expect(known).toHaveProperty([className]);
  expect(entropySgd(tf).constructor).toBe(entropySgd(tf).constructor);
  expect(flat([tf.ones([1])])).toEqual(new Float32Array([1]));
});

test("what is not TensorFlow.js of version 4 is refused", () => {
  const rule = 'must be TensorFlow.js (import * as tf from "@tensorflow/tfjs")';
  expect(() => entropySgd({} as typeof tf)).toThrow(new TypeError(`entropySgd: tf ${rule}, got an object`));
  expect(() => registerOptimizers(undefined as unknown as typeof tf)).toThrow(
    new TypeError(`registerOptimizers: tf ${rule}, got undefined`),
  );
  expect(() => sam({ ...tf, version_core: "3.21.0" }, { learningRate: 1 })).toThrow(
    new RangeError('sam: tf must be TensorFlow.js of version 4, got "3.21.0"'),
  );
  const { Optimizer: _, ...rest } = tf;
  expect(() => entropySgd(rest as typeof tf)).toThrow(`tf ${rule}, got a part of it without tf.Optimizer`);
});
