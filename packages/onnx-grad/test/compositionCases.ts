/** One row per composition, as `cases.ts` has them for primitives. */
import fc from "fast-check";
import * as g from "../src/index.ts";
import { binary, broadcastPair, reductions, type Sample, shape, size, unary, withAxis } from "./cases.ts";

/** Linear where it is not constant: with a factor its second derivatives do not vanish. */
const timesInput = (f: (x: g.Value) => g.Value) => (x: g.Value) => g.mul(f(x), x);

const reduced = (f: (x: g.Value, options: g.ReduceOptions) => g.Value, domain: Sample["domain"]) =>
  reductions.map(({ s, axes, keepDims }): Sample => {
    return { shapes: [s], build: ([x]) => f(x!, { axes, keepDims }), domain };
  });

const alongAxis = (f: (x: g.Value, axis: number) => g.Value) =>
  withAxis.map(({ s, axis }): Sample => ({ shapes: [s], build: ([x]) => f(x!, axis), domain: "any" }));

const images = fc.record({
  batch: fc.integer({ min: 1, max: 2 }),
  groups: fc.integer({ min: 1, max: 2 }),
  perGroup: fc.integer({ min: 1, max: 2 }),
  spatial: fc.array(size, { minLength: 1, maxLength: 2 }),
  sizes: fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 })),
  coordinates: fc.constantFrom<g.Coordinates>("halfPixel", "asymmetric", "alignCorners"),
  rounding: fc.constantFrom<g.NearestRounding>("floor", "ceil", "preferFloor", "preferCeil"),
});

const resized = (
  resize: (x: g.Value, sizes: readonly number[], options: g.ResizeNearestOptions) => g.Value,
  rounds: boolean,
) =>
  images.map(({ batch, groups, spatial, sizes, coordinates, rounding }): Sample => {
    const options = rounds ? { coordinates, rounding } : { coordinates };
    return {
      shapes: [[batch, groups, ...spatial]],
      build: ([x]) => resize(x!, sizes.slice(0, spatial.length), options),
      domain: "any",
    };
  });

/** Shape [batch × channels × …] and one number per channel twice. */
const normalised = (f: (x: g.Value, groups: number, options: g.NormalisationOptions) => g.Value) =>
  images.map(({ batch, groups, perGroup, spatial }): Sample => {
    const channels = groups * perGroup;
    return {
      shapes: [[batch, channels, ...spatial, 2], [channels], [channels]],
      // With a large ε the derivatives stay as smooth as central differences ask for.
      build: ([x, scale, shift]) => f(x!, groups, { scale: scale!, shift: shift!, epsilon: 0.5 }),
      domain: "any",
    };
  });

const predictions = (f: (y: g.Value, t: g.Value) => g.Value, domain: Sample["domain"] = "any") =>
  shape.map((s): Sample => ({ shapes: [s, s], build: ([y, t]) => f(y!, t!), domain }));

const compared = (f: (a: g.Value, b: g.Value) => g.Value) => binary((a, b) => g.mul(f(a, b), a), "apart");
const truth = (x: g.Value): g.Value => g.greater(x, g.constant(0));

