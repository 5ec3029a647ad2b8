/** What goes wrong when an optimizer with two points is put under a library that knows of one: a test for each. */
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { exponentialSchedule } from "../../src/index.ts";
import { adamw, entropySgd, sam, sgd } from "../../src/tfjs.ts";
import { backends, use } from "./backends.ts";
import { examples, flat, smallModel, variablesOf, weightsOf } from "./models.ts";

const loss = "meanSquaredError";
const options = { innerSteps: 3, noise: 0.01, scope: 0.1, seed: 7 };

describe.each(backends)("on %s", (backend) => {
  beforeAll(() => use(backend));

  describe("trap 1: one minimize is one Langevin step, every innerSteps of them an outer step", () => {
    test("on the batch it is given: the closure is called once, x moves at the last", async () => {
      const model = smallModel();
      const optimizer = entropySgd(tf, options);
      let calls = 0;
      const counted = (target: tf.Tensor, output: tf.Tensor): tf.Tensor => {
        calls += 1;
        return tf.metrics.meanSquaredError(target, output);
      };
      model.compile({ optimizer, loss: counted, metrics: ["mae"] });
      const { xs, ys } = examples(8);
      const start = weightsOf(model);
      for (let step = 1; step <= 6; step++) {
        const values = (await model.trainOnBatch(xs, ys)) as number[];
        expect([calls, optimizer.iterations, values.length]).toEqual([step, step, 2]);
        if (step < 3) expect(weightsOf(model)).toEqual(start);
        if (step === 3) expect(weightsOf(model)).not.toEqual(start);
      }
    });
  });

  describe("trap 1 for sam, which takes two gradients on each batch", () => {
    test("the loss is evaluated twice, fit logs what the first gives", async () => {
      const model = smallModel();
      const losses: number[] = [];
      const watched = (target: tf.Tensor, output: tf.Tensor): tf.Tensor => {
        const value = tf.losses.meanSquaredError(target, output);
        losses.push(value.dataSync()[0]!);
        return value;
      };
      model.compile({ optimizer: sam(tf, { learningRate: 0.1, radius: 0.5 }), loss: watched, metrics: ["mae"] });
      const { xs, ys } = examples(8);
      const { history } = await model.fit(xs, ys, { batchSize: 8, verbose: 0 });
      expect(losses.length).toBe(2);
      expect(losses[1]).toBeGreaterThan(losses[0]!);
      expect(history.loss).toEqual([losses[0]]);
      // The metrics of both.
      expect(await model.trainOnBatch(xs, ys)).toHaveLength(3);
      expect(model.optimizer.iterations).toBe(4);
    });
  });

  describe("trap 2: the variables hold x whenever user code can look", () => {
    test("in the validation right after the last step, in callbacks, after a loss that throws; x' in the gradient only", async () => {
      const model = smallModel();
      const inGradient: Float32Array[] = [];
      let fails = false;
      const watched = (target: tf.Tensor, output: tf.Tensor): tf.Tensor => {
        inGradient.push(weightsOf(model));
        if (fails) throw new Error("the loss fails");
        return tf.metrics.meanSquaredError(target, output);
      };
      model.compile({ optimizer: entropySgd(tf, options), loss: watched });
      const { xs, ys } = examples(16);
      const validation = examples(10);
      const seen: Float32Array[] = [];
      const { history } = await model.fit(xs, ys, {
        ...{ batchSize: 4, epochs: 2, shuffle: false, verbose: 0, validationData: [validation.xs, validation.ys] },
        callbacks: { onBatchEnd: async () => void seen.push(weightsOf(model)) },
      });
      // Steps 1 to 3 take their gradients at x'; the loss of a validation is computed once, at x.
      const start = inGradient[0];
      expect(inGradient[1]).not.toEqual(start);
      expect(seen[0]).toEqual(start);
      expect(seen[1]).toEqual(start);
      expect(seen[2]).not.toEqual(start);
      expect(inGradient[4]).toEqual(seen[3]);
      const x = weightsOf(model);
      const evaluated = model.evaluate(validation.xs, validation.ys, { batchSize: 4 }) as tf.Scalar;
      expect(history.val_loss!.at(-1)).toBe(evaluated.dataSync()[0]);
      fails = true;
      await expect(model.trainOnBatch(xs, ys)).rejects.toThrow("the loss fails");
      expect(inGradient.at(-1)).not.toEqual(x);
      expect(weightsOf(model)).toEqual(x);
    });
  });

  describe("trap 3: tf.variableGrads and applyGradients", () => {
    const problem = () => {
      const weights = tf.variable(tf.randomNormal([4], 0, 1, "float32", 1));
      return { weights, value: () => weights.square().mul(tf.range(1, 5)).sum() as tf.Scalar };
    };

    test.each([
      ["entropySgd", () => entropySgd(tf, options)],
      ["sam", () => sam(tf, { learningRate: 0.1 })],
      ["adamw", () => adamw(tf)],
    ])("between toTrain() and toEval() they make the steps of minimize: %s", (_, make) => {
      const [one, other] = [problem(), problem()];
      const [byMinimize, byHand] = [make(), make()];
      byHand.toTrain([other.weights]);
      for (let step = 0; step < 7; step++) {
        byMinimize.minimize(one.value, false, [one.weights]);
        do {
          const { grads } = tf.variableGrads(other.value, [other.weights]);
          byHand.applyGradients(grads);
        } while (!byHand.needsNewBatch);
      }
      byHand.toEval();
      expect(flat([other.weights])).toEqual(flat([one.weights]));
    });

    test("computeGradients takes them at x' by itself; gradients at x are refused", () => {
      const [one, other] = [problem(), problem()];
      const [byMinimize, byHand] = [entropySgd(tf, options), entropySgd(tf, options)];
      for (let step = 0; step < 4; step++) {
        byMinimize.minimize(one.value);
        byHand.applyGradients(byHand.computeGradients(other.value).grads);
      }
      expect(flat([other.weights])).toEqual(flat([one.weights]));
      const { grads } = tf.variableGrads(other.value, [other.weights]);
      expect(() => byHand.applyGradients(grads)).toThrow(
        "entropySgd: applyGradients needs gradients at x': call toTrain() before they are computed",
      );
      expect(() => entropySgd(tf).toTrain()).toThrow("entropySgd: toTrain needs variables");
      const { grads: others } = byMinimize.computeGradients(one.value);
      expect(() => byHand.applyGradients(others)).toThrow("must be given gradients of its own variables alone");
    });
  });

  describe("trap 8: what changes while training goes on", () => {
    test("batch counts that are no multiple of innerSteps: the inner loop goes on in the next epoch", async () => {
      const model = smallModel();
      const optimizer = entropySgd(tf, options);
      model.compile({ optimizer, loss });
      const { xs, ys } = examples(18);
      const seen: Float32Array[] = [weightsOf(model)];
      await model.fit(xs, ys, {
        ...{ batchSize: 4, epochs: 2, verbose: 0 },
        callbacks: { onBatchEnd: async () => void seen.push(weightsOf(model)) },
      });
      expect(optimizer.iterations).toBe(10);
      // Of 10 gradients, x follows number 3, 6 and 9.
      const moved = seen.slice(1).map((x, i) => x.some((value, k) => value !== seen[i]![k]));
      expect(moved.flatMap((did, i) => (did ? [i + 1] : []))).toEqual([3, 6, 9]);
    });

    test("frozen layers stay as they are to the bit, in the middle of an inner loop too", async () => {
      const model = smallModel();
      const optimizer = entropySgd(tf, options);
      model.compile({ optimizer, loss });
      const { xs, ys } = examples(8);
      const batch = () => model.trainOnBatch(xs, ys);
      for (let step = 0; step < 4; step++) await batch();
      const [first, last] = [model.layers[0]!, model.layers[1]!];
      first.trainable = false;
      model.compile({ optimizer, loss });
      const before = [flat(first.getWeights()), flat(last.getWeights())];
      for (let step = 0; step < 6; step++) await batch();
      expect(flat(first.getWeights())).toEqual(before[0]);
      expect(flat(last.getWeights())).not.toEqual(before[1]);
      first.trainable = true;
      model.compile({ optimizer, loss });
      for (let step = 0; step < 3; step++) await batch();
      expect(flat(first.getWeights())).not.toEqual(before[0]);
      expect(optimizer.iterations).toBe(13);
    });

    test("layers added later are trained", async () => {
      const model = smallModel();
      const optimizer = entropySgd(tf, options);
      model.compile({ optimizer, loss });
      const { xs, ys } = examples(8);
      for (let step = 0; step < 4; step++) await model.trainOnBatch(xs, ys);
      model.add(tf.layers.dense({ units: 1 }));
      model.compile({ optimizer, loss });
      const added = model.layers[2]!;
      const before = flat(added.getWeights());
      for (let step = 0; step < 3; step++) await model.trainOnBatch(xs, ys);
      expect(flat(added.getWeights())).not.toEqual(before);
    });

    test("weights that others assign are where the next outer loop begins", async () => {
      const model = smallModel();
      model.compile({ optimizer: entropySgd(tf, options), loss });
      const { xs, ys } = examples(8);
      for (let step = 0; step < 4; step++) await model.trainOnBatch(xs, ys);
      const assigned = model.getWeights().map((weight) => weight.mul(0.5));
      model.setWeights(assigned);
      for (let step = 0; step < 2; step++) await model.trainOnBatch(xs, ys);
      expect(weightsOf(model)).toEqual(flat(assigned));
      await model.trainOnBatch(xs, ys);
      expect(weightsOf(model)).not.toEqual(flat(assigned));
    });

    test("a learning rate that a callback changes holds from the next step on", async () => {
      const weight = tf.layers.dense({ units: 1, inputShape: [1], useBias: false, kernelInitializer: "zeros" });
      const model = tf.sequential({ layers: [weight] });
      const optimizer = sgd(tf, { learningRate: 0.5 });
      // The gradient is 1 everywhere.
      model.compile({ optimizer, loss: (_: tf.Tensor, output: tf.Tensor) => output });
      const ones = tf.ones([4, 1]);
      await model.fit(ones, ones, {
        ...{ epochs: 3, batchSize: 4, verbose: 0 },
        callbacks: {
          onEpochEnd: async (epoch) => {
            if (epoch === 0) optimizer.learningRate *= 0.5;
            if (epoch === 1) optimizer.setLearningRate(0.125);
          },
        },
      });
      expect([...weightsOf(model)]).toEqual([-(0.5 + 0.25 + 0.125)]);
      expect(() => optimizer.setLearningRate(-1)).toThrow("sgd: learningRate must be in (0, ∞)");
      expect(optimizer.learningRate).toBe(0.125);
    });

    test("rates of both loops are there to see and to set", () => {
      const optimizer = entropySgd(tf, {
        ...{ learningRate: exponentialSchedule({ initial: 1, factor: 0.5 }), innerSteps: 1, scope: 0 },
      });
      expect([optimizer.learningRate, optimizer.innerLearningRate]).toEqual([1, 0.1]);
      const weights = tf.variable(tf.ones([2]));
      optimizer.minimize(() => weights.sum());
      expect(optimizer.learningRate).toBe(0.5);
      optimizer.innerLearningRate = 0.01;
      expect(optimizer.getConfig()).toMatchObject({ innerLearningRate: 0.01 });
    });

    test("two models with one optimizer are refused", async () => {
      const [one, other] = [smallModel(), smallModel()];
      const optimizer = entropySgd(tf, options);
      for (const model of [one, other]) model.compile({ optimizer, loss });
      const { xs, ys } = examples(8);
      await one.trainOnBatch(xs, ys);
      await expect(other.trainOnBatch(xs, ys)).rejects.toThrow(
        "entropySgd: has trained another model: make one optimizer for each model",
      );
    });

    test("after dispose it says so", async () => {
      const model = smallModel();
      const optimizer = entropySgd(tf, options);
      model.compile({ optimizer, loss });
      const { xs, ys } = examples(8);
      await model.trainOnBatch(xs, ys);
      optimizer.dispose();
      await expect(model.trainOnBatch(xs, ys)).rejects.toThrow("entropySgd: was disposed of");
    });
  });

  test("variables of other types are refused by name", () => {
    const weights = tf.variable(tf.ones([2]), true, `floats-${backend}`);
    const counts = tf.variable(tf.ones([2], "int32"), true, `counts-${backend}`);
    expect(() => entropySgd(tf).minimize(() => weights.sum(), false, [weights, counts])).toThrow(
      `entropySgd: variable counts-${backend} must be of type float32, got "int32"`,
    );
    expect(variablesOf(smallModel()).length).toBe(4);
  });
});
