// Our engine on a recurrent language model, one process: node bench/engines/oursLstm.mjs '{"network": "char-lstm", "work": "folder", "seconds": 2, "threads": 2}'
import { compileNetwork, sequence } from "entropy-sgd-training";
import { nodePlatform } from "entropy-sgd-training/node";
import { lstmSpec } from "../lstm.mjs";
import { measured } from "./repeated.mjs";
import { peakMB, readWork } from "./timing.mjs";

const { network, work: folder, seconds, threads, startedAt } = JSON.parse(process.argv[2]);
const work = readWork(folder);
const begun = performance.now();
const options = { platform: nodePlatform, task: sequence(), batchSize: work.batchSize, threads };
const model = await compileNetwork(lstmSpec(network, work), options);
const compileMs = performance.now() - begun;
const params = /** @type {Float32Array} */ (model.memory.allocate(model.numParams, work.weights));
params.set(work.weights);
const gradient = /** @type {Float32Array} */ (model.memory.allocate(model.numParams, new Float32Array(0)));
model.inputs.set(work.inputs);
model.targets.set(work.labels);
const loss = await model.lossAndGradient(params, gradient);
const startupMs = Date.now() - startedAt;
const gradientNorm = Math.sqrt(gradient.reduce((sum, x) => sum + x * x, 0));
const gradientMs = await measured(seconds, () => model.lossAndGradient(params, gradient));
const nodes = Object.values(model.nodeCounts).reduce((sum, count) => sum + count, 0);
await model.close();
console.log(JSON.stringify({ loss, gradientNorm, startupMs, compileMs, nodes, gradientMs, peakMB: peakMB() }));
