/** Traps 6 and 7: noise and order that a seed fixes; batch norm, regularisers and dropout. */
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { permutationInto, randomKey } from "../../src/random.ts";
import { entropySgd, recalibrateBatchNorm, sam, seededDataset, sgd } from "../../src/tfjs.ts";
import { backends, use } from "./backends.ts";
import { examples, flat, smallModel, weightsOf } from "./models.ts";

describe("trap 6: what is random is a function of the seed", () => {
  test("the noise is the same on every backend, to the bit", async () => {
    const moved: Float32Array[] = [];
    for (const backend of backends) {
      await use(backend);
      const weights = tf.variable(tf.zeros([40]));
      const optimizer = entropySgd(tf, { innerSteps: 2, noise: 0.1, seed: 3 });
      for (let step = 0; step < 2; step++) optimizer.minimize(() => weights.mul(0).sum(), false, [weights]);
      moved.push(flat([weights]));
    }
    expect(moved[0]!.some((value) => value !== 0)).toBe(true);
    expect(moved[1]).toEqual(moved[0]);
  });

  let rows: tf.Tensor;
  beforeAll(async () => {
    await use("cpu");
    rows = tf.range(0, 10).reshape([10, 1]);
  });
  const epoch = async (dataset: tf.data.Dataset<tf.TensorContainer>): Promise<number[][]> => {
    const batches = (await dataset.toArray()) as { xs: tf.Tensor; ys: tf.Tensor }[];
    for (const { xs, ys } of batches) expect(flat([ys])).toEqual(flat([xs]));
    return batches.map(({ xs }) => [...flat([xs])]);
  };
  const dataset = (options: object) => seededDataset(tf, { xs: rows, ys: rows }, { batchSize: 4, ...options });

  test("seededDataset goes through all examples in the order of its seed and epoch", async () => {
    await use("cpu");
    const seeded = dataset({ seed: 2 });
    const epochs = [await epoch(seeded), await epoch(seeded)];
    const order = new Int32Array(10);
    for (const [step, batches] of epochs.entries()) {
      permutationInto(order, { key: randomKey(2, "data"), stream: 1, step });
      expect(batches).toEqual([[...order.slice(0, 4)], [...order.slice(4, 8)], [...order.slice(8)]]);
    }
    expect(epochs[1]).not.toEqual(epochs[0]);
    expect(await epoch(dataset({ seed: 2, firstEpoch: 1 }))).toEqual(epochs[1]);
    expect(await epoch(dataset({ seed: 3 }))).not.toEqual(epochs[0]);
  });

  test("fitDataset begins with epoch 0, and gives the same weights each time", async () => {
    const { xs, ys } = examples(10);
    const trained = async (parts: readonly number[]): Promise<Float32Array> => {
      const model = smallModel();
      model.compile({ optimizer: entropySgd(tf, { innerSteps: 2 }), loss: "meanSquaredError" });
      let firstEpoch = 0;
      for (const epochs of parts) {
        const data = seededDataset(tf, { xs, ys }, { batchSize: 4, firstEpoch });
        await model.fitDataset(data, { epochs, verbose: 0 });
        firstEpoch += epochs;
      }
      return weightsOf(model);
    };
    const whole = await trained([3]);
    expect(await trained([3])).toEqual(whole);
    expect(await trained([1, 2])).toEqual(whole);
  });

  test("several inputs by name or in order; what does not fit is refused", async () => {
    const both = seededDataset(tf, { xs: { a: rows, b: rows }, ys: [rows] }, { batchSize: 10 });
    const [batch] = (await both.toArray()) as { xs: { a: tf.Tensor; b: tf.Tensor }; ys: tf.Tensor[] }[];
    expect(flat([batch!.xs.a])).toEqual(flat([batch!.xs.b]));
    expect(flat(batch!.ys)).toEqual(flat([batch!.xs.a]));
    const given =
      (xs: tf.Tensor, options = {}) =>
      () =>
        seededDataset(tf, { xs, ys: rows }, options);
    expect(given(tf.zeros([9, 1]))).toThrow(
      "seededDataset: examples must have equal numbers of rows, at least one, got 9, 10",
    );
    expect(given(undefined as unknown as tf.Tensor)).toThrow("seededDataset: examples must be tensors, got undefined");
    expect(given(rows, { batchSize: 0 })).toThrow("seededDataset: batchSize must be an integer in [1, ∞), got 0");
    const { data: _, ...core } = tf;
    expect(() => seededDataset(core as typeof tf, { xs: rows, ys: rows })).toThrow("a part of it without tf.data");
  });
});

