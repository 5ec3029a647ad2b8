// Our engine with its share of the work: what measuring times, the memory over many steps and the profile start from.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { entropySgd, presets } from "entropy-sgd";
import { arraySplit, batchFiller, compileNetwork, maskFiller, withReplacement } from "entropy-sgd-training";
import { nodePlatform } from "entropy-sgd-training/node";
import { benchNetworks } from "../networks.mjs";
import { floats, words } from "./timing.mjs";

/** The examples from the first on. */
const inOrder = {
  indicesInto(indices) {
    for (let i = 0; i < indices.length; i++) indices[i] = i;
  },
};

/** Compiles the network and reads the work in `folder`; `options` go to `compileNetwork`. */
export async function openTask(folder, network, options = {}) {
  const { batchSize, dropout, numExamples } = JSON.parse(readFileSync(join(folder, "work.json"), "utf8"));
  const { spec } = benchNetworks[network];
  const begun = performance.now();
  const model = await compileNetwork(spec, { platform: nodePlatform, batchSize, dropout, ...options });
  const compileMs = performance.now() - begun;
  const split = arraySplit({
    inputs: floats(join(folder, "inputs.bin")),
    labels: Uint8Array.from(words(join(folder, "labels.bin"))),
    inputShape: spec.inputShape,
    numClasses: spec.outputShape[0],
  });
  const weights = floats(join(folder, "weights.bin"));
  // The paper's recipe; every engine takes these numbers.
  const optimizer = entropySgd({
    ...presets.lua,
    learningRate: 1,
    innerLearningRate: 0.1,
    innerSteps: 20,
    scope: 1e-4,
  });
  let state = optimizer.init(weights, model.memory);
  const gradient = /** @type {Float32Array} */ (model.memory.allocate(model.numParams, new Float32Array(0)));
  const nextBatch = batchFiller(model, split, withReplacement(numExamples, 0));
  const fillMasks = maskFiller(model, 0);
  let steps = 0;

  const lossAndGradient = () =>
    model.lossAndGradient(/** @type {Float32Array} */ (optimizer.gradientPoint(state)), gradient);
  const update = () => {
    state = optimizer.step(gradient, state);
  };
  // What engines must agree on: the first examples, nothing dropped.
  batchFiller(model, split, inOrder)(0);
  for (const { mask } of model.masks) mask.fill(1);
  return {
    ...{ model, optimizer, weights, gradient, numExamples, compileMs, lossAndGradient, update },
    /** One whole step: batch, masks, gradient, update. */
    async step() {
      nextBatch(steps);
      fillMasks(steps);
      await lossAndGradient();
      update();
      steps += 1;
    },
    evaluate: () => model.evaluate(optimizer.evalPoint(state), split),
  };
}
