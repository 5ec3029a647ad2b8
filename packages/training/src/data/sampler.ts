/** The order of data: which examples make mini-batch number 0, 1, 2, …, as a pure function of (seed, number). */
import { rangeError } from "entropy-sgd";
import { integersInto, permutationInto, randomKey } from "entropy-sgd/random";
import { shown } from "../printable.ts";

/** Mini-batches by number. */
export interface Sampler {
  /** Fills `out` with the examples of mini-batch `step`. */
  indicesInto(out: Int32Array, step: number): void;
  /** Of lanes: whether mini-batch `step` begins them anew, where no state is carried into it. Absent where examples are independent. */
  beginsAnew?(step: number): boolean;
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
  requireBatchSize("byPermutation", numExamples, batchSize);
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

/**
 * Each epoch goes through all blocks of `window` consecutive examples in order, each in a fresh permutation of its own: what a stream
 * can give that holds one block in memory. The remainder of an epoch that makes no whole batch is left out.
 *
 * Randomness: a function of (seed, epoch, block), so that the number of the batch says where a resumed run goes on.
 *
 * @throws RangeError as `byPermutation`
 */
export function byBlocks(numExamples: number, batchSize: number, window: number, seed: number): Sampler {
  requireBatchSize("byBlocks", numExamples, batchSize);
  const key = randomKey(seed, "data");
  const perEpoch = Math.floor(numExamples / batchSize);
  const numBlocks = Math.ceil(numExamples / window);
  const order = new Int32Array(Math.min(window, numExamples));
  let drawn = -1;
  return {
    indicesInto(out, step) {
      const epoch = Math.floor(step / perEpoch);
      const start = (step % perEpoch) * batchSize;
      for (let i = 0; i < batchSize; i++) {
        const block = Math.floor((start + i) / window);
        const own = order.subarray(0, Math.min(window, numExamples - block * window));
        const number = epoch * numBlocks + block;
        if (number !== drawn) permutationInto(own, { key, stream: 2, step: number });
        drawn = number;
        out[i] = block * window + own[(start + i) % window]!;
      }
    },
  };
}

/**
 * Row b of each mini-batch goes through a part of its own of consecutive examples, in order: W = floor(N / batch) examples from b·W on. All
 * rows return to the beginning of their parts together, after each epoch. The remainder is left out.
 *
 * @throws RangeError as `byPermutation`
 */
export function byLanes(numExamples: number, batchSize: number): Sampler {
  requireBatchSize("byLanes", numExamples, batchSize);
  const perLane = Math.floor(numExamples / batchSize);
  return {
    indicesInto(out, step) {
      for (let lane = 0; lane < batchSize; lane++) out[lane] = lane * perLane + (step % perLane);
    },
    beginsAnew: (step) => step % perLane === 0,
  };
}

function requireBatchSize(where: string, numExamples: number, batchSize: number): void {
  if (Number.isInteger(batchSize) && batchSize >= 1 && batchSize <= numExamples) return;
  const rule = `must be an integer from 1 to the ${shown(numExamples)} examples`;
  throw rangeError(where, "batchSize", rule, batchSize, shown(batchSize));
}
