import { Worker } from "node:worker_threads";
import type { SpawnWorker } from "entropy-sgd/workers";

/** What a program of the library's finds in its thread. */
const prelude = `const { workerData: data, parentPort } = require("node:worker_threads");
const send = (message, transfer) => parentPort.postMessage(message, transfer);
const receive = (listener) => parentPort.on("message", listener);
`;

/** Runs a worker of the library in a thread of Node's, which does not keep the process alive. */
export const spawnWorker: SpawnWorker = (source, data) => {
  const worker = new Worker(prelude + source, { eval: true, workerData: data });
  worker.unref();
  return {
    send: (message, transfer) => worker.postMessage(message, transfer),
    receive: (listener) => worker.on("message", listener),
    terminate: () => worker.terminate(),
  };
};
