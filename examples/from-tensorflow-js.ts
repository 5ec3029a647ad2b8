// A model that was built with TensorFlow.js's layers is trained natively with Entropy-SGD on MNIST, and TensorFlow.js predicts with
// what it has learnt.
// Run it by `npx tsx examples/from-tensorflow-js.ts` (after `npm run build`); see docs/from-tensorflow-js.md.

import * as tf from "@tensorflow/tfjs";
import { entropySgd, presets } from "entropy-sgd";
import { compileNetwork, train } from "entropy-sgd-training";
import { loadMnist, nodePlatform } from "entropy-sgd-training/node";
import { fromLayersModel, toLayersModel } from "entropy-sgd-training/tfjs";

tf.enableProdMode();
const layersModel = tf.sequential({
  layers: [
    tf.layers.conv2d({ inputShape: [28, 28, 1], filters: 8, kernelSize: 5, strides: 2, activation: "relu" }),
    tf.layers.separableConv2d({ filters: 16, kernelSize: 5, strides: 2, useBias: false }),
    tf.layers.batchNormalization(),
    tf.layers.activation({ activation: "relu" }),
    tf.layers.flatten(),
    tf.layers.dropout({ rate: 0.1 }),
    tf.layers.dense({ units: 10, activation: "softmax" }),
  ],
});

const { spec, notes } = await fromLayersModel(tf, layersModel);
for (const note of notes) console.log(note);
const model = await compileNetwork(spec, { platform: nodePlatform });
const optimizer = entropySgd({ ...presets.lua, innerLearningRate: 0.1, scope: 1e-4, seed: 1 });
const data = await loadMnist();
let params = model.initialParams(1);
for await (const event of train(model, data, optimizer, { budget: 0.5 })) {
  if (event.type === "evaluation") params = event.params.slice();
}
const { statistics } = model;
toLayersModel(tf, layersModel, { params, statistics });

// Images have their channels last there; here they have one.
const numExamples = 1000;
const inputs = new Float32Array(784 * numExamples);
for (let i = 0; i < numExamples; i++) data.test.readExampleInto(inputs, 784 * i, i);
const classes = tf.tidy(() => {
  const probabilities = layersModel.predict(tf.tensor(inputs, [numExamples, 28, 28, 1])) as tf.Tensor;
  return probabilities.argMax(1).dataSync();
});
const numWrong = classes.filter((answer, i) => answer !== data.test.labelOf(i)).length;
console.log(`TensorFlow.js errs on ${((100 * numWrong) / numExamples).toFixed(1)} % of ${numExamples} test images`);
await model.close();
