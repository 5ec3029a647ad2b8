// What the JavaScript engines share: reading the work, and repeating something for a while.
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
export async function measured(seconds, work, prepare = () => {}) {
  const times = [];
  prepare();
  await work();
  const end = performance.now() + 1000 * seconds;
  // What takes long is repeated less.
  while ((times.length < 3 && performance.now() < end + 5000) || performance.now() < end) {
    prepare();
    const begun = performance.now();
    await work();
    times.push(performance.now() - begun);
  }
  return times;
}
