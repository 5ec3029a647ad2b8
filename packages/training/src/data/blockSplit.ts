/** Examples that a function gives in blocks: data that are computed, fetched, or read one after another. */
import { type KnownOptions, rangeError, requireKnownOptions } from "entropy-sgd";
import { InputError } from "../inputError.ts";
import { shown } from "../printable.ts";
import { requireShape } from "./requireArrays.ts";
import type { AnySplit, Examples } from "./split.ts";

/** Consecutive examples. */
export interface Block {
  /** Shape (examples × example size,). */
  readonly inputs: Float32Array;
  /** Classes, or targets of the shape (examples × target size,). */
  readonly targets: ArrayLike<number>;
}

/** What a split of blocks is. */
export interface BlockSplitOptions {
  /** Examples of the whole split; a stream without an end has as many as an epoch shall have. */
  readonly numExamples: number;
  /** Examples of a block; the last one may have fewer. Training shuffles within blocks. */
  readonly blockSize: number;
  readonly inputShape: readonly number[];
  /** Of targets that are classes. */
  readonly numClasses?: number;
  /** Shape of targets that are numbers. */
  readonly targetShape?: readonly number[];
  /** Gives block `number`, the same at each call: from it a run that is resumed reads again what it read. */
  readonly blockOf: (number: number) => Block;
}

const known: KnownOptions<BlockSplitOptions> = {
  numExamples: true,
  blockSize: true,
  inputShape: true,
  numClasses: true,
  targetShape: true,
  blockOf: true,
};

/** A split whose examples are read in blocks, of which one is in memory. */
export type BlockSplit = AnySplit & {
  /** Examples of a block: the window in which training shuffles. */
  readonly window: number;
};

/** Whether a split is read in blocks. */
export function isInBlocks(split: AnySplit): split is BlockSplit {
  return "window" in split;
}

/**
 * A split over blocks that a function gives.
 *
 * Memory: one block. Cost: an example outside of the block in memory reads its block, so they are best read in order, as
 * evaluations do, or block by block, as `byBlocks` draws them.
 *
 * @throws TypeError for an unknown option; RangeError for counts that are no positive integers; when examples are read, InputError for a block of another size
 */
export function blockSplit(options: BlockSplitOptions): BlockSplit {
  requireKnownOptions("blockSplit", known, options);
  const { numExamples, blockSize, inputShape, numClasses, targetShape = [1], blockOf } = options;
  for (const name of ["numExamples", "blockSize"] as const) {
    const value = options[name];
    if (Number.isSafeInteger(value) && value >= 1) continue;
    throw rangeError("blockSplit", name, "must be a positive integer", value, shown(value));
  }
  const size = requireShape("blockSplit", "inputShape", inputShape);
  const targetSize = numClasses === undefined ? requireShape("blockSplit", "targetShape", targetShape) : 1;
  let [number, block]: [number, Block | null] = [-1, null];
  const blockWith = (index: number): Block => {
    const wanted = Math.floor(index / blockSize);
    if (block !== null && number === wanted) return block;
    const count = Math.min(blockSize, numExamples - wanted * blockSize);
    const read = blockOf(wanted);
    requireLength(`block ${wanted}`, "inputs", read.inputs.length, count * size);
    requireLength(`block ${wanted}`, "targets", read.targets.length, count * targetSize);
    [number, block] = [wanted, read];
    return read;
  };
  const examples: Examples & { readonly window: number } = {
    numExamples,
    inputShape,
    window: blockSize,
    readExampleInto(out, offset, index) {
      const at = index % blockSize;
      out.set(blockWith(index).inputs.subarray(at * size, (at + 1) * size), offset);
    },
  };
  if (numClasses !== undefined) {
    return { ...examples, numClasses, labelOf: (index) => blockWith(index).targets[index % blockSize]! };
  }
  return {
    ...examples,
    targetShape,
    readTargetInto(out, offset, index) {
      const { targets } = blockWith(index);
      const from = (index % blockSize) * targetSize;
      for (let i = 0; i < targetSize; i++) out[offset + i] = targets[from + i]!;
    },
  };
}

function requireLength(path: string, name: string, length: number, expected: number): void {
  if (length === expected) return;
  throw new InputError({ path, name, rule: `must have ${expected} elements`, value: length });
}

/** A stream: blocks one after another, from the beginning each time it is opened. */
export type StreamSplitOptions = Omit<BlockSplitOptions, "blockOf"> & {
  readonly open: () => Iterator<Block>;
};

/**
 * A split over a stream, which is opened again where an earlier block is needed: in each epoch, and in a run that is resumed, which
 * reads on from the block of its checkpoint after those before it were skipped.
 *
 * @throws as `blockSplit`; when examples are read, InputError for a stream that ends early
 */
export function streamSplit({ open, ...options }: StreamSplitOptions): BlockSplit {
  let stream = open();
  let next = 0;
  return blockSplit({
    ...options,
    blockOf(number) {
      if (number < next) [stream, next] = [open(), 0];
      for (;;) {
        const { value, done } = stream.next();
        if (done) {
          const rule = `the stream must have ${Math.ceil(options.numExamples / options.blockSize)} blocks`;
          throw new InputError({ name: "open", rule, value: next, got: `it ended after ${next}` });
        }
        next += 1;
        if (next > number) return value;
      }
    },
  });
}
