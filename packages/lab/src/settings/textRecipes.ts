/**
 * The published recipes of language models: Entropy-SGD and Entropy-Adam of Chaudhari et al. 2017 (section 5.4) and their baselines,
 * Adam on characters (Karpathy et al. 2015) and SGD on words (Zaremba et al. 2014, arXiv:1409.2329).
 *
 * Zaremba's loss is the sum over the steps of a window, ours the mean: with T steps a rate η there is ηT here, and a largest norm c of
 * the gradient is c/T. Entropy-SGD on words was built on it, so that its inner rate is ηT and its scope γ/T; noise of the size
 * √η' ε stays as it was with ε/√T.
 */
import type { PublishedRecipes } from "./recipe.ts";

/** The rate falls after each epoch from number `first` on, of `epochs`: as fractions of the budget. */
const eachEpoch = (first: number, epochs: number): number[] =>
  Array.from({ length: epochs - first }, (_, i) => (first + i) / epochs);

/** η = 0.01 halved after each of 5 epochs, L = 5, η' = 0.1, γ = 0.01, β₁ = 0.5; Adam 2e-3 halved after every 5 of 50. */
const charLstm: PublishedRecipes = {
  // No batch is published; 32 is that of the benchmark.
  common: { dropout: 0, epochs: 5, innerSteps: 5, drops: eachEpoch(1, 5), dropFactor: 0.5, batchSize: 32 },
  paper: {
    "entropy-adam": {
      options: {
        learningRate: 0.01,
        innerLearningRate: 0.1,
        innerSteps: 5,
        scope: 0.01,
        noise: 1e-4,
        adaptive: "outer",
        momentum: 0,
        beta1: 0.5,
      },
    },
    adam: { epochs: 50, drops: eachEpoch(1, 10), dropFactor: 0.5, options: { learningRate: 2e-3 } },
  },
};

/** A network of Zaremba et al. and how they train it. */
interface ZarembaRecipe {
  readonly steps: number;
  readonly dropout: number;
  /** Largest norm of the gradient of the sum over steps. */
  readonly clip: number;
  readonly epochs: number;
  /** Epochs before the rate falls after each. */
  readonly constantEpochs: number;
  readonly factor: number;
}

/** Entropy-SGD: η = 1 ÷10 after epochs 3 and 4 of 5, L = 5, η' = 1, inner momentum 0.5, γ = 1e-3; SGD: rate 1. Batches of 20. */
function words({ steps, dropout, clip, epochs, constantEpochs, factor }: ZarembaRecipe): PublishedRecipes {
  const clipNorm = clip / steps;
  return {
    common: { dropout, epochs: 5, innerSteps: 5, drops: eachEpoch(3, 5), dropFactor: 0.1, batchSize: 20 },
    paper: {
      "entropy-sgd": {
        options: {
          learningRate: 1,
          innerLearningRate: steps,
          innerSteps: 5,
          scope: 1e-3 / steps,
          noise: 1e-4 / Math.sqrt(steps),
          momentum: 0.5,
          clipNorm,
        },
      },
      sgd: {
        epochs,
        drops: eachEpoch(constantEpochs, epochs),
        dropFactor: 1 / factor,
        options: { learningRate: steps, momentum: 0, nesterov: false, clipNorm },
      },
    },
  };
}

/** By network. */
export const textRecipes: Readonly<Record<string, PublishedRecipes>> = {
  "char-lstm": charLstm,
  "ptb-small": words({ steps: 20, dropout: 0, clip: 5, epochs: 13, constantEpochs: 4, factor: 2 }),
  "ptb-medium": words({ steps: 35, dropout: 0.5, clip: 5, epochs: 39, constantEpochs: 6, factor: 1.2 }),
  "ptb-large": words({ steps: 35, dropout: 0.65, clip: 10, epochs: 55, constantEpochs: 14, factor: 1.15 }),
};
