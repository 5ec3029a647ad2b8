/** The meaning of each primitive in plain loops: the oracle of every lowering. */
import { rangeError } from "../graph/errors.ts";
import type { Node, PerOp, Value } from "../graph/value.ts";
import { sizeOf } from "../graph/value.ts";
import { broadcastStrides, type FloatArray, offsets, type Precision, stridesOf, zeros } from "./arrays.ts";
import { convolve, convolveInputGradient, convolveWeightGradient } from "./convolutionKernels.ts";
import { errorFunction } from "./errorFunction.ts";
import { accumulate, addSlices, firstLargest, gatherSlices, joined } from "./indexingKernels.ts";
import { multiply } from "./matmulKernel.ts";
import {
  averagePoolAdjointInto,
  averagePoolInto,
  gatherPlane,
  maxPoolPositions,
  scatterPlane,
} from "./poolingKernels.ts";

type Kernel = readonly [inputs: readonly FloatArray[], precision: Precision];

function elementwise(f: (x: number) => number) {
  return (value: Value, [x]: readonly FloatArray[], precision: Precision): FloatArray => {
    const out = zeros(precision, sizeOf(value.shape));
    for (let i = 0; i < out.length; i++) out[i] = f(x![i]!);
    return out;
  };
}

/** Where each element of `value` reads its input `i`, stretched to the shape of `value`. */
const stretched = (value: Value, i: number): Int32Array =>
  offsets(value.shape, broadcastStrides(value.inputs[i]!.shape, value.shape));

function broadcasting(f: (a: number, b: number) => number) {
  return (value: Value, [a, b]: readonly FloatArray[], precision: Precision): FloatArray => {
    const out = zeros(precision, sizeOf(value.shape));
    const [atA, atB] = [stretched(value, 0), stretched(value, 1)];
    for (let i = 0; i < out.length; i++) out[i] = f(a![atA[i]!]!, b![atB[i]!]!);
    return out;
  };
}

function choose(value: Value, [condition, a, b]: readonly FloatArray[], precision: Precision): FloatArray {
  const out = zeros(precision, sizeOf(value.shape));
  const [atCondition, atA, atB] = [stretched(value, 0), stretched(value, 1), stretched(value, 2)];
  for (let i = 0; i < out.length; i++) out[i] = condition![atCondition[i]!] !== 0 ? a![atA[i]!]! : b![atB[i]!]!;
  return out;
}

function reducing(start: number, f: (sum: number, x: number) => number) {
  return (
    value: Node<"reduceSum"> | Node<"reduceMax">,
    [x]: readonly FloatArray[],
    precision: Precision,
  ): FloatArray => {
    const { shape } = value.inputs[0]!;
    const kept = shape.map((size, axis) => (value.attributes.axes.includes(axis) ? 1 : size));
    // Accumulated in float64 and rounded once, in either precision.
    const sums = new Float64Array(sizeOf(kept)).fill(start);
    const at = offsets(shape, broadcastStrides(kept, shape));
    for (let i = 0; i < at.length; i++) sums[at[i]!] = f(sums[at[i]!]!, x![i]!);
    return precision === "float64" ? sums : Float32Array.from(sums);
  };
}

/** Reads the element of `x` at each offset. */
function read(x: FloatArray, at: Int32Array, precision: Precision): FloatArray {
  const out = zeros(precision, at.length);
  for (let i = 0; i < out.length; i++) out[i] = x[at[i]!]!;
  return out;
}

function overRows(f: (row: Float64Array) => void) {
  return (value: Value, [x]: readonly FloatArray[], precision: Precision): FloatArray => {
    const out = zeros(precision, x!.length);
    const width = value.shape[value.shape.length - 1]!;
    for (let start = 0; start < out.length; start += width) {
      const row = Float64Array.from(x!.subarray(start, start + width));
      f(row);
      out.set(row, start);
    }
    return out;
  };
}

function logSoftmaxRow(row: Float64Array): void {
  const largest = row.reduce((a, b) => Math.max(a, b), -Infinity);
  let sum = 0;
  for (const x of row) sum += Math.exp(x - largest);
  // The differences first: log Σ would be lost beside a largest element of 1e38.
  const rest = Math.log(sum);
  for (let i = 0; i < row.length; i++) row[i] = row[i]! - largest - rest;
}

function softmaxRow(row: Float64Array): void {
  logSoftmaxRow(row);
  for (let i = 0; i < row.length; i++) row[i] = Math.exp(row[i]!);
}

