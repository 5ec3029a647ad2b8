// Our engine, one process: node bench/engines/ours.mjs '{"network": "lenet", "work": "folder", "seconds": 2, "threads": 2}'
import { sharedMemory } from "entropy-sgd";
import { openTask } from "./oursTask.mjs";
import { measured } from "./repeated.mjs";
import { peakMB } from "./timing.mjs";

const { network, work, seconds, threads, startedAt } = JSON.parse(process.argv[2]);
const task = await openTask(work, network, { threads });
const loss = await task.lossAndGradient();
const startupMs = Date.now() - startedAt;

const gradientMs = await measured(seconds, task.lossAndGradient);
const updateMs = await measured(seconds, task.update);
const stepMs = await measured(seconds, task.step);
const peak = peakMB();
const evaluationMs = await measured(seconds, task.evaluate);

// The update once more, in a memory for which no other thread draws noise.
const { optimizer, weights, numExamples, compileMs } = task;
const memory = sharedMemory(16 * weights.byteLength);
const gradient = memory.allocate(weights.length, weights);
gradient.set(task.gradient);
let alone = optimizer.init(weights, memory);
const updateOneCoreMs = await measured(seconds, () => {
  alone = optimizer.step(gradient, alone);
});
await task.model.close();
const times = { startupMs, compileMs, gradientMs, updateMs, updateOneCoreMs, stepMs, evaluationMs };
console.log(JSON.stringify({ loss, ...times, numExamples, peakMB: peak }));