describe.each(backends)("trap 7: on %s", (backend) => {
  beforeAll(() => use(backend));

  test("recalibrateBatchNorm gives the means of the statistics of batches, without dropout, and leaves the rest as it is", () => {
    const norm = tf.layers.batchNormalization({ inputShape: [2], momentum: 0.9 });
    const layers = [tf.layers.dropout({ rate: 0.9, inputShape: [2] }), norm, tf.layers.dense({ units: 1 })];
    // Inside another model too.
    const model = tf.sequential({ layers: [tf.sequential({ layers })] });
    const xs = tf.tensor2d([1, 10, 3, 20, 5, 60, 7, 70, 9, 0], [5, 2]);
    const { numTensors } = tf.memory();
    const others = () => flat(model.trainableWeights.map((weight) => weight.read()));
    const before = others();
    recalibrateBatchNorm(tf, model, xs, { batchSize: 2 });
    // Batches of 2, 2 and 1 examples; a batch of one has no variance.
    const [mean, variance] = norm.getWeights().slice(2);
    expect([...mean!.dataSync()].map((value) => value.toFixed(4))).toEqual(["5.0000", "32.0000"]);
    expect([...variance!.dataSync()].map((value) => value.toFixed(4))).toEqual(["0.8000", "20.0000"]);
    expect(tf.memory().numTensors).toBe(numTensors);
    expect([norm.getConfig().momentum, layers[0]!.getConfig().rate]).toEqual([0.9, 0.9]);
    // Averages that a diverged training has left do not stay.
    norm.setWeights(norm.getWeights().map((weight, i) => (i < 2 ? weight : weight.mul(Number.NaN))));
    recalibrateBatchNorm(tf, model, { [model.inputNames[0]!]: xs });
    expect(norm.getWeights()[2]!.dataSync()[0]).toBeCloseTo(5, 5);
    expect(others()).toEqual(before);
  });

  test("recalibrateBatchNorm finds batch norms in wrappers, and leaves out every noise of training", () => {
    const { layers } = tf;
    const norm = layers.batchNormalization();
    const model = tf.sequential({
      layers: [
        layers.gaussianNoise({ stddev: 10, inputShape: [2, 1] }),
        layers.timeDistributed({ layer: norm }),
        layers.simpleRNN({ units: 1, dropout: 0.9, kernelInitializer: "ones", activation: "linear" }),
        layers.batchNormalization(),
      ],
    });
    const xs = tf.tensor3d([1, 2, 3, 4, 5, 9], [3, 2, 1]);
    recalibrateBatchNorm(tf, model, xs);
    const averages = flat(model.getWeights().slice(-4));
    recalibrateBatchNorm(tf, model, xs);
    expect(flat(model.getWeights().slice(-4))).toEqual(averages);
    // A wrapper gives it the rows of each time step by itself: means of 3 and 5.
    expect(averages[0]).toBeCloseTo(4, 5);
    expect(Object.hasOwn(norm, "call")).toBe(false);
  });

  test("recalibrateBatchNorm refuses what does not fit, and leaves the averages as they were", () => {
    const model = smallModel([tf.layers.batchNormalization()]);
    model.setWeights(model.getWeights().map((weight) => weight.add(0.5)));
    const before = weightsOf(model);
    const given = (inputs: unknown, one: unknown = model) => {
      return () => recalibrateBatchNorm(tf, one as tf.LayersModel, inputs as tf.Tensor);
    };
    const { numTensors } = tf.memory();
    tf.tidy(() => {
      expect(given(tf.ones([4, 2]))).toThrow("to have value 3 but got shape 4,2");
      const rule = `recalibrateBatchNorm: inputs must have one named ${model.inputNames[0]}, got other`;
      expect(given({ other: tf.ones([4, 3]) })).toThrow(new RangeError(rule));
      expect(given(tf.ones([4, 3]), {})).toThrow("recalibrateBatchNorm: model must be a layers model, got an object");
    });
    expect(weightsOf(model)).toEqual(before);
    expect(tf.memory().numTensors).toBe(numTensors);
    expect((model.layers[1] as unknown as { momentum: number }).momentum).toBe(0.99);
  });

  test("recalibrated statistics are those of x, not of x'", async () => {
    const model = smallModel([tf.layers.batchNormalization()]);
    model.compile({ optimizer: entropySgd(tf, { innerSteps: 100 }), loss: "meanSquaredError" });
    const { xs, ys } = examples(64);
    const start = smallModel([tf.layers.batchNormalization()]);
    await model.fit(xs, ys, { epochs: 5, batchSize: 32, verbose: 0 });
    // x has not moved yet, but the moving averages have followed x'.
    for (const one of [model, start]) recalibrateBatchNorm(tf, one, xs);
    expect(weightsOf(model)).toEqual(weightsOf(start));
  });

  test("a regulariser of a layer is in the loss, and is applied once, by sam to both gradients", async () => {
    const make = () =>
      tf.sequential({
        layers: [
          tf.layers.dense({
            ...{ units: 1, inputShape: [1], useBias: false, kernelInitializer: "ones" },
            kernelRegularizer: tf.regularizers.l2({ l2: 0.25 }),
          }),
        ],
      });
    // Loss w + 0.25·w², gradient 1 + 0.5·w: 1.5 at 1, and 1.5 + 0.25 at 1 + 0.5, where sam takes its second one.
    const ones = tf.ones([4, 1]);
    const after = async (optimizer: tf.Optimizer): Promise<number> => {
      const model = make();
      model.compile({ optimizer, loss: (_: tf.Tensor, output: tf.Tensor) => output });
      await model.trainOnBatch(ones, ones);
      return weightsOf(model)[0]!;
    };
    expect(await after(sgd(tf, { learningRate: 0.5 }))).toBe(1 - 0.5 * 1.5);
    expect(await after(sam(tf, { learningRate: 0.5, radius: 0.5 }))).toBe(1 - 0.5 * 1.75);
  });

  test("dropout draws a new mask for every gradient", async () => {
    const model = smallModel([tf.layers.dropout({ rate: 0.5 })]);
    model.compile({
      optimizer: entropySgd(tf, { innerSteps: 100, innerLearningRate: 1e-30 }),
      loss: "meanSquaredError",
    });
    const { xs, ys } = examples(8);
    const losses = new Set<number>();
    for (let step = 0; step < 5; step++) losses.add((await model.trainOnBatch(xs, ys)) as number);
    expect(losses.size).toBe(5);
  });
});
