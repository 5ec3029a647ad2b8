/** What is trained: network, data and optimizers of the reader's settings. */
import { type AnyState, adam, entropySgd, type Optimizer, presets, sam, sgd } from "entropy-sgd";
import {
  arraySplit,
  type DataSet,
  type NetworkSpec,
  type Split,
  spirals,
  subset,
  twoMoons,
} from "entropy-sgd-training";
import { relu, sigmoid, tanh } from "onnx-grad";
import { layers } from "onnx-grad/layers";
import type { NetworkSettings } from "./knobs.ts";

const { dense, flatten } = layers;

/** Examples of the generated data, for training and held out, each. */
export const numPoints = 200;
/** Examples per gradient. */
export const batchSize = 20;

/** Examples as they go to a worker. */
export interface PlainExamples {
  readonly inputs: Float32Array;
  readonly labels: Int32Array;
}

/** Data that the page fetched or the reader brought. */
export interface PlainData {
  readonly name: string;
  readonly inputShape: readonly number[];
  readonly classes: readonly string[];
  readonly train: PlainExamples;
  readonly test: PlainExamples;
}

/** The optimizers by name, in the order of the figure. */
export const optimizerTitles = { sgd: "SGD", "entropy-sgd": "Entropy-SGD", sam: "SAM", adam: "Adam" } as const;
export type OptimizerName = keyof typeof optimizerTitles;

/** Which optimizers are trained. */
export function optimizerNames({ third }: Pick<NetworkSettings, "third">): OptimizerName[] {
  return third === "none" ? ["sgd", "entropy-sgd"] : ["sgd", "entropy-sgd", third];
}

/** An optimizer of the settings. */
export function optimizerOf(name: OptimizerName, settings: NetworkSettings, seed: number): Optimizer<AnyState> {
  const { rate, innerRate, gamma, innerSteps, epsilon, adamRate } = settings;
  const made = {
    sgd: () => sgd({ learningRate: rate, momentum: 0.9, nesterov: true }),
    "entropy-sgd": () =>
      entropySgd({ ...presets.lua, innerLearningRate: innerRate, innerSteps, scope: gamma, noise: epsilon, seed }),
    sam: () => sam({ learningRate: rate, momentum: 0.9, nesterov: true }),
    adam: () => adam({ learningRate: adamRate }),
  };
  return made[name]() as Optimizer<AnyState>;
}

/** Gradients between two evaluations: ends of Entropy-SGD's outer steps and of SAM's pairs. */
export function boundaryOf({ innerSteps }: Pick<NetworkSettings, "innerSteps">): number {
  return innerSteps % 2 === 0 ? innerSteps : 2 * innerSteps;
}

const activations = { tanh, relu, sigmoid } as const;

/** Points: two hidden layers. Digits: one, as the network mlp-49-16-10. */
export function specOf({ hidden, activation }: NetworkSettings, data: DataSet): NetworkSpec {
  const { inputShape, numClasses } = data.train;
  const act = activations[activation];
  const isImage = inputShape.length > 1;
  return {
    name: isImage ? `49-${hidden}-${numClasses}` : `2-${hidden}-${hidden}-${numClasses}`,
    inputShape,
    outputShape: [numClasses],
    define: () => (context, inputs) => {
      const first = act(dense(context, "fc1", flatten(inputs), hidden));
      if (isImage) return dense(context, "fc2", first, numClasses);
      return dense(context, "fc3", act(dense(context, "fc2", first, hidden)), numClasses);
    },
  };
}

/** The data set: generated of the settings, or the given one. */
export function dataOf({ data, noise, seed }: NetworkSettings, given: PlainData | null): DataSet {
  if (given !== null) {
    const split = ({ inputs, labels }: PlainExamples): Split =>
      arraySplit({ inputs, labels, inputShape: given.inputShape, numClasses: given.classes.length });
    return dataSet(given.name, split(given.train), split(given.test));
  }
  const make = data === "spirals" ? spirals : twoMoons;
  const points = (own: number): Split => make({ numExamples: numPoints, noise, seed: own });
  return dataSet(data, points(2 * seed), points(2 * seed + 1));
}

function dataSet(name: string, train: Split, test: Split): DataSet {
  return { name, train, validation: subset(test, new Int32Array(0)), test };
}

/** Whether examples are points of the plane, which can be drawn. */
export function isPlane({ train }: DataSet): boolean {
  return train.inputShape.length === 1 && train.inputShape[0] === 2;
}
