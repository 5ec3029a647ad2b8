/**
 * The published recipes of networks for CIFAR-10 (Chaudhari et al. 2017, section 5.3 and table of results): Entropy-SGD, and its
 * baselines SGD and SGLD with annealed steps.
 *
 * Images are prepared by `--set data.standardise=zca`. The figures are of all 50,000 training images: `--set validation=0`.
 */
import type { PublishedRecipes } from "./recipe.ts";

/** L2 of all of them. */
const weightDecay = 1e-3;

/** 10 epochs of L = 20, η = 1 ÷5 every 4; SGD 0.1 ÷5 every 60 of 200; dropout 0.5 (0.2 on the inputs), batches of 128. */
const allCnnBn: PublishedRecipes = {
  common: { dropout: 0.5, epochs: 10, innerSteps: 20, drops: [4 / 10, 8 / 10], dropFactor: 1 / 5, batchSize: 128 },
  paper: {
    "entropy-sgd": {
      options: {
        learningRate: 1,
        innerLearningRate: 0.1,
        innerSteps: 20,
        scope: "geometricScope(0.03, 1e-3)",
        noise: 1e-4,
        weightDecay,
      },
    },
    sgd: {
      epochs: 200,
      drops: [60 / 200, 120 / 200, 180 / 200],
      options: { learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay },
    },
    // η/(1 + t)^0.25 with t in epochs, and no other drops. η is not in our sources: that of SGD.
    sgld: {
      epochs: 500,
      drops: [],
      options: { learningRate: 0.1, noise: 1e-4, noiseForm: "code", annealing: 0.25, weightDecay },
    },
  },
};

/** By network. */
export const imageRecipes: Readonly<Record<string, PublishedRecipes>> = { "all-cnn-bn": allCnnBn };
