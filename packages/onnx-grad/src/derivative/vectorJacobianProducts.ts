/**
 * The derivative of each primitive, written in primitives.
 *
 * `table[op](y, dy, wanted)` gives for each input x of y the product ⟨dy, ∂y/∂x⟩, or undefined where there is none
 * (integer inputs, piecewise constant functions) or where `wanted` is false.
 */
import type { PerOp, Value } from "../graph/value.ts";
import { convolve, inputGradient, weightGradient } from "../ops/convolution.ts";
import { add, cos, div, equal, exp, greater, log, mul, pow, sigmoid, sin, sub, where } from "../ops/elementwise.ts";
import { gather, scatterAdd } from "../ops/indexing.ts";
import { broadcastTo, pad, reshape, slice, transpose } from "../ops/layout.ts";
import { constant } from "../ops/leaves.ts";
import { matmul } from "../ops/matmul.ts";
import { averagePool, averagePoolGradient, poolGather, poolScatter } from "../ops/pooling.ts";
import { cumulativeSum, oneHot, pick, reduceSum } from "../ops/reductions.ts";
import { softmax } from "../ops/softmax.ts";

import { moved, over, summedTo, times } from "./maskedAdjoints.ts";

type Products = readonly (Value | undefined)[];

const one = constant(1);
const zero = constant(0);
const minusOne = constant(-1);
const half = constant(0.5);
const none = (): Products => [];

/** A reduced value with the reduced axes back at size 1. */
function keepReduced(y: Value, x: Value, axes: readonly number[]): Value {
  return reshape(
    y,
    x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)),
  );
}

