/** Some handwritten digits as a file of the site, which the page fetches when they are chosen. */
import { pooled, type Split } from "entropy-sgd-training";
import { loadMnist } from "entropy-sgd-training/node";
import type { Plugin } from "vite";
import { digitPixels, numDigits } from "./src/figures/network/digits.ts";

/** The first digits of both parts of MNIST, mean-pooled to 7×7: pixels of training, of test, then the labels of both. */
export function digitsFile(): Uint8Array {
  const { train, test } = pooled(loadMnist());
  const pixels = new Float32Array(2 * numDigits * digitPixels);
  const labels = new Uint8Array(2 * numDigits);
  const write = (split: Split, first: number): void => {
    for (let i = 0; i < numDigits; i++) {
      split.readExampleInto(pixels, (first + i) * digitPixels, i);
      labels[first + i] = split.labelOf(i);
    }
  };
  write(train, 0);
  write(test, numDigits);
  return Buffer.concat([new Uint8Array(pixels.buffer), labels]);
}

/** Emits the file beside the page. */
export const digits: Plugin = {
  name: "digits",
  generateBundle() {
    this.emitFile({ type: "asset", fileName: "digits.dat", source: digitsFile() });
  },
};
