/** Layers that move numbers without computing, and layers of several inputs. */
import {
  add,
  concat,
  constant,
  div,
  maximum,
  minimum,
  mul,
  pad,
  reshape,
  slice,
  transpose,
  type Value,
} from "onnx-grad";
import type { LayerReader, LayerReaders, LayerReading } from "../layerReader.ts";
import { asHere, asThere, axisHere, flattened, type LayerTensor } from "../layout.ts";

type Sides = readonly [readonly [number, number], readonly [number, number]];

/** The target's sizes after that of the batch; one that is not known is worked out. */
function reshaped({ inputs: [x], config }: LayerReading): LayerTensor {
  const target = (config.targetShape as readonly (number | null)[]).map((size) => size ?? -1);
  if (target.length === 1) return flattened(x);
  return asHere(reshape(asThere(x), [x.value.shape[0]!, ...target]));
}

function permuted({ inputs: [x], config }: LayerReading): LayerTensor {
  return asHere(transpose(asThere(x), [0, ...(config.dims as readonly number[])]));
}

function padded({ inputs: [x], config }: LayerReading): LayerTensor {
  const [[top, bottom], [left, right]] = config.padding as Sides;
  return { value: pad(x.value, [0, 0, top, left], [0, 0, bottom, right]) };
}

function cropped({ inputs: [x], config }: LayerReading): LayerTensor {
  const [[top, bottom], [left, right]] = config.cropping as Sides;
  const [batch, channels, rows, columns] = x.value.shape as [number, number, number, number];
  return { value: slice(x.value, [0, 0, top, left], [batch, channels, rows - top - bottom, columns - left - right]) };
}

/** Inputs with their numbers in one order. */
function aligned(inputs: readonly LayerTensor[]): readonly LayerTensor[] {
  const [first] = inputs as [LayerTensor];
  const isOne = inputs.every(({ channels }) => channels === first.channels);
  return isOne ? inputs : inputs.map((x) => (x.channels === undefined ? x : { value: asThere(x) }));
}

/** A layer of the values of its inputs, which have one shape. */
const elementwise = (
  combine: (a: Value, b: Value) => Value,
  finish = (y: Value, _: number): Value => y,
): LayerReader => ({
  read({ inputs }) {
    const [first, ...others] = aligned(inputs) as [LayerTensor, ...LayerTensor[]];
    const y = others.reduce((sum, { value }) => combine(sum, value), first.value);
    return { ...first, value: finish(y, inputs.length) };
  },
});

function concatenated({ inputs, config }: LayerReading): LayerTensor {
  const rank = inputs[0].value.shape.length;
  const axis = axisHere(Number(config.axis ?? -1), rank);
  // The rows of images are no row of images.
  const values = inputs.map((x) => (x.channels === undefined ? x.value : asThere(x)));
  return { value: concat(values, axis) };
}

export const shapeLayers: LayerReaders = {
  Flatten: { read: ({ inputs: [x] }) => flattened(x) },
  Reshape: { read: reshaped },
  Permute: { read: permuted },
  ZeroPadding2D: { read: padded },
  Cropping2D: { read: cropped },
  Add: elementwise(add),
  Multiply: elementwise(mul),
  Average: elementwise(add, (sum, count) => div(sum, constant(count))),
  Maximum: elementwise(maximum),
  Minimum: elementwise(minimum),
  Concatenate: { read: concatenated },
};
