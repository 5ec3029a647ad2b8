/** Contrast of each image on its own: it does not depend on other images. */
import { sizeOf } from "onnx-grad";
import type { Examples } from "./split.ts";
import type { RawExamples } from "./standardise.ts";

/**
 * The examples, each less its own mean and divided by its own standard deviation, in float64; an example of one value becomes zeros.
 *
 *   x ← (x − m)/√(Σ (x − m)²/n),  m = Σ x/n
 *
 * Labels and targets stay.
 */
export function contrastNormalised<S extends Examples>(split: S): S & RawExamples {
  const raw: RawExamples = split;
  const example = new Float64Array(sizeOf(split.inputShape));
  return {
    ...split,
    readExampleInto(out: Float32Array | Float64Array, offset: number, index: number) {
      raw.readExampleInto(example, 0, index);
      const mean = example.reduce((sum, x) => sum + x, 0) / example.length;
      const variance = example.reduce((sum, x) => sum + (x - mean) ** 2, 0) / example.length;
      const factor = variance > 0 ? 1 / Math.sqrt(variance) : 0;
      for (let i = 0; i < example.length; i++) out[offset + i] = (example[i]! - mean) * factor;
    },
  };
}
