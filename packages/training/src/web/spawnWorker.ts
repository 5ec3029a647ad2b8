import type { SpawnWorker } from "entropy-sgd/workers";
import { webScope } from "./webScope.ts";

/**
 * Runs a worker of the library in a web worker, made of a Blob's URL. Where a content security policy forbids that
 * (`worker-src` without `blob:`), there is none: what it would have made ahead is made where it is used, to the same bits.
 */
export const spawnWorker: SpawnWorker = (source, data) => {
  const { Worker, Blob, URL } = webScope;
  if (Worker === undefined) return none;
  const program = `addEventListener("message", ({ data }) => {\n${source}\n}, { once: true });`;
  const url = URL.createObjectURL(new Blob([program], { type: "text/javascript" }));
  try {
    const worker = new Worker(url);
    worker.onerror = (event) => event.preventDefault();
    worker.postMessage(data);
    return worker;
  } catch {
    return none;
  }
};

const none = { terminate: () => {} };
