// Losses and gradients of ours under ONNX Runtime's profiler, which writes its file beside `prefix`; prints their milliseconds.
import { openTask } from "./oursTask.mjs";

const { network, work, device, threads, runs, prefix } = JSON.parse(process.argv[2]);
const session = { enableProfiling: true, profileFilePrefix: prefix };
const task = await openTask(work, network, { device, threads, session });
const times = [];
for (let run = 0; run < runs; run++) {
  const begun = performance.now();
  await task.lossAndGradient();
  times.push(Number((performance.now() - begun).toFixed(4)));
}
await task.model.close();
console.log(JSON.stringify(times));
