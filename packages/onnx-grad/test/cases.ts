/** One row per primitive: random shapes and attributes, and inputs away from the points where it is not smooth. */
import fc from "fast-check";
import * as g from "../src/index.ts";
import { convolve, inputGradient, weightGradient } from "../src/ops/convolution.ts";

/** A scalar-free expression of one primitive over inputs of given shapes. */
export interface Sample {
  readonly shapes: readonly (readonly number[])[];
  readonly build: (inputs: readonly g.Value[]) => g.Value;
  /** Where the inputs lie: 'any' in ±2, 'positive' in [0.5, 2], 'apart': all distinct by at least 1e-2 and that far from 0. */
  readonly domain: "any" | "positive" | "apart";
}

export const size = fc.integer({ min: 1, max: 4 });
export const shape = fc.array(size, { minLength: 0, maxLength: 3 });

/** Two shapes that broadcast: a common shape with axes of each dropped from the front or set to 1. */
export const broadcastPair = fc
  .tuple(
    fc.array(size, { minLength: 0, maxLength: 3 }),
    fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 3, maxLength: 3 }),
    fc.nat(2),
  )
  .map(([common, choice, drop]) => {
    const a = common.map((n, axis) => (choice[axis] === 1 ? 1 : n));
    const b = common.map((n, axis) => (choice[axis] === 2 ? 1 : n));
    return drop === 0 ? [a, b] : drop === 1 ? [a.slice(1), b] : [a, b.slice(1)];
  });

export function unary(f: (x: g.Value) => g.Value, domain: Sample["domain"] = "any"): fc.Arbitrary<Sample> {
  return shape.map((s) => ({ shapes: [s], build: ([x]) => f(x!), domain }));
}

export function binary(f: (a: g.Value, b: g.Value) => g.Value, domain: Sample["domain"] = "any"): fc.Arbitrary<Sample> {
  return broadcastPair.map((shapes) => ({ shapes, build: ([a, b]) => f(a!, b!), domain }));
}

/** Values of `apart` moved off the integers and halves. */
const offKinks = (x: g.Value): g.Value => g.add(x, g.constant(0.013));

/** An axis of a shape. */
export const withAxis = fc
  .array(size, { minLength: 1, maxLength: 3 })
  .chain((s) =>
    fc.record({ s: fc.constant(s), axis: fc.nat(s.length - 1), flags: fc.tuple(fc.boolean(), fc.boolean()) }),
  );

/** Constant indices of up to two axes into an axis of a shape, equal ones among them. */
const indexed = withAxis.chain(({ s, axis }) =>
  fc
    .tuple(fc.array(size, { maxLength: 2 }), fc.array(fc.nat(s[axis]! - 1), { minLength: 16, maxLength: 16 }))
    .map(([at, numbers]) => ({ s, axis, indices: g.constant(numbers.slice(0, g.sizeOf(at)), at, "int32") })),
);

const matrices = fc.record({
  m: size,
  k: size,
  n: size,
  transposeA: fc.boolean(),
  transposeB: fc.boolean(),
  batched: fc.boolean(),
});

const windows = fc.record({
  batch: fc.integer({ min: 1, max: 2 }),
  channels: fc.integer({ min: 1, max: 3 }),
  filters: fc.integer({ min: 1, max: 3 }),
  kernel: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
  stride: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
  padding: fc.tuple(fc.nat(1), fc.nat(1), fc.nat(1), fc.nat(1)),
  dilation: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
  groups: fc.integer({ min: 1, max: 2 }),
  batchLast: fc.boolean(),
  extra: fc.tuple(fc.nat(3), fc.nat(3)),
});

/** Rows and columns that a window fits in. */
const imageOf = ({ kernel, dilation, extra }: { kernel: number[]; dilation: number[]; extra: number[] }): number[] =>
  kernel.map((n, axis) => (n - 1) * dilation[axis]! + 1 + extra[axis]!);

const convolutions = windows.map((drawn) => {
  const w = { ...drawn, groups: drawn.batchLast ? 1 : drawn.groups };
  const image = [w.channels * w.groups, ...imageOf(w)];
  const x = w.batchLast ? [...image, w.batch] : [w.batch, ...image];
  const kernel = [w.filters * w.groups, w.channels, ...w.kernel];
  const { stride, padding, dilation, groups, batchLast } = w;
  const window = { stride, padding, dilation, groups, batchLast };
  return { x, kernel, y: convolve(g.input("x", x), g.input("w", kernel), window).shape, window };
});

