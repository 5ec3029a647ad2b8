/**
 * What an experiment of the paper is: which network is trained how, for how long, and what the paper says came out of it.
 *
 * Each is a file of `registry`, and a line in reproductions.ts.
 *
 * @see Chaudhari et al. 2017, "Entropy-SGD: Biasing Gradient Descent Into Wide Valleys" (arXiv:1611.01838), section 5
 */
import type { OptimizerName } from "entropy-sgd";
import type { DifferenceOptions } from "entropy-sgd/landscape";
import type { RecipeName } from "../../settings/recipes.ts";
import type { QuantityName } from "./quantities.ts";

/** A published mean over runs; values in the unit of JSON, so errors are fractions. */
export interface Published {
  readonly mean: number;
  /** The sample's standard deviation over runs. */
  readonly sd: number;
  /** The effective epoch of the best point of the test curve. */
  readonly epoch: number;
  readonly source: string;
}

/**
 * How many runs are assumed behind a published standard deviation, whose number our sources do not give. The standard error of a
 * published mean is sd/√n.
 */
export const assumedPublishedRuns = 5;

/** One way of training in an experiment: a line of its table. */
export interface ReproducedMethod {
  /** The condition of its runs, and what their folders are called. */
  readonly optimizer: OptimizerName;
  readonly preset?: string;
  readonly recipe: RecipeName;
  /** Effective epochs, inner steps counted. */
  readonly budget: number;
  /** Settings and options beside the recipe's, as `--set` takes them. */
  readonly set?: readonly string[];
  /** null where the paper has no such figure. */
  readonly published: Published | null;
}

/** An experiment of the paper. */
export interface Reproduction {
  /** In words, for headings. */
  readonly title: string;
  readonly network: string;
  /** Name of the data set; absent for MNIST. */
  readonly data?: string;
  /** Settings of every method, as `--set` takes them. */
  readonly set: readonly string[];
  /** What the paper and we read off the test curve. */
  readonly quantity: QuantityName;
  /**
   * The margin of equivalence, where one was fixed before (docs/decisions/equivalence.md), and the smallest difference of one run;
   * of the baseline's value, in terms of which a margin may be.
   */
  equivalence(baseline: number): DifferenceOptions;
  /** The paper's method first, then its baseline, then others. */
  readonly methods: readonly ReproducedMethod[];
  /** How the paper was read where it leaves something open, and where ours differs. */
  readonly readings: readonly string[];
  /** The gradients of an effective epoch, and what one takes by an earlier measurement. */
  readonly cost: {
    readonly gradientsPerEpoch: number;
    readonly msPerGradient: number;
    /** Where the milliseconds were measured. */
    readonly measuredOn: string;
  };
}
