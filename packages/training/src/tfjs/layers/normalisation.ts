/** Batch norm and dropout: what differs between training and evaluation. */
import { add, constant, div, mul, reshape, sqrt, sub, type Value } from "onnx-grad";
import { layers } from "onnx-grad/layers";
import type { LayerConfig, LayerReaders, LayerReading, OrderOf } from "../layerReader.ts";
import { alongRow, asStored, axisHere, type LayerTensor } from "../layout.ts";

/** γ (x − mean)/√(variance + ε) + β over all axes but that of the channels; a frozen one keeps the stored mean and variance. */
function batchNorm(reading: LayerReading): LayerTensor {
  const { inputs, config, context, name, isFrozen: isSetFrozen, weight, isTrainable, keepStatistics } = reading;
  const [x] = inputs;
  const channels = x.value.shape[1]!;
  const order: OrderOf = (shape) => (x.value.shape.length === 2 ? alongRow(x, shape) : asStored(shape));
  const of = (stored: string, otherwise: number): Value =>
    weight(stored, order) ?? constant(new Float32Array(channels).fill(otherwise), [channels]);
  const affine = { gamma: of("gamma", 1), beta: of("beta", 0), epsilon: Number(config.epsilon) };
  const hasAffine = config.scale !== false || config.center !== false;
  const isFrozen = isSetFrozen || (hasAffine && !isTrainable("gamma") && !isTrainable("beta"));
  if (!isFrozen) {
    keepStatistics("moving_mean", "moving_variance", order);
    return { ...x, value: layers.normaliseBatch(context, name, x.value, affine) };
  }
  const scale = div(affine.gamma, sqrt(add(of("moving_variance", 1), constant(affine.epsilon))));
  const shift = sub(affine.beta, mul(of("moving_mean", 0), scale));
  const perChannel = [channels, ...x.value.shape.slice(2).map(() => 1)];
  return { ...x, value: add(mul(x.value, reshape(scale, perChannel)), reshape(shift, perChannel)) };
}

function refusedAxis({ axis }: LayerConfig, [rank = 0]: readonly number[]): string | undefined {
  if (rank !== 2 && rank !== 4) return `an input of ${rank} axes; rows and images are supported`;
  return axisHere(Number(axis), rank) === 1 ? undefined : `the axis ${axis}, which is not that of the channels`;
}

const dropout = ({ inputs: [x], config, context, name }: LayerReading): LayerTensor => ({
  ...x,
  value: layers.dropout(context, name, x.value, Number(config.rate)),
});

export const normalisationLayers: LayerReaders = {
  BatchNormalization: { refusal: refusedAxis, read: batchNorm },
  Dropout: {
    refusal: ({ noiseShape }) => (noiseShape == null ? undefined : "a noiseShape"),
    read: dropout,
  },
};
