// TensorFlow.js on its cpu or wasm backend, one process; arguments as for ours.mjs, with "backend".
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { measured } from "./repeated.mjs";
import { openTraining } from "./tfjsTraining.mjs";
import { peakMB, readWork } from "./timing.mjs";

const { work, seconds, backend, startedAt } = JSON.parse(process.argv[2]);
const peers = createRequire(new URL("../peers/package.json", import.meta.url));
console.warn = () => {};
const tf = peers("@tensorflow/tfjs");
if (backend === "wasm") {
  const { setWasmPaths } = peers("@tensorflow/tfjs-backend-wasm");
  setWasmPaths(`${dirname(peers.resolve("@tensorflow/tfjs-backend-wasm"))}/`);
}
await tf.setBackend(backend);
await tf.ready();

const task = openTraining(tf, readWork(work));
const loss = await task.lossAndGradient();
const startupMs = Date.now() - startedAt;
const gradientMs = await measured(seconds, task.lossAndGradient);
const updateMs = await measured(seconds, task.update);
const stepMs = await measured(seconds, task.step);
console.log(JSON.stringify({ loss, startupMs, gradientMs, updateMs, stepMs, peakMB: peakMB() }));