const pools = fc.tuple(windows, fc.boolean(), fc.boolean()).map(([w, ceilMode, countIncludePad]) => {
  const padding = w.padding.map((n, side) => Math.min(n, w.kernel[side % 2]! - 1)) as typeof w.padding;
  // Ceil mode can make the padding of a dilated window too large.
  const options = {
    size: w.kernel,
    stride: w.stride,
    padding,
    ...(ceilMode ? { ceilMode } : { dilation: w.dilation }),
  };
  return { x: [w.batch, w.channels, ...imageOf(w)], options, average: { ...options, countIncludePad } };
});

export const reductions = shape.chain((s) =>
  fc.record({ s: fc.constant(s), axes: fc.subarray(s.map((_, axis) => axis)), keepDims: fc.boolean() }),
);

export const cases: Readonly<Record<string, fc.Arbitrary<Sample>>> = {
  add: binary(g.add),
  sub: binary(g.sub),
  mul: binary(g.mul),
  div: binary(g.div, "positive"),
  greater: binary((a, b) => g.mul(g.greater(a, b), a), "apart"),
  equal: binary((a, b) => g.mul(g.equal(g.floor(offKinks(a)), g.floor(offKinks(b))), a), "apart"),
  maximum: binary(g.maximum, "apart"),
  pow: binary(g.pow, "positive"),
  where: broadcastPair.map(([a, b]) => ({
    shapes: [a!, b!],
    build: ([p, q]) => g.where(g.greater(p!, q!), g.mul(p!, p!), q!),
    domain: "apart",
  })),
  exp: unary(g.exp),
  log: unary(g.log, "positive"),
  sqrt: unary(g.sqrt, "positive"),
  relu: unary((x) => g.mul(g.relu(x), x), "apart"),
  tanh: unary(g.tanh),
  sigmoid: unary(g.sigmoid),
  sin: unary(g.sin),
  cos: unary(g.cos),
  erf: unary(g.erf),
  floor: unary((x) => g.mul(g.floor(offKinks(x)), x), "apart"),
  round: unary((x) => g.mul(g.round(offKinks(x)), x), "apart"),
  cast: unary((x) => g.mul(g.cast(g.cast(x, "int32"), "float32"), x), "any"),
  softmax: fc.tuple(size, size).map((s) => ({ shapes: [s], build: ([x]) => g.softmax(x!), domain: "any" })),
  logSoftmax: fc.tuple(size, size).map((s) => ({ shapes: [s], build: ([x]) => g.logSoftmax(x!), domain: "any" })),
  matmul: matrices.map(({ m, k, n, transposeA, transposeB, batched }) => {
    const leading = batched ? [2] : [];
    const a = [...leading, ...(transposeA ? [k, m] : [m, k])];
    const b = [...leading, ...(transposeB ? [n, k] : [k, n])];
    return { shapes: [a, b], build: ([p, q]) => g.matmul(p!, q!, { transposeA, transposeB }), domain: "any" };
  }),
  matmulOfAnyRanks: fc
    .tuple(matrices, broadcastPair)
    .map(([{ m, k, n, transposeA, transposeB, batched }, [leadA, leadB]]): Sample => {
      const a = [...leadA!, ...(transposeA ? [k, m] : [m, k])];
      const b = [...leadB!, ...(transposeB ? [n, k] : [k, n])];
      // A vector in the place of a matrix without leading axes.
      const shapes = [batched && leadA!.length === 0 ? [k] : a, batched && leadB!.length === 0 ? [k] : b];
      return { shapes, build: ([p, q]) => g.matmul(p!, q!, { transposeA, transposeB }), domain: "any" };
    }),
  conv2d: convolutions.map(({ x, kernel, window }) => ({
    shapes: [x, kernel],
    build: ([a, b]) => convolve(a!, b!, window),
    domain: "any",
  })),
  conv2dInputGradient: convolutions.map(({ x, kernel, y, window }) => ({
    shapes: [y, kernel],
    build: ([a, b]) => inputGradient(a!, b!, x, window),
    domain: "any",
  })),
  conv2dWeightGradient: convolutions.map(({ x, kernel, y, window }) => ({
    shapes: [x, y],
    build: ([a, b]) => weightGradient(a!, b!, kernel, window),
    domain: "any",
  })),
  maxPool: pools.map(({ x, options }) => ({
    shapes: [x],
    build: ([a]) => g.mul(g.maxPool(a!, options), g.maxPool(a!, options)),
    domain: "apart",
  })),
  averagePool: pools.map(({ x, average }) => ({
    shapes: [x],
    build: ([a]) => g.averagePool(a!, average),
    domain: "any",
  })),
  averagePoolGradient: pools.map(({ x, average }) => ({
    shapes: [g.averagePool(g.input("x", x), average).shape],
    build: ([dy]) => g.averagePoolGradient(dy!, x, average),
    domain: "any",
  })),
  reduceSum: reductions.map(({ s, axes, keepDims }) => ({
    shapes: [s],
    build: ([x]) => g.reduceSum(x!, { axes, keepDims }),
    domain: "any",
  })),
  reduceMax: reductions.map(({ s, axes, keepDims }) => ({
    shapes: [s],
    build: ([x]) => g.mul(g.reduceMax(x!, { axes, keepDims }), g.reduceMax(x!, { axes, keepDims })),
    domain: "apart",
  })),
  cumulativeSum: withAxis.map(({ s, axis, flags: [reverse, exclusive] }) => ({
    shapes: [s],
    build: ([x]) => g.cumulativeSum(x!, { axis, reverse, exclusive }),
    domain: "any",
  })),
  argMax: withAxis.map(({ s, axis, flags: [keepDims] }) => ({
    shapes: [s],
    build: ([x]) => g.mul(g.cast(g.argMax(x!, { axis, keepDims }), "float32"), g.reduceSum(x!)),
    domain: "apart",
  })),
  broadcastTo: broadcastPair.map(([a, b]) => ({
    shapes: [b!],
    build: ([x]) => g.broadcastTo(x!, g.add(g.input("a", a!), g.input("b", b!)).shape),
    domain: "any",
  })),
  reshape: shape.map((s) => ({ shapes: [s], build: ([x]) => g.reshape(x!, [-1]), domain: "any" })),
  transpose: shape.chain((s) =>
    fc
      .shuffledSubarray(
        s.map((_, axis) => axis),
        { minLength: s.length },
      )
      .map((permutation) => ({
        shapes: [s],
        build: ([x]: readonly g.Value[]) => g.transpose(x!, permutation),
        domain: "any" as const,
      })),
  ),
  slice: shape.chain((s) =>
    fc.tuple(...s.map((n) => fc.integer({ min: 0, max: n - 1 }))).map((starts: number[]) => ({
      shapes: [s],
      build: ([x]: readonly g.Value[]) =>
        g.slice(
          x!,
          starts,
          s.map((n, axis) => n - starts[axis]!),
        ),
      domain: "any" as const,
    })),
  ),
  concat: withAxis.chain(({ s, axis }) =>
    fc.array(size, { minLength: 1, maxLength: 3 }).map((sizes) => ({
      shapes: sizes.map((n) => s.map((other, i) => (i === axis ? n : other))),
      build: (parts: readonly g.Value[]) => g.concat(parts, axis),
      domain: "any" as const,
    })),
  ),
  gather: indexed.map(({ s, axis, indices }) => ({
    shapes: [s],
    build: ([x]) => g.gather(x!, indices, axis),
    domain: "any",
  })),
  scatterAdd: indexed.map(({ s, axis, indices }) => ({
    shapes: [g.gather(g.input("x", s), indices, axis).shape],
    build: ([y]) => g.scatterAdd(y!, indices, axis, s[axis]!),
    domain: "any",
  })),
  scan: fc.tuple(size, size, size, size, fc.boolean()).map(([steps, batch, features, units, reverse]) => ({
    shapes: [
      [steps, batch, features],
      [batch, units],
      [features, units],
      [units, units],
    ],
    build: ([x, h, w, r]) => {
      const step: Parameters<typeof g.scan>[0] = ([slice], [state]) => {
        const next = g.tanh(g.add(g.matmul(slice!, w!), g.matmul(state!, r!)));
        return { states: [next], outputs: [g.mul(next, state!)] };
      };
      const { states, outputs } = g.scan(step, { sequences: [x!], states: [h!], reverse });
      return g.concat([g.reshape(states[0]!, [-1]), g.reshape(outputs[0]!, [-1])], 0);
    },
    domain: "any",
  })),
  pad: fc.tuple(shape, fc.nat(2), fc.nat(2)).map(([s, before, after]) => ({
    shapes: [s],
    build: ([x]) =>
      g.pad(
        x!,
        s.map(() => before),
        s.map(() => after),
      ),
    domain: "any",
  })),
};
