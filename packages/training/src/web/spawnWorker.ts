import type { SpawnedWorker, SpawnWorker } from "entropy-sgd/workers";
import { type WebScope, webScope } from "./webScope.ts";

/** A program of the library's, which begins when its data arrive. */
const programOf = (source: string): string => `addEventListener("message", ({ data }) => {
const send = (message, transfer) => postMessage(message, transfer);
const receive = (listener) => addEventListener("message", ({ data }) => listener(data));
${source}
}, { once: true });`;

/**
 * Runs a worker of the library in a web worker, made of a Blob's URL. Where a content security policy forbids that
 * (`worker-src` without `blob:`), there is none: what it would have made ahead is made where it is used, to the same bits.
 */
export const spawnWorker: SpawnWorker = (source, data) => spawnIn(webScope, source, data);

function spawnIn({ Worker, Blob, URL }: WebScope, source: string, data: object): SpawnedWorker {
  if (Worker === undefined) return none;
  // A URL keeps its blob, and freeing it while the worker begins is not safe: one for each program, of which there are few.
  const url = urls.get(source) ?? URL.createObjectURL(new Blob([programOf(source)], { type: "text/javascript" }));
  urls.set(source, url);
  try {
    const worker = new Worker(url);
    worker.onerror = (event) => event.preventDefault();
    worker.postMessage(data, []);
    return {
      send: (message, transfer) => worker.postMessage(message, transfer),
      receive: (listener) => {
        worker.onmessage = ({ data }) => listener(data);
      },
      terminate: () => worker.terminate(),
    };
  } catch {
    return none;
  }
}

const urls = new Map<string, string>();

const none: SpawnedWorker = { send: () => {}, receive: () => {}, terminate: () => {} };
