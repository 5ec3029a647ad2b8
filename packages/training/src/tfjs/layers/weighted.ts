/** Dense layers and convolutions. Kernels are [rows × columns × channels × filters] there, [filters × channels × rows × columns] here. */
import { add, conv2d, matmul, reshape, type Value, type WindowOptions } from "onnx-grad";
import { type LayerConfig, type LayerReaders, type LayerReading, type OrderOf, pairOf } from "../layerReader.ts";
import { alongRow, asHere, asThere, type LayerTensor, type Order } from "../layout.ts";
import { activated } from "./activations.ts";

/** y = x W + b over the last axis. */
function dense({ inputs: [x], config, weight }: LayerReading): LayerTensor {
  const isRow = x.value.shape.length === 2;
  const given = isRow ? x.value : asThere(x);
  const rows = reshape(given, [-1, given.shape.at(-1)!]);
  const kernel = weight("kernel", (shape) => alongRow(isRow ? x : { value: rows }, shape))!;
  const bias = weight("bias");
  const product = matmul(rows, kernel);
  const y = bias === undefined ? product : add(product, bias);
  const shaped = reshape(y, [...given.shape.slice(0, -1), kernel.shape[1]!]);
  return activated(config, isRow ? { value: shaped } : asHere(shaped));
}

/** The window of a convolution or of pooling. */
export function windowOf({ strides, padding, dilationRate = 1 }: LayerConfig): WindowOptions {
  return {
    stride: pairOf(strides),
    dilation: pairOf(dilationRate),
    autoPad: padding === "same" ? "same-upper" : "valid",
  };
}

const filtersFirst: OrderOf = (from): Order => {
  const [rows, columns, channels, filters] = from as [number, number, number, number];
  return { from, permutation: [3, 2, 0, 1], shape: [filters, channels, rows, columns] };
};

/** One filter over each channel, `multiplier` times: the channel is the outer axis of the results. */
const channelsFirst: OrderOf = (from): Order => {
  const [rows, columns, channels, multiplier] = from as [number, number, number, number];
  return { from, permutation: [2, 3, 0, 1], shape: [channels * multiplier, 1, rows, columns] };
};

function biased({ config, weight }: LayerReading, y: Value): LayerTensor {
  const bias = weight("bias");
  return activated(config, { value: bias === undefined ? y : add(y, reshape(bias, [y.shape[1]!, 1, 1])) });
}

function convolution(reading: LayerReading): LayerTensor {
  const [{ value }] = reading.inputs;
  return biased(reading, conv2d(value, reading.weight("kernel", filtersFirst)!, windowOf(reading.config)));
}

/** The convolution of each channel by itself. */
function depthwise({ inputs: [x], config, weight }: LayerReading): Value {
  const window = { ...windowOf(config), groups: x.value.shape[1]! };
  return conv2d(x.value, weight("depthwise_kernel", channelsFirst)!, window);
}

const separable = (reading: LayerReading): LayerTensor =>
  biased(reading, conv2d(depthwise(reading), reading.weight("pointwise_kernel", filtersFirst)!));

/** TensorFlow.js does not apply the option. */
const refusedDilation = ({ dilationRate = 1 }: LayerConfig): string | undefined =>
  pairOf(dilationRate).every((rate) => rate === 1) ? undefined : "a dilationRate, which TensorFlow.js does not apply";

export const weightedLayers: LayerReaders = {
  Dense: { read: dense },
  Conv2D: { read: convolution },
  DepthwiseConv2D: { refusal: refusedDilation, read: (reading) => biased(reading, depthwise(reading)) },
  SeparableConv2D: { read: separable },
};
