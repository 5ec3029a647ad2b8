// Our engine on one device, one process: node bench/engines/oursDevice.mjs '{"network": "lenet", "work": "folder", "device": "webgpu",
// "seconds": 1, "reference": "file"}'. The first one to come writes its loss and gradient to the file; the others compare.
import { existsSync, writeFileSync } from "node:fs";
import { nodePlatform } from "entropy-sgd-training/node";
import { openTask } from "./oursTask.mjs";
import { measured } from "./repeated.mjs";
import { residentGradient, watched } from "./resident.mjs";
import { floats, peakMB } from "./timing.mjs";

const { network, work, device, seconds, reference, startedAt } = JSON.parse(process.argv[2]);
const platform = watched(nodePlatform);
const task = await openTask(work, network, { device, platform });
const begun = performance.now();
const loss = await task.lossAndGradient();
const firstGradientMs = performance.now() - begun;
const startupMs = Date.now() - startedAt;
const copied = device === "cpu" ? {} : { copiedBytes: task.model.transfers };
const errors = comparedWith(reference, Float32Array.from([loss, ...task.gradient]));

const gradientMs = await measured(seconds, task.lossAndGradient);
const updateMs = await measured(seconds / 2, task.update);
const stepMs = await measured(seconds, task.step);
const resident = device === "cpu" ? {} : await measureResident();
const peak = peakMB();
await task.model.close();
const times = { startupMs, compileMs: task.compileMs, firstGradientMs, gradientMs, updateMs, stepMs, ...resident };
console.log(JSON.stringify({ loss, ...errors, ...copied, ...times, peakMB: peak }));

/** The gradient without copies of parameters and gradient, or why there is none. */
async function measureResident() {
  try {
    const { run, close } = await residentGradient(platform, task.model, task.weights);
    const residentLoss = await run();
    const residentMs = await measured(seconds, run);
    await close();
    return { residentMs, residentLoss };
  } catch (error) {
    return { residentReason: String(error) };
  }
}

/** Relative errors of the loss, of the gradient as one vector and of its blocks; none for the first, which is kept. */
function comparedWith(file, found) {
  if (!existsSync(file)) {
    writeFileSync(file, found);
    return {};
  }
  const kept = floats(file);
  const blockErrors = task.model.layout.map(({ name, shape, offset }) => {
    const begin = 1 + offset;
    return [name, relativeError(found, kept, begin, begin + shape.reduce((product, side) => product * side, 1))];
  });
  return {
    lossError: relativeError(found, kept, 0, 1),
    gradientError: relativeError(found, kept, 1, kept.length),
    blockErrors: Object.fromEntries(blockErrors),
  };
}

/** ‖a − b‖ / ‖b‖ of the entries from `begin` to before `end`. */
function relativeError(a, b, begin, end) {
  let [difference, size] = [0, 0];
  for (let i = begin; i < end; i++) {
    difference += (a[i] - b[i]) ** 2;
    size += b[i] ** 2;
  }
  return Math.sqrt(difference / size);
}
