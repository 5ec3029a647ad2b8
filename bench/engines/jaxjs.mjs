// jax-js on its WebAssembly backend, one process; arguments as for ours.mjs.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { openTraining } from "./jaxjsTraining.mjs";
import { measured } from "./repeated.mjs";
import { peakMB, readWork } from "./timing.mjs";

const { work, seconds, startedAt } = JSON.parse(process.argv[2]);
const peers = createRequire(new URL("../peers/package.json", import.meta.url));
const jax = await import(pathToFileURL(peers.resolve("@jax-js/jax")).href.replace("index.cjs", "index.js"));
await jax.init("wasm");
jax.defaultDevice("wasm");

const task = openTraining(jax, readWork(work));
const loss = await task.lossAndGradient();
const startupMs = Date.now() - startedAt;
const gradientMs = await measured(seconds, task.lossAndGradient);
const updateMs = await measured(seconds, task.update);
const stepMs = await measured(seconds, task.step);
console.log(JSON.stringify({ loss, startupMs, gradientMs, updateMs, stepMs, peakMB: peakMB() }));