export const compositionCases: Readonly<Record<string, fc.Arbitrary<Sample>>> = {
  abs: unary(timesInput(g.abs), "apart"),
  neg: unary(g.neg),
  sign: unary(timesInput(g.sign), "apart"),
  reciprocal: unary(g.reciprocal, "positive"),
  minimum: binary(g.minimum, "apart"),
  clip: unary(
    timesInput((x) => g.clip(x, { low: -0.31, high: 0.42 })),
    "apart",
  ),
  expm1: unary(g.expm1),
  less: compared(g.less),
  greaterOrEqual: compared(g.greaterOrEqual),
  lessOrEqual: compared(g.lessOrEqual),
  notEqual: compared((a, b) => g.notEqual(truth(a), truth(b))),
  logic: compared((a, b) => g.logicalOr(g.logicalAnd(truth(a), truth(b)), g.logicalNot(truth(a)))),
  leakyRelu: unary(
    timesInput((x) => g.leakyRelu(x, 0.2)),
    "apart",
  ),
  prelu: broadcastPair.map(([a, b]) => ({
    shapes: [a!, b!],
    build: ([x, slopes]) => g.prelu(x!, slopes!),
    domain: "apart",
  })),
  elu: unary((x) => g.elu(x, 0.7), "apart"),
  selu: unary(g.selu, "apart"),
  softplus: unary(g.softplus),
  gelu: unary(g.gelu),
  geluTanh: unary((x) => g.gelu(x, { approximate: "tanh" })),
  silu: unary(g.silu),
  hardSigmoid: unary((x) => g.hardSigmoid(x, { alpha: 0.9, beta: 0.51 }), "apart"),
  hardSwish: unary((x) => g.hardSwish(g.mul(x, g.constant(4.01))), "apart"),
  softmaxOverAxis: alongAxis((x, axis) => g.softmax(x, { axis })),
  logSoftmaxOverAxis: alongAxis((x, axis) => g.logSoftmax(x, { axis })),
  logSumExp: reduced(g.logSumExp, "any"),
  reduceMin: reduced(g.reduceMin, "apart"),
  reduceProduct: reduced(g.reduceProduct, "any"),
  l1Norm: reduced(g.l1Norm, "apart"),
  l2Norm: reduced(g.l2Norm, "apart"),
  split: withAxis.map(({ s, axis }) => ({
    shapes: [s],
    build: ([x]) => {
      const pieces = g.split(x!, s[axis] === 1 ? [1] : [1, s[axis]! - 1], axis);
      return g.concat([...pieces].reverse(), axis);
    },
    domain: "any",
  })),
  tile: withAxis.map(({ s }) => ({
    shapes: [s],
    build: ([x]) =>
      g.tile(
        x!,
        s.map((_, i) => 1 + (i % 2)),
      ),
    domain: "any",
  })),
  repeat: withAxis.map(({ s }) => ({
    shapes: [s],
    build: ([x]) =>
      g.repeat(
        x!,
        s.map((_, i) => 2 - (i % 2)),
      ),
    domain: "any",
  })),
  layerNorm: shape.chain((s) =>
    fc
      .subarray(
        [...s, 2].map((_, axis) => axis),
        { minLength: 1 },
      )
      .map((axes) => ({
        shapes: [[...s, 2], [2], []],
        build: ([x, scale, shift]: readonly g.Value[]) =>
          g.layerNorm(x!, { axes, scale: scale!, shift: shift!, epsilon: 0.5 }),
        domain: "any" as const,
      })),
  ),
  groupNorm: normalised(g.groupNorm),
  instanceNorm: normalised((x, _, options) => g.instanceNorm(x, options)),
  resizeNearest: resized(g.resizeNearest, true),
  resizeLinear: resized(g.resizeLinear, false),
  gemm: fc.tuple(size, size, size, fc.boolean()).map(([m, k, n, whole]) => ({
    shapes: [[k, m], [k, n], whole ? [m, n] : [n]],
    build: ([a, b, c]) => g.gemm(a!, b!, c, { transposeA: true, alpha: 0.5, beta: -2 }),
    domain: "any",
  })),
  softmaxCrossEntropy: fc.array(size, { maxLength: 2 }).map((s) => ({
    shapes: [[...s, 3]],
    build: ([logits]) =>
      g.softmaxCrossEntropy(
        logits!,
        g.constant(
          Array.from({ length: g.sizeOf(s) }, (_, i) => i % 3),
          s,
          "int32",
        ),
      ),
    domain: "any",
  })),
  binaryCrossEntropyWithLogits: predictions(g.binaryCrossEntropyWithLogits),
  meanSquaredError: predictions(g.meanSquaredError),
  meanAbsoluteError: predictions((y, t) => g.mul(g.meanAbsoluteError(y, t), g.meanAbsoluteError(t, y)), "apart"),
  huberLoss: predictions((y, t) => g.huberLoss(y, t, 0.513), "apart"),
};