/** Of two nearest integers the even one. */
function roundHalfToEven(x: number): number {
  const below = Math.floor(x);
  if (x - below !== 0.5) return Math.round(x);
  return below % 2 === 0 ? below : below + 1;
}

const same = (_: Value, [x]: readonly FloatArray[]): FloatArray => x!;

export const kernels: PerOp<FloatArray, Kernel> = {
  input: ({ attributes: { name } }) => {
    throw new Error(`evaluate: input "${name}" has no value`);
  },
  constant: ({ attributes: { data } }, _, precision) =>
    precision === "float64" ? Float64Array.from(data) : Float32Array.from(data),
  add: broadcasting((a, b) => a + b),
  sub: broadcasting((a, b) => a - b),
  mul: broadcasting((a, b) => a * b),
  div: broadcasting((a, b) => a / b),
  greater: broadcasting((a, b) => (a > b ? 1 : 0)),
  equal: broadcasting((a, b) => (a === b ? 1 : 0)),
  maximum: broadcasting(Math.max),
  // JavaScript's 1^NaN is NaN, IEEE 754's and everybody else's is 1.
  pow: broadcasting((a, b) => (a === 1 ? 1 : a ** b)),
  where: choose,
  exp: elementwise(Math.exp),
  log: elementwise(Math.log),
  sqrt: elementwise(Math.sqrt),
  relu: elementwise((x) => Math.max(x, 0)),
  tanh: elementwise(Math.tanh),
  sigmoid: elementwise((x) => 1 / (1 + Math.exp(-x))),
  sin: elementwise(Math.sin),
  cos: elementwise(Math.cos),
  erf: elementwise(errorFunction),
  floor: elementwise(Math.floor),
  round: elementwise(roundHalfToEven),
  cast: ({ dtype }, [x], precision) =>
    dtype === "int32" ? x!.map(Math.trunc) : precision === "float64" ? x! : Float32Array.from(x!),
  softmax: overRows(softmaxRow),
  logSoftmax: overRows(logSoftmaxRow),
  matmul: multiply,
  conv2d: convolve,
  conv2dInputGradient: convolveInputGradient,
  conv2dWeightGradient: convolveWeightGradient,
  maxPoolIndices: maxPoolPositions,
  poolGather: gatherPlane,
  poolScatter: scatterPlane,
  averagePool: averagePoolInto,
  averagePoolGradient: averagePoolAdjointInto,
  reduceSum: reducing(0, (sum, x) => sum + x),
  reduceMax: reducing(-Infinity, Math.max),
  cumulativeSum: accumulate,
  argMax: firstLargest,
  broadcastTo: (value, [x], precision) => read(x!, stretched(value, 0), precision),
  stopGradient: same,
  reshape: same,
  transpose: (value, [x], precision) => {
    const strides = stridesOf(value.inputs[0]!.shape);
    return read(
      x!,
      offsets(
        value.shape,
        value.attributes.permutation.map((axis) => strides[axis]!),
      ),
      precision,
    );
  },
  slice: (value, [x], precision) => {
    const strides = stridesOf(value.inputs[0]!.shape);
    const start = value.attributes.starts.reduce((sum, at, axis) => sum + at * strides[axis]!, 0);
    return read(x!, offsets(value.shape, strides, start), precision);
  },
  pad: (value, [x], precision) => {
    const strides = stridesOf(value.shape);
    const start = value.attributes.before.reduce((sum, at, axis) => sum + at * strides[axis]!, 0);
    const at = offsets(value.inputs[0]!.shape, strides, start);
    const out = zeros(precision, sizeOf(value.shape));
    for (let i = 0; i < at.length; i++) out[at[i]!] = x![i]!;
    return out;
  },
  concat: joined,
  gather: gatherSlices,
  scatterAdd: addSlices,
  oneHot: (value, [labels], precision) => {
    const depth = value.shape[value.shape.length - 1]!;
    const out = zeros(precision, sizeOf(value.shape));
    labels!.forEach((label, i) => {
      if (label >= 0 && label < depth) out[i * depth + label] = 1;
    });
    return out;
  },
  pick: (value, [x, labels], precision) => {
    const { shape } = value.inputs[0]!;
    const numClasses = shape[shape.length - 1]!;
    const at = Int32Array.from(labels!, (label, row) => {
      if (label >= 0 && label < numClasses) return row * numClasses + label;
      throw rangeError("evaluate", "labels", `must be in 0 … ${numClasses - 1}`, label);
    });
    return read(x!, at, precision);
  },
  scan: () => {
    throw new Error("evaluate: the values of a loop are computed together only");
  },
};
