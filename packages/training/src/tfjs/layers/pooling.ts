/** Pooling of images. */
import { averagePool, maxPool, type PoolOptions, reduceMax, reduceMean, relu, type Value } from "onnx-grad";
import { type LayerConfig, type LayerReader, type LayerReaders, pairOf } from "../layerReader.ts";
import { windowOf } from "./weighted.ts";

/** What padding adds does not count in averages. */
const optionsOf = (config: LayerConfig): PoolOptions => ({ ...windowOf(config), size: pairOf(config.poolSize) });

const ofValue = (read: (x: Value, config: LayerConfig) => Value): LayerReader => ({
  read: ({ inputs: [x], config }) => ({ value: read(x.value, config) }),
});

/** Of ReLU's results it is ReLU of the maxima, in derivatives too: so ReLU sees fewer elements. */
function maximum(x: Value, config: LayerConfig): Value {
  return x.op === "relu" ? relu(maxPool(x.inputs[0]!, optionsOf(config))) : maxPool(x, optionsOf(config));
}

const places = { axes: [2, 3] };

export const poolingLayers: LayerReaders = {
  MaxPooling2D: ofValue(maximum),
  AveragePooling2D: ofValue((x, config) => averagePool(x, { ...optionsOf(config), countIncludePad: false })),
  GlobalMaxPooling2D: ofValue((x) => reduceMax(x, places)),
  GlobalAveragePooling2D: ofValue((x) => reduceMean(x, places)),
};