export const vectorJacobianProducts: PerOp<Products, [dy: Value, wanted: readonly boolean[]]> = {
  input: none,
  constant: none,
  add: ({ inputs: [a, b] }, dy, wanted) => [
    wanted[0] ? summedTo(dy, a!.shape) : undefined,
    wanted[1] ? summedTo(dy, b!.shape) : undefined,
  ],
  sub: ({ inputs: [a, b] }, dy, wanted) => [
    wanted[0] ? summedTo(dy, a!.shape) : undefined,
    wanted[1] ? times(summedTo(dy, b!.shape), minusOne) : undefined,
  ],
  mul: ({ inputs: [a, b] }, dy, wanted) => [
    wanted[0] ? summedTo(times(dy, b!), a!.shape) : undefined,
    wanted[1] ? summedTo(times(dy, a!), b!.shape) : undefined,
  ],
  div: (y, dy, wanted) => {
    const [a, b] = y.inputs;
    const quotient = over(dy, b!);
    return [
      wanted[0] ? summedTo(quotient, a!.shape) : undefined,
      wanted[1] ? times(summedTo(times(quotient, y), b!.shape), minusOne) : undefined,
    ];
  },
  greater: none,
  equal: none,
  // [a > b], and half of each derivative where neither is larger.
  maximum: ({ inputs: [a, b] }, dy, wanted) => {
    const lead = mul(sub(greater(a!, b!), greater(b!, a!)), half);
    return [
      wanted[0] ? summedTo(times(dy, add(half, lead)), a!.shape) : undefined,
      wanted[1] ? summedTo(times(dy, sub(half, lead)), b!.shape) : undefined,
    ];
  },
  pow: (y, dy, wanted) => {
    const [a, b] = y.inputs as [Value, Value];
    const slope = (): Value => where(equal(b, zero), zero, mul(b, pow(a, sub(b, one))));
    const logarithm = (): Value => log(where(equal(a, zero), one, a));
    return [
      wanted[0] ? summedTo(times(dy, slope()), a.shape) : undefined,
      wanted[1] ? summedTo(times(dy, mul(y, logarithm())), b.shape) : undefined,
    ];
  },
  where: ({ inputs: [condition, a, b] }, dy, wanted) => [
    undefined,
    wanted[1] ? summedTo(where(condition!, dy, zero), a!.shape) : undefined,
    wanted[2] ? summedTo(where(condition!, zero, dy), b!.shape) : undefined,
  ],
  exp: (y, dy) => [times(dy, y)],
  log: ({ inputs: [x] }, dy) => [over(dy, x!)],
  sqrt: (y, dy) => [over(times(dy, half), y)],
  relu: ({ inputs: [x] }, dy) => [times(dy, greater(x!, zero))],
  tanh: (y, dy) => [times(dy, sub(one, mul(y, y)))],
  // y·(1 − y) with 1 − y = σ(−x), which does not cancel where y is near 1.
  sigmoid: (y, dy) => [times(dy, mul(y, sigmoid(mul(y.inputs[0]!, minusOne))))],
  sin: ({ inputs: [x] }, dy) => [times(dy, cos(x!))],
  cos: ({ inputs: [x] }, dy) => [times(times(dy, sin(x!)), minusOne)],
  erf: ({ inputs: [x] }, dy) => [times(times(dy, exp(mul(mul(x!, x!), minusOne))), constant(2 / Math.sqrt(Math.PI)))],
  floor: none,
  round: none,
  cast: none,
  softmax: (y, dy) => [mul(y, sub(dy, reduceSum(mul(dy, y), { axes: [-1], keepDims: true })))],
  logSoftmax: ({ inputs: [x] }, dy) => [sub(dy, mul(softmax(x!), reduceSum(dy, { axes: [-1], keepDims: true })))],
  matmul: ({ inputs: [a, b], attributes: { transposeA, transposeB } }, dy, wanted) => [
    // With A' the matrix used (A or Aᵀ): dA' = dy B'ᵀ, dB' = A'ᵀ dy; transposed once more where A is used as Aᵀ.
    wanted[0]
      ? summedTo(
          transposeA
            ? matmul(b!, dy, { transposeA: transposeB, transposeB: true })
            : matmul(dy, b!, { transposeB: !transposeB }),
          a!.shape,
        )
      : undefined,
    wanted[1]
      ? summedTo(
          transposeB
            ? matmul(dy, a!, { transposeA: true, transposeB: transposeA })
            : matmul(a!, dy, { transposeA: !transposeA }),
          b!.shape,
        )
      : undefined,
  ],
  conv2d: ({ inputs: [x, w], attributes }, dy, wanted) => [
    wanted[0] ? inputGradient(dy, w!, x!.shape, attributes) : undefined,
    wanted[1] ? weightGradient(x!, dy, w!.shape, attributes) : undefined,
  ],
  conv2dInputGradient: ({ inputs: [y, w], attributes }, dx, wanted) => [
    wanted[0] ? convolve(dx, w!, attributes) : undefined,
    wanted[1] ? weightGradient(dx, y!, w!.shape, attributes) : undefined,
  ],
  conv2dWeightGradient: ({ inputs: [x, y], attributes }, dw, wanted) => [
    wanted[0] ? inputGradient(y!, dw, x!.shape, attributes) : undefined,
    wanted[1] ? convolve(x!, dw, attributes) : undefined,
  ],
  maxPoolIndices: none,
  poolGather: ({ inputs: [x, indices], attributes }, dy) => [poolScatter(dy, indices!, x!.shape, attributes)],
  poolScatter: ({ inputs: [, indices], attributes }, dx) => [poolGather(dx, indices!, attributes)],
  averagePool: ({ inputs: [x], attributes }, dy) => [averagePoolGradient(dy, x!.shape, attributes)],
  averagePoolGradient: ({ attributes }, dx) => [averagePool(dx, attributes)],
  reduceSum: ({ inputs: [x], attributes: { axes } }, dy) => [
    moved(dy, (part) => broadcastTo(keepReduced(part, x!, axes), x!.shape)),
  ],
  reduceMax: (y, dy) => {
    const x = y.inputs[0]!;
    const { axes } = y.attributes;
    const isMaximum = sub(one, greater(keepReduced(y, x, axes), x));
    const ties = reduceSum(isMaximum, { axes, keepDims: true });
    return [mul(isMaximum, div(keepReduced(dy, x, axes), ties))];
  },
  cumulativeSum: ({ attributes: { axis, reverse, exclusive } }, dy) => [
    cumulativeSum(dy, { axis, reverse: !reverse, exclusive }),
  ],
  argMax: none,
  broadcastTo: ({ inputs: [x] }, dy) => [summedTo(dy, x!.shape)],
  stopGradient: none,
  reshape: ({ inputs: [x] }, dy) => [moved(dy, (part) => reshape(part, x!.shape))],
  transpose: ({ attributes: { permutation } }, dy) => {
    const inverse = permutation.map((_, axis) => permutation.indexOf(axis));
    return [moved(dy, (part) => transpose(part, inverse))];
  },
  slice: ({ inputs: [x], shape, attributes: { starts } }, dy) => {
    const after = x!.shape.map((size, axis) => size - starts[axis]! - shape[axis]!);
    return [moved(dy, (part) => pad(part, starts, after))];
  },
  pad: ({ inputs: [x], attributes: { before } }, dy) => [moved(dy, (part) => slice(part, before, x!.shape))],
  concat: ({ inputs, attributes: { axis } }, dy, wanted) => {
    let end = 0;
    return inputs.map((x, i) => {
      const start = end;
      end += x.shape[axis]!;
      const starts = x.shape.map((_, at) => (at === axis ? start : 0));
      return wanted[i] ? moved(dy, (part) => slice(part, starts, x.shape)) : undefined;
    });
  },
  gather: ({ inputs: [x, indices], attributes: { axis } }, dy) => [scatterAdd(dy, indices!, axis, x!.shape[axis]!)],
  scatterAdd: ({ inputs: [, indices], attributes: { axis } }, dx) => [gather(dx, indices!, axis)],
  oneHot: none,
  pick: ({ inputs: [x, labels] }, dy) => {
    // 0, and the error of a label outside, which `oneHot` has not.
    const inRange = pick(broadcastTo(zero, x!.shape), labels!);
    return [mul(oneHot(labels!, x!.shape[x!.shape.length - 1]!), add(dy, inRange))];
  },
  scan: () => {
    throw new Error("gradients: the values of a loop have a derivative together only");
  },
};
