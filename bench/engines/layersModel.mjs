// LeNet built with TensorFlow.js's layers and trained there or by us, one process: '{"engine": "tfjs-cpu", "seconds": 2}'
import { createRequire } from "node:module";
import { dirname } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { sgd } from "entropy-sgd";
import { integersInto, normalInto, randomKey } from "entropy-sgd/random";
import { nodePlatform } from "entropy-sgd-training/node";
import { fromLayersModel } from "entropy-sgd-training/tfjs";
import { openTraining } from "./oursTraining.mjs";
import { measured } from "./repeated.mjs";

const { engine, seconds } = JSON.parse(process.argv[2]);
const [batchSize, numExamples, numClasses, learningRate] = [128, 1024, 10, 0.1];
tf.enableProdMode();
if (engine === "tfjs-wasm") {
  const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
  setWasmPaths(`${dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm"))}/`);
}
const backend = engine === "tfjs-wasm" ? "wasm" : "cpu";
if (!(await tf.setBackend(backend))) throw new Error(`the backend ${backend} does not start`);

/** The paper's LeNet with batch norm, its weights drawn by us. */
function lenet(rate) {
  const { activation, batchNormalization, conv2d, dense, dropout, flatten, maxPooling2d } = tf.layers;
  const block = (layer, ...pool) => [
    layer,
    batchNormalization(),
    activation({ activation: "relu" }),
    ...pool,
    dropout({ rate }),
  ];
  const model = tf.sequential({
    layers: [
      ...block(conv2d({ inputShape: [28, 28, 1], filters: 20, kernelSize: 5 }), maxPooling2d({ poolSize: 3 })),
      ...block(conv2d({ filters: 50, kernelSize: 5 }), maxPooling2d({ poolSize: 2 })),
      flatten(),
      ...block(dense({ units: 500 })),
      dense({ units: numClasses, activation: "softmax" }),
    ],
  });
  for (const [i, variable] of model.trainableWeights.entries()) {
    const shape = /** @type {number[]} */ (variable.shape);
    if (!variable.originalName.endsWith("kernel")) continue;
    const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
    normalInto(values, { key: randomKey(0, "init", String(i)), stream: 0, step: 0 });
    const fanIn = values.length / /** @type {number} */ (shape.at(-1));
    tf.tidy(
      () =>
        void variable.write(
          tf.tensor(
            values.map((x) => x / Math.sqrt(fanIn)),
            shape,
          ),
        ),
    );
  }
  return model;
}

const pixels = new Float32Array(numExamples * 784);
normalInto(pixels, { key: randomKey(0, "pixels"), stream: 0, step: 0 });
const labels = new Int32Array(numExamples);
integersInto(labels, numClasses, { key: randomKey(0, "labels"), stream: 0, step: 0 });

/** Steps of TensorFlow.js: a batch of its own tensors, then `trainOnBatch`. */
async function there(rate) {
  const model = lenet(rate);
  model.compile({ optimizer: tf.train.sgd(learningRate), loss: "categoricalCrossentropy" });
  const [x, y] = [tf.tensor(pixels, [numExamples, 28, 28, 1]), tf.oneHot(tf.tensor1d(labels, "int32"), numClasses)];
  const trained = async (indices) => {
    const [inputs, targets] = [x.gather(indices), y.gather(indices)];
    const loss = await model.trainOnBatch(inputs, targets);
    tf.dispose([inputs, targets, indices]);
    return loss;
  };
  return {
    firstLoss: () => trained(tf.range(0, batchSize, 1, "int32")),
    step: () => trained(tf.randomUniform([batchSize], 0, numExamples, "int32")),
  };
}

/** Steps of ours: a batch, dropout masks, gradient, update. */
async function here(rate) {
  const { spec } = await fromLayersModel(tf, lenet(rate));
  const work = { batchSize, numExamples, inputs: pixels, labels };
  const optimizer = sgd({ learningRate, momentum: 0 });
  const { lossAndGradient, step } = await openTraining(work, spec, { platform: nodePlatform }, optimizer);
  return { firstLoss: lossAndGradient, step };
}

const open = engine === "ours" ? here : there;
// What they must agree on: the first examples, nothing dropped.
const loss = Number(await (await open(0)).firstLoss());
const { step } = await open(0.25);
const stepMs = await measured(seconds, step);
console.log(JSON.stringify({ loss, stepMs }));
process.exit(0);
