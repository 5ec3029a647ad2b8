import { testErrorOptions } from "../../../statistics/margins.ts";
import type { Reproduction } from "../reproduction.ts";
import { publishedError, quietMachine } from "./mnist.ts";

/** All-CNN with batch norm on whitened CIFAR-10, with SGLD as a second baseline. */
export const allCnn: Reproduction = {
  title: "All-CNN with batch norm on CIFAR-10",
  network: "all-cnn-bn",
  data: "cifar-10",
  set: ["validation=0", "data.standardise=zca"],
  quantity: "error",
  equivalence: () => testErrorOptions("cifar-10"),
  methods: [
    {
      ...{ optimizer: "entropy-sgd", preset: "lua", recipe: "paper", budget: 200 },
      published: publishedError(7.81, 0.09, 160),
    },
    { optimizer: "sgd", recipe: "paper", budget: 200, published: publishedError(7.71, 0.19, 180) },
    { optimizer: "sgld", recipe: "paper", budget: 500, published: publishedError(9.89, 0.11, 500) },
  ],
  readings: [
    "Each image less its mean and divided by its standard deviation, then ZCA whitening fitted on the training images; no augmentation.",
    "The rate of Entropy-SGD falls to a fifth every 4 of 10 epochs as in the paper's text; the authors' program has every 3.",
    "Our sources do not give the η of SGLD: it is that of SGD here.",
  ],
  cost: { gradientsPerEpoch: 390, msPerGradient: 1093, measuredOn: quietMachine },
};
