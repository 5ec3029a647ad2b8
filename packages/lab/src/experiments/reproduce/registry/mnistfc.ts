import type { Reproduction } from "../reproduction.ts";
import { entropySgdAndAdam, gradientsPerEpoch, mnist, publishedError, quietMachine, spentGradients } from "./mnist.ts";

/** The fully connected network, without batch norm as in the paper. */
export const mnistfc: Reproduction = {
  ...mnist,
  title: "Fully connected network on MNIST",
  network: "mnistfc",
  methods: entropySgdAndAdam(publishedError(1.37, 0.03, 120), publishedError(1.39, 0.03, 66)),
  readings: [
    "The paper's text has 5 epochs of L = 20, so 100 effective ones, its table the best point at 120: ours ends at 100.",
    spentGradients,
  ],
  cost: { gradientsPerEpoch, msPerGradient: 12.7, measuredOn: `${quietMachine}, of the network with batch norm` },
};

/** The same with batch norm, for which nothing was published. */
export const mnistfcBn: Reproduction = {
  ...mnistfc,
  title: "Fully connected network with batch norm on MNIST",
  network: "mnistfc-bn",
  methods: entropySgdAndAdam(null, null),
  readings: [
    "The paper has this network without batch norm only (mnistfc): there is no published figure to compare with.",
  ],
  cost: { gradientsPerEpoch, msPerGradient: 12.7, measuredOn: quietMachine },
};
