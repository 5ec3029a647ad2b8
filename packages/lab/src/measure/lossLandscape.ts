/** The loss of a network as a function of its weights over fixed examples: what chains, ascent and Hessians measure. */
import type { Objective, Vector } from "entropy-sgd";
import { permutationInto, randomKey } from "entropy-sgd/random";
import { type AnySplit, buildSpec, InputError, type NetworkSpec } from "entropy-sgd-training";
import { networkPasses, type PassHooks, passScorer, plainBatches, type Score } from "./networkPasses.ts";

/** Options of `lossLandscape`. */
export interface LossLandscapeOptions extends PassHooks {
  /** Examples of the split, from the first on; all when absent. */
  readonly numExamples?: number;
  /** Examples per pass; with batch norm at least so many. Default 128, whose intermediate values fit the cache. */
  readonly batchSize?: number;
}

/**
 * f over fixed examples, without dropout: deterministic.
 *
 * With batch norm, f is the training-mode loss on fixed batches: each batch is normalised by its own mean and variance at the
 * point, and gradients and products differentiate through these. Fixed statistics would be those of another point's network.
 *
 * Means are over examples; batches are weighted by their sizes. Points are read as float32. A value is one forward pass, a
 * gradient one forward and backward pass, a Hessian-vector product, exact up to float32, about two gradients.
 */
export interface LossLandscape extends Required<Objective> {
  readonly dimension: number;
  readonly numExamples: number;
  /** f and the task's primary metric; one forward pass over the examples. */
  scoreAt(x: Vector): Promise<Score>;
  close(): Promise<void>;
}

/**
 * Makes the landscape of a network over the first examples of a split. Programs are compiled at first use.
 *
 * Memory: the examples as float32 and one result per kind; nothing of the size of the Hessian.
 * @throws InputError if there are fewer examples
 */
export function lossLandscape(spec: NetworkSpec, split: AnySplit, options: LossLandscapeOptions = {}): LossLandscape {
  const { numExamples = split.numExamples, batchSize = defaultBatchSize } = options;
  requireExamples(split, numExamples);
  const batchNorm = hasBatchNorm(spec);
  const batches = batchNorm ? fixedBatches(numExamples, batchSize) : null;
  const batchSizes = batches?.map(({ length }) => length) ?? plainBatches(numExamples, batchSize);
  const passes = networkPasses(spec, split, {
    ...options,
    // Without batch norm the two modes are the same graph.
    mode: batchNorm ? "recalibration" : "evaluation",
    order: batches?.flatMap((batch) => [...batch]) ?? Array.from({ length: numExamples }, (_, i) => i),
    batchSizes,
  });
  const { dimension } = passes;

  /** The mean over examples of a vector that each batch gives as several tensors. */
  async function meanVector(kind: "gradient" | "product", x: Vector, v?: Vector): Promise<Float64Array> {
    const [params, direction] = [Float32Array.from(x), v && Float32Array.from(v)];
    // A gradient pass gives the loss behind the gradient.
    const mean = new Float64Array(dimension + (kind === "gradient" ? 1 : 0));
    const of = () => ({ params, direction });
    await passes.overBatches(kind, of, (pieces, _, count) => {
      const weight = count / numExamples;
      let at = 0;
      for (const piece of pieces) for (let i = 0; i < piece.length; i++) mean[at] = mean[at++]! + weight * piece[i]!;
    });
    return mean;
  }

  async function scoreAt(x: Vector): Promise<Score> {
    const params = Float32Array.from(x);
    const { add, score } = passScorer(spec, passes, options.task);
    await passes.overBatches(
      "loss",
      () => ({ params }),
      ([logits], start, count) => add(logits!, start, count),
    );
    return score();
  }

  return {
    dimension,
    numExamples,
    scoreAt,
    valueAt: async (x) => (await scoreAt(x)).loss,
    async valueAndGradientAt(x, out) {
      const mean = await meanVector("gradient", x);
      out.set(mean.subarray(0, dimension));
      return mean[dimension]!;
    },
    async hessianProduct(x, v, out) {
      const product = await meanVector("product", x, v);
      if (!product.every(Number.isFinite)) {
        throw new InputError({
          path: spec.name,
          rule: "Hessian products are not finite at these weights; the run may have diverged",
        });
      }
      out.set(product);
    },
    close: passes.close,
  };
}

const defaultBatchSize = 128;

/** A description of f with the default batches, for pages and JSON. */
export function landscapeObjective(spec: NetworkSpec, numExamples: number): string {
  if (!hasBatchNorm(spec)) return withoutBatchNorm;
  const batchSizes = fixedBatches(numExamples, defaultBatchSize).map(({ length }) => length);
  const batches = batchSizes.length === 1 ? "one fixed batch" : `${batchSizes.length} fixed batches`;
  return `training-mode batch norm on ${batches} of ${sizesInWords(batchSizes)}, without dropout`;
}

/** The objective of a network without batch norm. */
export const withoutBatchNorm = "evaluation mode (the network has no batch norm), without dropout";

/** Whether a network normalises by statistics of its batches. */
export function hasBatchNorm(spec: NetworkSpec): boolean {
  return buildSpec(spec, { mode: "evaluation" }).runningStatistics.length > 0;
}

/** @throws InputError if a split has fewer examples */
export function requireExamples(split: AnySplit, numExamples: number): void {
  if (Number.isInteger(numExamples) && numExamples >= 1 && numExamples <= split.numExamples) return;
  throw new InputError({
    name: "examples",
    rule: `must be an integer from 1 to ${split.numExamples}`,
    value: numExamples,
  });
}

/**
 * The batches for the statistics of batch norm: at least `batchSize` examples in each, of sizes that differ by one at
 * most (statistics of a short batch would be poor), in the order of a permutation of seed 0, so that batches of sorted data are
 * samples of all classes.
 */
export function fixedBatches(numExamples: number, batchSize: number): Int32Array[] {
  const order = new Int32Array(numExamples);
  permutationInto(order, { key: randomKey(0, "fixed-batches"), stream: 0, step: 0 });
  const numBatches = Math.max(1, Math.floor(numExamples / batchSize));
  const end = (batch: number): number => Math.round((batch * numExamples) / numBatches);
  return Array.from({ length: numBatches }, (_, batch) => order.subarray(end(batch), end(batch + 1)));
}

function sizesInWords(batchSizes: readonly number[]): string {
  const [low, high] = [Math.min(...batchSizes), Math.max(...batchSizes)];
  return low === high ? `${low} images` : `${low} or ${high} images`;
}
