/** Predictions of layers models by TensorFlow.js's cpu backend and by the networks made of them. */
import * as tf from "@tensorflow/tfjs";
import { evaluationPrograms, type NetworkSpec, regression } from "entropy-sgd-training";
import { nodePlatform } from "entropy-sgd-training/node";
import { fromLayersModel } from "entropy-sgd-training/tfjs";
import { sizeOf } from "onnx-grad";
import { buildNetwork, initialiseInto } from "onnx-grad/layers";
import { numbers } from "../tinyTask.ts";

/** Random weights of a model, as training might have made them: variances and scales are positive. */
export function randomise(model: tf.LayersModel, seed = 1): tf.LayersModel {
  const next = numbers(seed);
  for (const variable of model.weights) {
    const isPositive = /variance|gamma/.test(variable.originalName);
    const shape = variable.shape as number[];
    const values = Array.from({ length: sizeOf(shape) }, () => (isPositive ? 0.5 + next() : next() - 0.5));
    tf.tidy(() => void variable.write(tf.tensor(values, shape)));
  }
  return model;
}

/** Examples of a shape, in the order that they have here. */
export function examplesOf(inputShape: readonly number[], numExamples = 3, seed = 7) {
  const next = numbers(seed);
  const inputs = Float32Array.from({ length: numExamples * sizeOf(inputShape) }, () => 2 * next() - 1);
  const size = sizeOf(inputShape);
  return {
    inputs,
    numExamples,
    inputShape,
    readExampleInto: (out: Float32Array, offset: number, i: number): void =>
      out.set(inputs.subarray(i * size, (i + 1) * size), offset),
  };
}

type TestExamples = ReturnType<typeof examplesOf>;

/** What the model itself predicts; images are turned to the order that they have there, and results back. */
export async function predictedThere(
  model: tf.LayersModel,
  { inputs, numExamples, inputShape }: TestExamples,
): Promise<Float32Array> {
  const shape = model.inputs[0]!.shape.slice(1) as number[];
  const isImage = shape.length === 3;
  const predicted = tf.tidy(() => {
    const x = tf.tensor(inputs, [numExamples, ...inputShape]);
    const given = isImage ? x.transpose([0, 2, 3, 1]) : x.reshape([numExamples, ...shape]);
    const y = model.predict(given) as tf.Tensor;
    return y.shape.length === 4 ? y.transpose([0, 3, 1, 2]) : y;
  });
  const values = Float32Array.from(await predicted.data());
  predicted.dispose();
  return values;
}

/** What the network of ONNX Runtime gives, with its own initial weights and statistics or others. */
export async function predictedHere(
  spec: NetworkSpec,
  examples: TestExamples,
  trained?: { readonly params: Float32Array; readonly statistics: Readonly<Record<string, Float32Array>> },
): Promise<Float32Array> {
  const programs = evaluationPrograms(spec, { platform: nodePlatform, task: regression(), dropout: 0, threads: 1 });
  for (const [name, values] of Object.entries(trained?.statistics ?? {})) programs.statistics[name]!.set(values);
  const found: number[] = [];
  await programs.outputs(trained?.params ?? initialOf(spec), examples, (outputs, _, count) => {
    found.push(...outputs.subarray(0, count * sizeOf(spec.outputShape)));
  });
  await programs.close();
  return Float32Array.from(found);
}

function initialOf(spec: NetworkSpec): Float32Array {
  const { numParams, parameters } = buildNetwork(spec.define(0), [1, ...spec.inputShape], "evaluation");
  const params = new Float32Array(numParams);
  initialiseInto(params, parameters, { uniformInto: () => undefined, normalInto: () => undefined });
  return params;
}

/** The largest difference between the two for a model with random weights. */
export async function largestDifference(model: tf.LayersModel): Promise<number> {
  const { spec } = await fromLayersModel(tf, randomise(model), { task: regression() });
  const examples = examplesOf(spec.inputShape);
  const [here, there] = [await predictedHere(spec, examples), await predictedThere(model, examples)];
  return distance(here, there);
}

/** max |a − b|; infinite where the lengths differ or something is no number. */
export function distance(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  return a.reduce((worst, x, i) => {
    const difference = Math.abs(x - b[i]!);
    return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(worst, difference);
  }, 0);
}

tf.enableProdMode();
await tf.setBackend("cpu");
