import { perplexityOptions } from "../../../statistics/margins.ts";
import type { Published, Reproduction } from "../reproduction.ts";

const published = (mean: number, sd: number, epoch: number): Published => ({
  ...{ mean, sd, epoch },
  source: "arXiv:1611.01838, section 5 and its table of results",
});

/** What both have in common. */
const words: Pick<Reproduction, "data" | "set" | "quantity" | "equivalence"> = {
  data: "ptb",
  set: [],
  quantity: "perplexity",
  equivalence: perplexityOptions,
};

const measuredOn = "two cores of an AMD EPYC, with a hand-made graph of the same network";

const asMeanOverSteps =
  "The published rates are of a loss summed over the steps of a window; ours is the mean, so rates, norms, scope and noise are the published ones in its terms.";

/** Zaremba's small LSTM, for which the paper has no figure. */
export const ptbSmall: Reproduction = {
  ...words,
  title: "Small word LSTM on Penn Treebank",
  network: "ptb-small",
  methods: [
    { optimizer: "entropy-sgd", preset: "lua", recipe: "paper", budget: 25, published: null },
    { optimizer: "sgd", recipe: "paper", budget: 25, published: null },
  ],
  readings: [
    "The paper has the large network only (ptb-large): there is no published figure to compare with. Both methods have the 25 effective epochs of the paper's Entropy-SGD.",
    asMeanOverSteps,
  ],
  cost: { gradientsPerEpoch: 2323, msPerGradient: 56, measuredOn },
};

/** Zaremba's large LSTM, two layers of 1500. */
export const ptbLarge: Reproduction = {
  ...words,
  title: "Large word LSTM on Penn Treebank",
  network: "ptb-large",
  methods: [
    { optimizer: "entropy-sgd", preset: "lua", recipe: "paper", budget: 25, published: published(77.656, 0.171, 25) },
    { optimizer: "sgd", recipe: "paper", budget: 55, published: published(78.6, 0.26, 55) },
  ],
  readings: [asMeanOverSteps],
  cost: { gradientsPerEpoch: 1327, msPerGradient: 2300, measuredOn },
};
