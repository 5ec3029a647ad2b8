/** Trap 5: no tensor is left behind. */
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import { adamw, entropySgd, sam, seededDataset } from "../../src/tfjs.ts";
import { backends, use } from "./backends.ts";
import { examples, smallModel, variablesOf } from "./models.ts";

const optimizers: Readonly<Record<string, () => tf.Optimizer>> = {
  entropySgd: () => entropySgd(tf, { innerSteps: 3 }),
  sam: () => sam(tf, { learningRate: 0.1 }),
  adamw: () => adamw(tf),
};

describe.each(backends)("trap 5: on %s no tensor leaks", (backend) => {
  beforeAll(() => use(backend));

  test.each(Object.entries(optimizers))("over epochs with validation and metrics: %s", async (_, make) => {
    const { xs, ys } = examples(20);
    const validation = examples(8);
    const model = smallModel([tf.layers.batchNormalization(), tf.layers.dropout({ rate: 0.2 })]);
    model.compile({ optimizer: make(), loss: "meanSquaredError", metrics: ["mae", "mse"] });
    const validationData: [tf.Tensor, tf.Tensor] = [validation.xs, validation.ys];
    const args = { epochs: 1, verbose: 0 };
    const runs = {
      fit: () => model.fit(xs, ys, { ...args, batchSize: 8, validationData }),
      fitDataset: () =>
        model.fitDataset(seededDataset(tf, { xs, ys }, { batchSize: 8 }), {
          ...args,
          validationData,
        }),
      trainOnBatch: () => model.trainOnBatch(xs, ys),
      getWeights: () => model.optimizer.getWeights(),
    };
    for (const run of Object.values(runs)) {
      await run();
      const { numTensors } = tf.memory();
      for (let again = 0; again < 2; again++) await run();
      expect(tf.memory().numTensors).toBe(numTensors);
    }
  });

  test.each(Object.entries(optimizers))("after dispose: %s", async (_, make) => {
    const model = smallModel();
    const { numTensors } = tf.memory();
    const { xs, ys } = examples(8);
    const optimizer = make();
    for (let step = 0; step < 5; step++) {
      optimizer.minimize(
        () => {
          const output = model.apply(xs, { training: true }) as tf.Tensor;
          tf.keep(output.abs().mean());
          return output.sub(ys).square().mean();
        },
        false,
        variablesOf(model),
      );
    }
    await optimizer.getWeights();
    optimizer.dispose();
    for (const tensor of [xs, ys]) tensor.dispose();
    // What the loss keeps is the caller's, once for each step; what examples() left is one.
    expect(tf.memory().numTensors - numTensors).toBe(5);
  });
});
