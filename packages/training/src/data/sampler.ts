/** The order of data: which examples make mini-batch number 0, 1, 2, …, as a pure function of (seed, number). */
import { rangeError } from "entropy-sgd";
import { integersInto, permutationInto, randomKey } from "entropy-sgd/random";
import { shown } from "../printable.ts";

/** Mini-batches by number. */
export interface Sampler {
  /** Fills `out` with the examples of mini-batch `step`. */
  indicesInto(out: Int32Array, step: number): void;
}

/** Independent uniform draws with replacement, as in the paper. Randomness: a function of (seed, step, element). */
export function withReplacement(numExamples: number, seed: number): Sampler {
  const key = randomKey(seed, "data");
  return { indicesInto: (out, step) => integersInto(out, numExamples, { key, stream: 0, step }) };
}

/**
 * Each epoch goes through a fresh permutation in floor(N / batch) batches; the remainder is left out.
 *
 * @throws RangeError if the batch is no integer from 1 to the number of examples
 */
export function byPermutation(numExamples: number, batchSize: number, seed: number): Sampler {
  if (!Number.isInteger(batchSize) || batchSize < 1 || !(batchSize <= numExamples)) {
    const rule = `must be an integer from 1 to the ${shown(numExamples)} examples`;
    throw rangeError("byPermutation", "batchSize", rule, batchSize, shown(batchSize));
  }
  const key = randomKey(seed, "data");
  const perEpoch = Math.floor(numExamples / batchSize);
  const order = new Int32Array(numExamples);
  let drawn = -1;
  return {
    indicesInto(out, step) {
      const epoch = Math.floor(step / perEpoch);
      if (epoch !== drawn) permutationInto(order, { key, stream: 1, step: epoch });
      drawn = epoch;
      const start = (step % perEpoch) * batchSize;
      out.set(order.subarray(start, start + batchSize));
    },
  };
}
