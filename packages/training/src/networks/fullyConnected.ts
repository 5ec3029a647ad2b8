import { relu, tanh } from "onnx-grad";
import { layers, type NetworkDefinition } from "onnx-grad/layers";
import type { NetworkSpec } from "./networkSpec.ts";

const { batchNorm, dense, dropout, flatten } = layers;

/** 784-1024-1024-10 with ReLU and dropout after each hidden layer; 1,863,690 weights. */
export const mnistfc: NetworkSpec = {
  name: "mnistfc",
  inputShape: [1, 28, 28],
  outputShape: [10],
  define: (rate) => (context, inputs) => {
    const hidden1 = dropout(context, "dropout1", relu(dense(context, "fc1", flatten(inputs), 1024)), rate);
    const hidden2 = dropout(context, "dropout2", relu(dense(context, "fc2", hidden1, 1024)), rate);
    return dense(context, "fc3", hidden2, 10);
  },
};

/** mnistfc with batch norm before each ReLU; 1,867,786 weights. */
export const mnistfcBn: NetworkSpec = {
  name: "mnistfc-bn",
  inputShape: [1, 28, 28],
  outputShape: [10],
  define: (rate) => (context, inputs) => {
    const normal1 = batchNorm(context, "bn1", dense(context, "fc1", flatten(inputs), 1024));
    const hidden1 = dropout(context, "dropout1", relu(normal1), rate);
    const normal2 = batchNorm(context, "bn2", dense(context, "fc2", hidden1, 1024));
    const hidden2 = dropout(context, "dropout2", relu(normal2), rate);
    return dense(context, "fc3", hidden2, 10);
  },
};

/** 784-64-10 with ReLU and dropout; 50,890 weights. */
export const smallMnistfc: NetworkSpec = {
  name: "small-mnistfc",
  inputShape: [1, 28, 28],
  outputShape: [10],
  define: (rate) => (context, inputs) => {
    const hidden = dropout(context, "dropout1", relu(dense(context, "fc1", flatten(inputs), 64)), rate);
    return dense(context, "fc2", hidden, 10);
  },
};

/** 49-units-10 with tanh, for inputs mean-pooled to 7×7: smooth, so that Hessians exist everywhere. */
export function mlp(units: number): NetworkDefinition {
  return (context, inputs) => dense(context, "fc2", tanh(dense(context, "fc1", flatten(inputs), units)), 10);
}

const pooledMlp = (units: number): NetworkSpec => ({
  name: `mlp-49-${units}-10`,
  inputShape: [1, 7, 7],
  outputShape: [10],
  define: () => mlp(units),
});

/** 49-16-10; 970 weights. */
export const mlp16: NetworkSpec = pooledMlp(16);

/** 49-40-10; 2,410 weights. */
export const mlp40: NetworkSpec = pooledMlp(40);
