// What the JavaScript engines in Node share: reading the work, and what a process has used.
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A file of float32. */
export function floats(file) {
  const bytes = readFileSync(file);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

/** A file of int32. */
export function words(file) {
  const bytes = readFileSync(file);
  return new Int32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

/** The work in a folder: its description and its arrays. */
export function readWork(folder) {
  const file = (name) => join(folder, name);
  return {
    ...JSON.parse(readFileSync(file("work.json"), "utf8")),
    ...{ weights: floats(file("weights.bin")), inputs: floats(file("inputs.bin")), labels: words(file("labels.bin")) },
  };
}

/** The largest resident memory of this process so far. */
export const peakMB = () => process.resourceUsage().maxRSS / 1024;
