/** Convolution and pooling over one or two axes. */
import { sizeOf, type Value } from "../../../graph/value.ts";
import { abs } from "../../../ops/arithmetic.ts";
import { conv2d } from "../../../ops/convolution.ts";
import { add, div, pow } from "../../../ops/elementwise.ts";
import { globalAveragePool, globalMaxPool } from "../../../ops/globalPooling.ts";
import { reshape } from "../../../ops/layout.ts";
import { averagePool, maxPool } from "../../../ops/pooling.ts";
import { reduceSum } from "../../../ops/reductions.ts";
import { convTranspose2d } from "../../../ops/transposedConvolution.ts";
import type { AutoPad, WindowOptions } from "../../../ops/window.ts";
import type { NodeReader } from "../nodeReader.ts";
import type { Operators, Result } from "../operator.ts";
import { unsupported } from "../readError.ts";
import { known } from "../tensor.ts";

const windowAttributes = ["auto_pad", "dilations", "kernel_shape", "pads", "strides"];

const autoPads: Readonly<Record<string, AutoPad>> = {
  SAME_UPPER: "same-upper",
  SAME_LOWER: "same-lower",
  VALID: "valid",
};

/** Images of one or two axes as images of two: sequences have one row. */
function asImage(x: Value): Value {
  const [b, c, ...sizes] = x.shape as [number, number, ...number[]];
  if (sizes.length === 2) return x;
  if (sizes.length !== 1)
    throw unsupported(`${sizes.length} axes after the channels are not supported, one or two are`);
  return reshape(x, [b, c, 1, sizes[0]!]);
}

/** `y` as x was before `asImage`. */
function asBefore(y: Value, x: Value): Value {
  return x.shape.length === 3 ? reshape(y, [y.shape[0]!, y.shape[1]!, y.shape[3]!]) : y;
}

/** No kernel, step or padding is larger. */
const largestWindow = 2 ** 16;

/** No image that is pooled has more places. */
const largestImage = 2 ** 24;

/** A list with one number per axis for two; `first` is that of the row of a sequence. */
function two(sizes: readonly number[], first: number): readonly [number, number] {
  if (sizes.length > 2 || sizes.length < 1) throw unsupported(`a window of ${sizes.length} axes is not supported`);
  if (sizes.some((size) => size > largestWindow))
    throw new Error(`a window must be at most ${largestWindow} elements long, got [${sizes}]`);
  return sizes.length === 1 ? [first, sizes[0]!] : [sizes[0]!, sizes[1]!];
}

/** The window of a node over images with `numAxes` axes. */
function windowOf(node: NodeReader, numAxes: number): WindowOptions {
  const ones = new Array<number>(numAxes).fill(1);
  const name = node.text("auto_pad", "NOTSET");
  const autoPad = autoPads[name];
  if (autoPad === undefined && name !== "NOTSET") throw new Error(`auto_pad "${name}" is unknown`);
  const pads = node.integers("pads") ?? new Array<number>(2 * numAxes).fill(0);
  const [top, left] = two(pads.slice(0, numAxes), 0);
  const [bottom, right] = two(pads.slice(numAxes), 0);
  return {
    stride: two(node.integers("strides") ?? ones, 1),
    dilation: two(node.integers("dilations") ?? ones, 1),
    ...(autoPad === undefined ? { padding: [top, left, bottom, right] as const } : { autoPad }),
  };
}

function withBias(node: NodeReader, y: Value): Value {
  if (!node.has(2)) return y;
  return add(y, reshape(node.float(2), [y.shape[1]!, 1, 1]), node.name);
}

function convolution(node: NodeReader): Result {
  const [x, w] = [node.float(0), node.float(1)];
  const window = windowOf(node, x.shape.length - 2);
  const options = { ...window, groups: node.integer("group", 1), label: node.name };
  return asBefore(withBias(node, conv2d(asImage(x), asImage(w), options)), x);
}

function transposed(node: NodeReader): Result {
  const [x, w] = [node.float(0), node.float(1)];
  const numAxes = x.shape.length - 2;
  const stated = node.integers("output_shape");
  const window = stated ? ofOutput(node, x, w, stated.slice(-numAxes)) : { ...windowOf(node, numAxes), more: [0, 0] };
  const { more, ...options } = window;
  const outputPadding = stated
    ? two(more, 0)
    : two(node.integers("output_padding") ?? new Array<number>(numAxes).fill(0), 0);
  const y = convTranspose2d(asImage(x), asImage(w), {
    ...options,
    ...(outputPadding.some((n) => n > 0) ? { outputPadding } : {}),
    groups: node.integer("group", 1),
    label: node.name,
  });
  return asBefore(withBias(node, y), x);
}

