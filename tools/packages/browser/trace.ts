/** What 50 gradients of Entropy-SGD read and write, in any host: for the comparison of browsers with Node. */
import { type AnyState, entropySgd, type Optimizer } from "entropy-sgd";
import { normalInto, randomKey } from "entropy-sgd/random";
import {
  compileNetwork,
  imageSplit,
  type NetworkSpec,
  type Platform,
  type TrainableModel,
  train,
} from "entropy-sgd-training";
import { relu } from "onnx-grad";
import { layers } from "onnx-grad/layers";
import { noiseAddress, noiseBlock } from "../../../packages/entropy-sgd/src/kernels/kernels.ts";

/** 784-96-10 with dropout; 76,330 weights, enough for a worker that draws ahead. */
export const network: NetworkSpec = {
  name: "traced",
  inputShape: [1, 28, 28],
  outputShape: [10],
  define: (rate) => (context, inputs) => {
    const hidden = layers.dense(context, "fc1", layers.flatten(inputs), 96);
    return layers.dense(context, "fc2", layers.dropout(context, "dropout1", relu(hidden), rate), 10);
  },
};

export const batchSize = 32;
/** Of MNIST; an epoch of these is 50 gradients. */
export const numDigits = 50 * batchSize;

/** Pictures of 28×28 bytes and their classes. */
export interface Digits {
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
}

/** Hashes of bits (hexadecimal SHA-256), and losses, of the gradients in order. */
export interface Trace {
  /** Of inputs, targets and masks before each gradient. */
  readonly batches: readonly string[];
  readonly masks: readonly string[];
  /** Of the block of normals that the kernels had used before each gradient; "" where there are no kernels. */
  readonly noise: readonly string[];
  /** Of the point at which each gradient is taken, where made-up gradients stand for the engine's. */
  readonly points: readonly string[];
  readonly losses: readonly number[];
}

/** Trains twice: on the engine's gradients, then on gradients that are the same in every host. */
export async function traceOf(platform: Platform, digits: Digits): Promise<Trace> {
  const trained = await recorded(platform, digits, () => {});
  const given = await recorded(platform, digits, (gradient, step) => {
    normalInto(gradient, { key: randomKey(1, "gradient"), stream: 0, step });
  });
  const { batches, masks, noise, losses } = trained;
  return { batches, masks, noise, losses, points: given.points };
}

async function recorded(
  platform: Platform,
  { pixels, labels }: Digits,
  change: (gradient: Float32Array, step: number) => void,
): Promise<Trace> {
  const model = await compileNetwork(network, { platform, batchSize, dropout: 0.25 });
  const batches: Promise<string>[] = [];
  const masks: Promise<string>[] = [];
  const noise: Promise<string>[] = [];
  const points: Promise<string>[] = [];
  const losses: number[] = [];
  const watched: TrainableModel = {
    ...model,
    async lossAndGradient(params, out) {
      batches.push(hashOf(model.inputs, model.targets));
      masks.push(hashOf(...model.masks.map(({ mask }) => mask)));
      noise.push(hashOf(new Float32Array(params.buffer, noiseAddress, noiseBlock)));
      points.push(hashOf(params));
      const loss = await model.lossAndGradient(params, out);
      change(out, losses.length);
      losses.push(loss);
      return loss;
    },
  };
  const all = imageSplit(pixels, labels, network.inputShape, 0, labels.length);
  const few = imageSplit(pixels, labels, network.inputShape, 0, 100);
  const data = { name: "digits", train: all, validation: few, test: few };
  for await (const _ of train(watched, data, optimizer, { budget: 1, seed: 3 })) void _;
  await model.close();
  return {
    batches: await Promise.all(batches),
    masks: await Promise.all(masks),
    noise: await Promise.all(noise),
    points: await Promise.all(points),
    losses,
  };
}

const optimizer: Optimizer<AnyState> = entropySgd({
  ...{ learningRate: 1, innerLearningRate: 0.05, innerSteps: 5, scope: 1e-2, noise: 1e-3, seed: 3 },
}) as Optimizer<AnyState>;

/** The hash of the arrays as they are now. */
async function hashOf(...arrays: readonly (Float32Array | Int32Array)[]): Promise<string> {
  const words = new Uint8Array(arrays.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const { buffer, byteOffset, byteLength } of arrays) {
    words.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", words));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
