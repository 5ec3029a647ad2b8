/** Networks that take their sizes from the data: for data sets of one's own. */
import { maxPool, relu, reshape, sizeOf, type Value } from "onnx-grad";
import { layers } from "onnx-grad/layers";
import { InputError } from "../inputError.ts";
import type { AdaptiveNetwork } from "./adaptiveNetwork.ts";
import { languageModels } from "./languageModels.ts";

const { batchNorm, conv2d, dense, dropout, flatten } = layers;

/** Two hidden layers of 64 with ReLU and dropout, for examples of any shape. */
const mlp: AdaptiveNetwork = {
  name: "mlp",
  doc: "two hidden layers of 64 with ReLU",
  fit: ({ inputShape, outputShape }) => ({
    name: "mlp",
    inputShape,
    outputShape,
    define: (rate) => (context, inputs) => {
      const hidden1 = dropout(context, "dropout1", relu(dense(context, "fc1", flatten(inputs), 64)), rate);
      const hidden2 = dropout(context, "dropout2", relu(dense(context, "fc2", hidden1, 64)), rate);
      return shaped(dense(context, "fc3", hidden2, sizeOf(outputShape)), outputShape);
    },
  }),
};

/** Two 3×3 convolutions of 16 and 32 channels with batch norm, ReLU and 2×2 max-pooling, and a hidden layer of 64. */
const convnet: AdaptiveNetwork = {
  name: "convnet",
  doc: "two 3×3 convolutions with batch norm and pooling, a hidden layer of 64",
  fit({ inputShape, outputShape }) {
    const [, height = 0, width = 0] = inputShape;
    if (inputShape.length !== 3 || height < 4 || width < 4) {
      const rule = "takes images [channels, height, width] of at least 4×4";
      throw new InputError({ path: "convnet", rule, value: inputShape });
    }
    return {
      name: "convnet",
      inputShape,
      outputShape,
      define: (rate) => (context, inputs) => {
        const conv1 = conv2d(context, "conv1", inputs, 16, 3, { padding: 1 });
        const pool1 = maxPool(relu(batchNorm(context, "bn1", conv1)), { size: 2 });
        const conv2 = conv2d(context, "conv2", pool1, 32, 3, { padding: 1 });
        const pool2 = maxPool(relu(batchNorm(context, "bn2", conv2)), { size: 2 });
        const hidden = dropout(context, "dropout1", relu(dense(context, "fc1", flatten(pool2), 64)), rate);
        return shaped(dense(context, "fc2", hidden, sizeOf(outputShape)), outputShape);
      },
    };
  },
};

/** All of them by name. */
export const adaptiveNetworks: Readonly<Record<string, AdaptiveNetwork>> = Object.fromEntries(
  [mlp, convnet, ...languageModels].map((network) => [network.name, network]),
);

/** (batch, outputs) with the outputs in their shape. */
const shaped = (flat: Value, outputShape: readonly number[]): Value => reshape(flat, [flat.shape[0]!, ...outputShape]);
