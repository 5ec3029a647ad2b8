// What the JavaScript engines share: reading the work, repeating something for a while, and what a process has used.
import { readFileSync } from "node:fs";

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

/** Milliseconds of each repetition, for about `seconds`, at least 3; the first, which warms up, is left out. */
export async function measured(seconds, work) {
  const times = [];
  await work();
  const end = performance.now() + 1000 * seconds;
  // What takes long is repeated less.
  while ((times.length < 3 && performance.now() < end + 5000) || performance.now() < end) {
    const begun = performance.now();
    await work();
    // Clocks are no finer than 0.1 µs, and raw values are kept in a file.
    times.push(Number((performance.now() - begun).toFixed(4)));
  }
  return times;
}

/** The largest resident memory of this process so far. */
export const peakMB = () => process.resourceUsage().maxRSS / 1024;
