import type { Reproduction } from "../reproduction.ts";
import { entropySgdAndAdam, gradientsPerEpoch, mnist, publishedError, quietMachine, spentGradients } from "./mnist.ts";

/** LeNet with batch norm. */
export const lenet: Reproduction = {
  ...mnist,
  title: "LeNet on MNIST",
  network: "lenet",
  methods: entropySgdAndAdam(publishedError(0.5, 0.01, 80), publishedError(0.51, 0.01, 100)),
  readings: [
    "The network of the paper's table has 131,220 weights (batch norm after pooling, none after the fully connected layer), ours 132,220.",
    spentGradients,
  ],
  cost: { gradientsPerEpoch, msPerGradient: 16, measuredOn: quietMachine },
};
