// Our engine, one process: node bench/engines/ours.mjs '{"network": "lenet", "work": "folder", "seconds": 2, "threads": 2}'
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bernoulliMaskInto, entropySgd, presets, randomKey } from "entropy-sgd";
import { arraySplit, compileNetwork, networks, withReplacement } from "entropy-sgd-lab";
import { floats, measured, words } from "./timing.mjs";

const { network, work, seconds, threads } = JSON.parse(process.argv[2]);
const { batchSize, dropout, numExamples } = JSON.parse(readFileSync(join(work, "work.json"), "utf8"));
const spec = networks[network];

const started = performance.now();
const model = await compileNetwork(spec, { batchSize, dropout, ...(threads ? { threads } : {}) });
const startupMs = performance.now() - started;

const split = arraySplit({
  inputs: floats(join(work, "inputs.bin")),
  labels: Uint8Array.from(words(join(work, "labels.bin"))),
  inputShape: spec.inputShape,
  numClasses: spec.numClasses,
});
const optimizer = entropySgd({ ...presets.lua, learningRate: 1, innerLearningRate: 0.1, innerSteps: 20, scope: 1e-4 });
let state = optimizer.init(floats(join(work, "weights.bin")), model.memory);
const gradient = model.memory.allocate(model.numParams, new Float32Array(0));
const exampleSize = model.inputs.length / batchSize;
const read = (indexOf) => {
  for (let i = 0; i < batchSize; i++) {
    split.readExampleInto(model.inputs, i * exampleSize, indexOf(i));
    model.labels[i] = split.labelOf(indexOf(i));
  }
};

// The loss that engines must agree on: the first examples, nothing dropped.
read((i) => i);
for (const { mask } of model.masks) mask.fill(1);
const loss = await model.lossAndGradient(optimizer.gradientPoint(state), gradient);

const gradientMs = await measured(seconds, () => model.lossAndGradient(optimizer.gradientPoint(state), gradient));
const frozen = gradient.slice();
const update = () => {
  state = optimizer.step(gradient, state);
};
const updateMs = await measured(seconds, update, () => gradient.set(frozen));
const { indicesInto } = withReplacement(numExamples, 0);
const indices = new Int32Array(batchSize);
const keys = model.masks.map(({ layer }) => randomKey(0, "dropout", layer));
let step = 0;
const stepMs = await measured(seconds, async () => {
  indicesInto(indices, step);
  read((i) => indices[i]);
  for (const [k, { mask, keep }] of model.masks.entries()) {
    bernoulliMaskInto(mask, keep, { key: keys[k], stream: 0, step });
  }
  await model.lossAndGradient(optimizer.gradientPoint(state), gradient);
  state = optimizer.step(gradient, state);
  step += 1;
});
const evaluationMs = await measured(seconds, () => model.evaluate(optimizer.evalPoint(state), split));
await model.close();
const peakMB = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ loss, startupMs, gradientMs, updateMs, stepMs, evaluationMs, numExamples, peakMB }));
