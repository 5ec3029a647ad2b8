// A model of TensorFlow.js is trained there with Entropy-SGD on 2,560 images of MNIST, saved with its optimizer in the middle of an
// inner loop, and trained on from what was saved.
// Run it by `npx tsx examples/tensorflow-js.ts` (after `npm run build`); see docs/tensorflow-js.md.

import * as tf from "@tensorflow/tfjs";
import { presets } from "entropy-sgd";
import { entropySgd, recalibrateBatchNorm, seededDataset } from "entropy-sgd/tfjs";
import type { Split } from "entropy-sgd-training";
import { loadMnist } from "entropy-sgd-training/node";

tf.enableProdMode();
await tf.setBackend("cpu");

/** The first examples of a split, as tensors. */
function tensorsOf(split: Split, count: number): { xs: tf.Tensor; ys: tf.Tensor } {
  const inputs = new Float32Array(784 * count);
  for (let i = 0; i < count; i++) split.readExampleInto(inputs, 784 * i, i);
  const labels = Array.from({ length: count }, (_, i) => split.labelOf(i));
  return { xs: tf.tensor(inputs, [count, 784]), ys: tf.tensor(labels) };
}

const data = await loadMnist();
const train = tensorsOf(data.train, 2560);
const test = tensorsOf(data.test, 1000);

const model = tf.sequential({
  layers: [
    tf.layers.dense({
      inputShape: [784],
      units: 32,
      useBias: false,
      kernelInitializer: tf.initializers.heNormal({ seed: 1 }),
    }),
    tf.layers.batchNormalization(),
    tf.layers.activation({ activation: "relu" }),
    tf.layers.dense({
      units: 10,
      activation: "softmax",
      kernelInitializer: tf.initializers.glorotUniform({ seed: 2 }),
    }),
  ],
});
const optimizer = entropySgd(tf, { ...presets.lua, innerSteps: 20, seed: 1 });
model.compile({ optimizer, loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });

// 40 batches of 64 an epoch; the first two epochs, and two more of the model as it comes back.
const batches = (firstEpoch: number) => seededDataset(tf, train, { batchSize: 64, seed: 1, firstEpoch });
await model.fitDataset(batches(0), { epochs: 2, verbose: 0 });
let saved: tf.io.ModelArtifacts = {};
const handler = tf.io.withSaveHandler(async (artifacts) => {
  saved = artifacts;
  return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: "JSON" } };
});
await model.save(handler, { includeOptimizer: true });
const loaded = await tf.loadLayersModel(tf.io.fromMemory(saved));
await loaded.fitDataset(batches(2), { epochs: 2, verbose: 0 });

// The averages of batch norm have followed x'; what is evaluated is x.
recalibrateBatchNorm(tf, loaded, train.xs);
const [, accuracy] = loaded.evaluate(test.xs, test.ys) as tf.Scalar[];
const error = 100 * (1 - accuracy!.dataSync()[0]!);
console.log(`after ${loaded.optimizer.iterations} gradients: test error ${error.toFixed(1)} %`);
