import { InputError } from "../inputError.ts";
import { shown } from "../printable.ts";
import type { DataSet, Split } from "./split.ts";

/** The data set with its 28×28 images mean-pooled to 7×7: each number is the mean of 16 normalised pixels. @throws InputError for other images */
export function pooled(data: DataSet): DataSet {
  return {
    ...data,
    train: pooledSplit(data.train),
    validation: pooledSplit(data.validation),
    test: pooledSplit(data.test),
  };
}

function pooledSplit(split: Split): Split {
  if (String(split.inputShape) !== "1,28,28") {
    throw new InputError(`pooled: images must be [1, 28, 28], got ${shown(split.inputShape)}`);
  }
  const full = new Float32Array(28 * 28);
  return {
    ...split,
    inputShape: [1, 7, 7],
    readExampleInto(out, offset, index) {
      split.readExampleInto(full, 0, index);
      for (let i = 0; i < 49; i++) {
        const corner = 28 * 4 * Math.floor(i / 7) + 4 * (i % 7);
        let sum = 0;
        for (let row = 0; row < 4; row++)
          for (let column = 0; column < 4; column++) sum += full[corner + 28 * row + column]!;
        out[offset + i] = sum / 16;
      }
    },
  };
}
