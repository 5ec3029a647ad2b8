import { Worker } from "node:worker_threads";
import type { SpawnWorker } from "entropy-sgd/workers";

/** Runs a worker of the library in a thread of Node's, which does not keep the process alive. */
export const spawnWorker: SpawnWorker = (source, data) => {
  const program = `const { workerData: data } = require("node:worker_threads");\n${source}`;
  const worker = new Worker(program, { eval: true, workerData: data });
  worker.unref();
  return worker;
};
