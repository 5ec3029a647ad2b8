/** What users do between the steps, and by mistake: nothing of it may pass unseen or lose weights. */
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { exponentialSchedule } from "../../src/index.ts";
import { adam, entropyAdam, entropySgd, sam } from "../../src/tfjs.ts";
import { backends, use } from "./backends.ts";
import { flat } from "./models.ts";

const options = { innerSteps: 3, noise: 0.01, scope: 0.1, seed: 7 };

/** A loss of one variable. */
const problem = () => {
  const weights = tf.variable(tf.tensor1d([1, -2, 3]));
  return {
    weights,
    loss: () =>
      weights
        .square()
        .mul(tf.tensor1d([1, 2, 3]))
        .sum() as tf.Scalar,
  };
};

/** What `setWeights` of another optimizer can be given: those of `getWeights` go at the next step. */
const savedBy = async (optimizer: tf.Optimizer): Promise<{ name: string; tensor: tf.Tensor }[]> =>
  (await optimizer.getWeights()).map(({ name, tensor }) => ({ name, tensor: tensor.clone() }));

describe.each(backends)("on %s", (backend) => {
  beforeAll(() => use(backend));

  test("a state that was saved in an inner loop goes on to the same bits by minimize without a list of variables", async () => {
    const [one, other] = [problem(), problem()];
    const [whole, resumed] = [entropySgd(tf, options), entropySgd(tf, options)];
    for (let step = 0; step < 4; step++) whole.minimize(one.loss);
    other.weights.assign(tf.tensor(flat([one.weights])));
    await resumed.setWeights(await savedBy(whole));
    const { numTensors } = tf.memory();
    for (let step = 0; step < 5; step++) resumed.minimize(() => tf.tidy(other.loss));
    expect(tf.memory().numTensors).toBe(numTensors);
    for (let step = 0; step < 5; step++) whole.minimize(one.loss);
    expect(flat([other.weights])).toEqual(flat([one.weights]));
  });

  test("weights assigned between toTrain and toEval are where the next outer loop begins", () => {
    const { weights, loss } = problem();
    const optimizer = entropySgd(tf, options);
    const step = (): void => optimizer.applyGradients(tf.variableGrads(loss, [weights]).grads);
    const assigned = [10, 20, 30];
    const assign = (): void => void weights.assign(tf.tensor1d(assigned));
    optimizer.toTrain([weights]);
    for (let count = 0; count < 2; count++) step();
    assign();
    optimizer.toEval();
    expect([...flat([weights])]).toEqual(assigned);
    optimizer.toTrain();
    step();
    assign();
    for (let count = 0; count < 2; count++) step();
    optimizer.toEval();
    expect([...flat([weights])]).toEqual(assigned);
    optimizer.minimize(loss, false, [weights]);
    assign();
    optimizer.toTrain();
    optimizer.toEval();
    expect([...flat([weights])]).toEqual(assigned);
  });

  test("a variable that is listed twice is one", async () => {
    const [one, other] = [problem(), problem()];
    const [twice, once] = [entropySgd(tf, options), entropySgd(tf, options)];
    for (let step = 0; step < 4; step++) {
      twice.minimize(one.loss, false, [one.weights, one.weights]);
      once.minimize(other.loss, false, [other.weights]);
    }
    expect(flat([one.weights])).toEqual(flat([other.weights]));
    expect(flat((await twice.getWeights()).slice(2).map(({ tensor }) => tensor))).toHaveLength(12);
  });

  test("gradients of another shape and of unknown names are refused, and nothing moves", () => {
    const weights = tf.variable(tf.ones([2]), true, `weights-${backend}`);
    const next = tf.variable(tf.ones([2]));
    const optimizer = entropySgd(tf, { ...options, innerSteps: 1 });
    const give = (shape: number[]) => () => optimizer.applyGradients({ [weights.name]: tf.ones(shape) });
    optimizer.toTrain([weights, next]);
    expect(give([2])).not.toThrow();
    const before = flat([weights, next]);
    const rule = `entropySgd: gradient of weights-${backend} must have the shape [2]`;
    expect(give([3])).toThrow(new RangeError(`${rule}, got [3]`));
    expect(give([1])).toThrow(`${rule}, got [1]`);
    optimizer.toEval();
    expect(flat([weights, next])).toEqual(before);
    expect(() => entropySgd(tf).applyGradients({ nothing: tf.ones([1]) })).toThrow(
      'entropySgd: applyGradients must be given gradients by the names of variables, got "nothing"',
    );
    const one = weights as unknown as tf.Variable[];
    expect(() => entropySgd(tf).minimize(() => weights.sum(), false, one)).toThrow(
      "entropySgd: variables must be an array of variables",
    );
  });

  test("sam, when its second gradient fails, takes both on the next batch", () => {
    const { weights, loss } = problem();
    const optimizer = sam(tf, { learningRate: 0.1, momentum: 0.5 });
    let calls = 0;
    const failing = (): tf.Scalar => {
      calls += 1;
      if (calls === 2) throw new Error("the loss fails");
      return tf.tidy(loss);
    };
    const before = flat([weights]);
    const { numTensors } = tf.memory();
    expect(() => optimizer.minimize(failing)).toThrow("the loss fails");
    expect(flat([weights])).toEqual(before);
    expect([calls, optimizer.needsNewBatch, tf.memory().numTensors]).toEqual([2, true, numTensors]);
    optimizer.minimize(failing);
    expect([calls, optimizer.iterations]).toEqual([4, 3]);
  });
});

test("the rate of a loaded state is that of its outer step, before the next step too", async () => {
  await use("cpu");
  const { loss } = problem();
  const make = () => {
    const learningRate = exponentialSchedule({ initial: 1, factor: 0.5 });
    return entropySgd(tf, { ...options, innerSteps: 1, learningRate });
  };
  const [trained, loaded] = [make(), make()];
  for (let step = 0; step < 3; step++) trained.minimize(loss);
  await loaded.setWeights(await savedBy(trained));
  expect([loaded.learningRate, loaded.iterations]).toEqual([0.125, 3]);
});

test.each([
  ["entropySgd", entropySgd],
  ["entropyAdam", entropyAdam],
  ["adam", adam],
])("a learning rate in place of the options is refused: %s", (where, make) => {
  expect(() => make(tf, 0.1 as unknown as object)).toThrow(
    new TypeError(`${where}: options must be an object, got 0.1`),
  );
  expect(() => make(tf, null as unknown as object)).toThrow("options must be an object, got null");
});
