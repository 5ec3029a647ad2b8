/** What the paper's experiments on MNIST have in common. */
import { testErrorOptions } from "../../../statistics/margins.ts";
import type { Published, ReproducedMethod, Reproduction } from "../reproduction.ts";

/** An error published in the paper's table of results, in per cent. */
export const publishedError = (mean: number, sd: number, epoch: number): Published => ({
  mean: mean / 100,
  sd: sd / 100,
  epoch,
  source: "arXiv:1611.01838, section 5 and its table of results",
});

/** All 60,000 images train; nothing is chosen by validation. */
export const mnist: Pick<Reproduction, "set" | "quantity" | "equivalence"> = {
  set: ["validation=0"],
  quantity: "error",
  equivalence: () => testErrorOptions(null),
};

/** 5 epochs of L = 20 against 100 epochs of Adam. */
export const entropySgdAndAdam = (
  entropySgd: Published | null,
  adam: Published | null,
): readonly ReproducedMethod[] => [
  { optimizer: "entropy-sgd", preset: "lua", recipe: "paper", budget: 100, published: entropySgd },
  { optimizer: "adam", recipe: "paper", budget: 100, published: adam },
];

/** How outer steps count. */
export const spentGradients =
  "The authors' program spends L + 1 gradients on an outer step and throws one away; ours spends L, and effective epochs count what is spent.";

/** Of batches of 128. */
export const gradientsPerEpoch = 468;

/** Where README's times were measured. */
export const quietMachine = "two cores of an AMD EPYC with nothing else to do (bench/results)";
