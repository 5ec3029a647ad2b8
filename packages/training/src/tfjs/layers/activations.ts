/** Activations: layers of their own, or the option `activation` of layers with weights. */
import {
  abs,
  add,
  clip,
  constant,
  div,
  elu,
  gelu,
  greater,
  hardSigmoid,
  leakyRelu,
  logSoftmax,
  mul,
  prelu,
  relu,
  selu,
  sigmoid,
  silu,
  softmax,
  softplus,
  tanh,
  type Value,
  where,
} from "onnx-grad";
import type { LayerConfig, LayerReaders, LayerReading } from "../layerReader.ts";
import { alongRow, asStored, axisHere, type LayerTensor } from "../layout.ts";

/** Activations by their names there. */
const activations: Readonly<Record<string, (x: Value) => Value>> = {
  linear: (x) => x,
  elu,
  selu,
  relu,
  relu6: (x) => clip(x, { low: 0, high: 6 }),
  sigmoid,
  hardSigmoid: (x) => hardSigmoid(x, { alpha: 0.2, beta: 0.5 }),
  softplus,
  softsign: (x) => div(x, add(abs(x), constant(1))),
  tanh,
  softmax: (x) => softmax(x, { axis: axisHere(-1, x.shape.length) }),
  logSoftmax: (x) => logSoftmax(x, { axis: axisHere(-1, x.shape.length) }),
  swish: silu,
  gelu: (x) => gelu(x),
  gelu_new: (x) => gelu(x, { approximate: "tanh" }),
  mish: (x) => mul(x, tanh(softplus(x))),
};

/** The activation of a layer's options; none is linear. */
const activationName = ({ activation }: LayerConfig): string => String(activation ?? "linear");

/** What is not supported about the option `activation`. */
export function refusedActivation(config: LayerConfig): string | undefined {
  const name = activationName(config);
  return Object.hasOwn(activations, name) ? undefined : `the activation ${name}`;
}

/** `x` after the activation of the layer's options. */
export function activated(config: LayerConfig, x: LayerTensor): LayerTensor {
  return { ...x, value: activations[activationName(config)]!(x.value) };
}

/** A layer that applies one function to each number, or along an axis. */
const ofValue = (read: (x: Value, config: LayerConfig) => Value) => ({
  read: ({ inputs: [x], config }: LayerReading): LayerTensor => ({ ...x, value: read(x.value, config) }),
});

/** Slopes of the shape of one example, in which axes that share them have the size 1. */
function withSlopes({ inputs: [x], weight }: LayerReading): LayerTensor {
  const slopes = weight("alpha", (shape) => {
    if (shape.length === 1) return alongRow(shape[0] === 1 ? { value: x.value } : x, shape);
    if (shape.length === 2) return asStored(shape);
    const [rows, columns, channels] = shape as [number, number, number];
    return { from: shape, permutation: [2, 0, 1], shape: [channels, rows, columns] };
  });
  return { ...x, value: prelu(x.value, slopes!) };
}

export const activationLayers: LayerReaders = {
  Activation: { read: ({ inputs: [x], config }) => activated(config, x) },
  ReLU: ofValue((x, { maxValue }) => (typeof maxValue === "number" ? clip(x, { low: 0, high: maxValue }) : relu(x))),
  LeakyReLU: ofValue((x, { alpha }) => leakyRelu(x, Number(alpha))),
  PReLU: { read: withSlopes },
  ELU: ofValue((x, { alpha }) => elu(x, Number(alpha))),
  ThresholdedReLU: ofValue((x, { theta }) => where(greater(x, constant(Number(theta))), x, constant(0))),
  Softmax: {
    refusal: ({ axis }, [rank = 0]) =>
      axis === -1 || axis === rank - 1 ? undefined : `the axis ${axis}, which is not the last one`,
    ...ofValue((x) => activations.softmax!(x)),
  },
};
