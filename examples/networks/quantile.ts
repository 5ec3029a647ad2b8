// A network with a loss of its own, for `npx entropy-sgd train --network examples/networks/quantile.ts --data table.csv`:
// the output is the 90 % quantile of the target, learnt by the pinball loss.

import { type ExampleShapes, lossTask, type NetworkSpec } from "entropy-sgd-training";
import { add, constant, mul, reduceMean, relu, sub, tanh } from "onnx-grad";
import { layers } from "onnx-grad/layers";

const q = constant(0.9);
const oneMinusQ = constant(0.1);

/** q · max(0, t − y) + (1 − q) · max(0, y − t), whose expectation is smallest at the q-quantile. */
export const task = lossTask({
  name: "quantile-90",
  loss: (y, t) => reduceMean(add(mul(q, relu(sub(t, y))), mul(oneMinusQ, relu(sub(y, t))))),
});

/** 32 hidden units, for tables of any number of columns. */
export default ({ inputShape, outputShape }: ExampleShapes): Omit<NetworkSpec, "name"> => ({
  inputShape,
  outputShape,
  define: () => (context, inputs) => {
    const hidden = tanh(layers.dense(context, "hidden", inputs, 32));
    return layers.dense(context, "out", hidden, outputShape[0]!);
  },
});
