import { sizeOf } from "onnx-grad";
import type { Split } from "./split.ts";

/** (p − 126)/126 in float32, for every byte p: the pixels of the paper's MNIST networks. */
const normalised = Float32Array.from({ length: 256 }, (_, p) => (p - 126) / 126);

/** A range of byte images as a split; pixels stay bytes and are normalised when read. */
export function imageSplit(
  pixels: Uint8Array,
  labels: Uint8Array,
  inputShape: readonly number[],
  from: number,
  to: number,
  numClasses = 10,
): Split {
  const size = sizeOf(inputShape);
  return {
    numExamples: to - from,
    inputShape,
    numClasses,
    readExampleInto(out, offset, index) {
      const start = (from + index) * size;
      for (let i = 0; i < size; i++) out[offset + i] = normalised[pixels[start + i]!]!;
    },
    labelOf: (index) => labels[from + index]!,
  };
}