/** The paddings with which the transposed convolution gives images of the stated sizes; what is missing is added after. */
function ofOutput(
  node: NodeReader,
  x: Value,
  w: Value,
  sizes: readonly number[],
): WindowOptions & { readonly more: readonly number[] } {
  const ones = sizes.map(() => 1);
  const strides = node.integers("strides") ?? ones;
  const dilations = node.integers("dilations") ?? ones;
  const extra = node.integers("output_padding") ?? sizes.map(() => 0);
  const totals = sizes.map((size, i) => {
    const whole = (x.shape[2 + i]! - 1) * strides[i]! + (w.shape[2 + i]! - 1) * dilations[i]! + 1;
    return whole + extra[i]! - size;
  });
  const isUpper = node.text("auto_pad", "NOTSET") === "SAME_UPPER";
  const halves = totals.map((total) => Math.floor(Math.max(0, total) / 2));
  const rests = totals.map((total, i) => Math.max(0, total) - halves[i]!);
  const [before, after] = isUpper ? [halves, rests] : [rests, halves];
  return {
    stride: two(strides, 1),
    dilation: two(dilations, 1),
    padding: [...two(before, 0), ...two(after, 0)] as unknown as readonly [number, number, number, number],
    more: totals.map((total, i) => (total < 0 ? -total : 0) + extra[i]!),
  };
}

function pool(node: NodeReader, of: (x: Value, options: Parameters<typeof maxPool>[1]) => Value): Result {
  if (node.numOutputs > 1) throw unsupported("the output of indices is not supported");
  const x = node.float(0);
  const size = two(node.integers("kernel_shape") ?? [], 1);
  // How many elements a window has is a constant of the graph, for every place.
  if (sizeOf(x.shape.slice(2)) > largestImage)
    throw new Error(`images must have at most ${largestImage} places, got ${sizeOf(x.shape.slice(2))}`);
  const ceilMode = node.integer("ceil_mode", 0) !== 0;
  return asBefore(of(asImage(x), { ...windowOf(node, x.shape.length - 2), size, ceilMode, label: node.name }), x);
}

/** (Σ |x|^p)^(1/p) over windows: the sum is a convolution of every channel with ones. */
function lengthPool(node: NodeReader): Result {
  const x = node.float(0);
  const p = known([node.integer("p", 2)], []);
  const image = asImage(x);
  const [b, c, h, w] = image.shape as [number, number, number, number];
  const size = two(node.integers("kernel_shape") ?? [], 1);
  const window = windowOf(node, x.shape.length - 2);
  const powers = reshape(pow(abs(image), p), [b * c, 1, h, w]);
  const padding = node.integer("ceil_mode", 0) === 0 ? {} : { padding: ceiled(window, [h, w], size) };
  const ones = known([...new Array<number>(size[0] * size[1]).fill(1)], [1, 1, ...size]);
  const sums = conv2d(powers, ones, { ...window, ...padding, label: node.name });
  return asBefore(pow(reshape(sums, [b, c, ...sums.shape.slice(2)]), div(known([1], []), p)), x);
}

/** The paddings with what a last window that begins inside needs beyond the end. */
function ceiled({ padding, stride, dilation }: WindowOptions, image: readonly number[], size: readonly number[]) {
  const sides = [...(padding as readonly [number, number, number, number])] as [number, number, number, number];
  for (const axis of [0, 1] as const) {
    const [step, apart] = [(stride as readonly number[])[axis]!, (dilation as readonly number[])[axis]!];
    const free = image[axis]! + sides[axis]! + sides[axis + 2]! - ((size[axis]! - 1) * apart + 1);
    const last = Math.ceil(free / step) * step;
    if (last < image[axis]! + sides[axis]!) sides[axis + 2]! += last - free;
  }
  return sides;
}

const globalLength = (node: NodeReader): Result => {
  const x = node.float(0);
  const p = known([node.integer("p", 2)], []);
  const axes = x.shape.flatMap((_, axis) => (axis > 1 ? [axis] : []));
  return pow(reduceSum(pow(abs(x), p), { axes, keepDims: true }), div(known([1], []), p));
};

export const windows: Operators = {
  AveragePool: {
    attributes: [...windowAttributes, "ceil_mode", "count_include_pad"],
    read: (node) => {
      const countIncludePad = node.integer("count_include_pad", 0) !== 0;
      return pool(node, (x, options) => averagePool(x, { ...options, countIncludePad }));
    },
  },
  Conv: { attributes: [...windowAttributes, "group"], read: convolution },
  ConvTranspose: { attributes: [...windowAttributes, "group", "output_padding", "output_shape"], read: transposed },
  GlobalAveragePool: { read: (node) => globalAveragePool(node.float(0)) },
  GlobalLpPool: { attributes: ["p"], read: globalLength },
  GlobalMaxPool: { read: (node) => globalMaxPool(node.float(0)) },
  LpPool: { attributes: [...windowAttributes, "ceil_mode", "p"], read: lengthPool },
  MaxPool: { attributes: [...windowAttributes, "ceil_mode", "storage_order"], read: (node) => pool(node, maxPool) },
};
