/**
 * Prints how much more memory the process holds, as a multiple of the weights, after a model was read from a file: the file's
 * bytes, the model, its training network and its weights. `node --expose-gc --import tsx memoryOfReading.ts FILE`
 */
import { readFileSync } from "node:fs";
import { readOnnx } from "../../src/onnx.ts";

/** Sizes in bytes after a full collection: what JavaScript holds, and what the system has given at most. */
function held(): { readonly memory: number; readonly peak: number } {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return { memory: heapUsed + external, peak: process.resourceUsage().maxRSS * 1024 };
}

const before = held();
const bytes = readFileSync(process.argv[2]!);
const model = readOnnx(bytes, { dimensions: { batch: 2 }, trainable: true });
const network = model.network("training");
const weights = model.weights(network);
const after = held();
// All of it is still needed here.
if (bytes.length === 0 || model.weights === undefined) throw new Error("the file is empty");
const perWeights = (bytes: number): number => bytes / weights.byteLength;
console.log(
  JSON.stringify({
    numParams: network.numParams,
    held: perWeights(after.memory - before.memory),
    peak: perWeights(after.peak - before.peak),
  }),
);
