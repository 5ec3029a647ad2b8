/** The site's digits: 400 of MNIST for training and 400 held out, mean-pooled to 7×7. */
import type { PlainData } from "./setUp.ts";

/** Digits of each part. */
export const numDigits = 400;
export const digitPixels = 49;

/** Bytes of the file. */
export const digitsBytes: number = 2 * numDigits * (4 * digitPixels + 1);

/** The digits of the file that the build made. */
export function digitsOf(file: ArrayBuffer): PlainData {
  const size = numDigits * digitPixels;
  const labels = new Uint8Array(file, 8 * size);
  const part = (number: number) => ({
    inputs: new Float32Array(file, 4 * number * size, size),
    labels: Int32Array.from(labels.subarray(number * numDigits, (number + 1) * numDigits)),
  });
  return {
    name: "digits",
    inputShape: [1, 7, 7],
    classes: Array.from({ length: 10 }, (_, digit) => String(digit)),
    train: part(0),
    test: part(1),
  };
}

/** Fetches them. */
export async function fetchDigits(): Promise<PlainData> {
  const response = await fetch(new URL("digits.dat", document.baseURI));
  const file = response.ok ? await response.arrayBuffer() : new ArrayBuffer(0);
  if (file.byteLength === digitsBytes) return digitsOf(file);
  throw new Error(`The digits could not be loaded: the server answers with status ${response.status}.`);
}
