// Whole steps of ours in one process, with samples of its memory: run with --expose-gc.
import { openTask } from "./oursTask.mjs";

const { network, work, threads, steps, interval } = JSON.parse(process.argv[2]);
const task = await openTask(work, network, { threads });
const samples = [];
const inMB = (bytes) => Number((bytes / 2 ** 20).toFixed(3));
for (let step = 1; step <= steps; step++) {
  await task.step();
  if (step % interval !== 0) continue;
  // What is garbage is no growth.
  globalThis.gc?.();
  const { heapUsed, rss, arrayBuffers } = process.memoryUsage();
  samples.push({ step, heapMB: inMB(heapUsed), residentMB: inMB(rss), arrayBuffersMB: inMB(arrayBuffers) });
  process.stderr.write(`${network}, step ${step}: heap ${inMB(heapUsed)} MB, resident ${inMB(rss)} MB\n`);
}
await task.model.close();
console.log(JSON.stringify(samples));
