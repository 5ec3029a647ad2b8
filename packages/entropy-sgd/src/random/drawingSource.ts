import { noiseAddress } from "../kernels/kernels.ts";

/** Elements that a worker draws at once: about 50 µs of work. */
export const chunk = 16384;

/**
 * What programs of workers that draw normals begin with: over `data.module`, the compiled kernels, in a small memory of its
 * own, the function `drawInto(out, from, random)`, which draws one chunk and gives how many elements it wrote.
 */
export const drawingSource: string = `"use strict";
const memory = new WebAssembly.Memory({ initial: 2, maximum: 2 });
const kernels = new WebAssembly.Instance(data.module, { env: { memory } }).exports;
kernels.initialise();
const block = new Float32Array(memory.buffer, ${noiseAddress}, ${chunk});
function drawInto(out, from, random) {
  const count = Math.min(${chunk}, out.length - from);
  kernels.fillNormal(${noiseAddress}, from / 16, Math.ceil(count / 16), ...random);
  out.set(count === ${chunk} ? block : block.subarray(0, count), from);
  return count;
}
`;
