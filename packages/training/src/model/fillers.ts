/** What is written to a model before each gradient: mini-batch and dropout masks. */
import { bernoulliMaskInto, randomKey } from "entropy-sgd/random";
import type { Augmenter } from "../data/augmentation.ts";
import type { Sampler } from "../data/sampler.ts";
import type { AnySplit } from "../data/split.ts";
import { targetReader } from "../data/targetReader.ts";
import type { TrainableModel } from "./trainableModel.ts";

/** Writes mini-batch number `batch` to the model's inputs and targets. @param augment - changes the inputs then */
export function batchFiller(
  model: TrainableModel,
  split: AnySplit,
  { indicesInto }: Sampler,
  augment?: Augmenter,
): (batch: number) => void {
  const { inputs, targets, batchSize } = model;
  const exampleSize = inputs.length / batchSize;
  const targetSize = targets.length / batchSize;
  const readTarget = targetReader(split);
  const indices = new Int32Array(batchSize);
  return (batch) => {
    indicesInto(indices, batch);
    for (let i = 0; i < batchSize; i++) {
      split.readExampleInto(inputs, i * exampleSize, indices[i]!);
      readTarget(targets, i * targetSize, indices[i]!);
    }
    augment?.(inputs, batch);
  };
}

/** Fills every dropout mask for gradient number `step`, keyed by (seed, "dropout", layer) and step. */
export function maskFiller(model: TrainableModel, seed: number): (step: number) => void {
  const masks = model.masks.map(({ layer, keep, mask }) => ({ keep, mask, key: randomKey(seed, "dropout", layer) }));
  return (step) => {
    for (const { keep, mask, key } of masks) bernoulliMaskInto(mask, keep, { key, stream: 0, step });
  };
}
