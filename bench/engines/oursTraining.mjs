// Our engine with its share of the work, in Node and in pages: what measuring times starts from.
import { entropySgd, presets } from "entropy-sgd";
import { arraySplit, batchFiller, compileNetwork, maskFiller, withReplacement } from "entropy-sgd-training";

/** The examples from the first on. */
const inOrder = {
  indicesInto(indices) {
    for (let i = 0; i < indices.length; i++) indices[i] = i;
  },
};

/** The paper's recipe; every engine takes these numbers. */
const paperRecipe = { ...presets.lua, learningRate: 1, innerLearningRate: 0.1, innerSteps: 20, scope: 1e-4 };

/**
 * Compiles the network of some work; `options` go to `compileNetwork`. Without weights of the work they are the network's own.
 *
 * @param {import("entropy-sgd").Optimizer<any>} [optimizer]
 */
export async function openTraining(work, spec, options, optimizer = entropySgd(paperRecipe)) {
  const { batchSize, dropout, numExamples } = work;
  const begun = performance.now();
  const model = await compileNetwork(spec, { batchSize, dropout, ...options });
  const compileMs = performance.now() - begun;
  const split = arraySplit({
    inputs: work.inputs,
    labels: Uint8Array.from(work.labels),
    inputShape: spec.inputShape,
    numClasses: spec.outputShape[0],
  });
  const weights = work.weights ?? model.initialParams(0);
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
    evaluate: () => model.evaluate(/** @type {Float32Array} */ (optimizer.evalPoint(state)), split),
  };
}
