/**
 * Values, gradients and Hessian-vector products of operations and blocks against PyTorch's (float64); the script that made
 * them is oracle/makeOperations.py.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as g from "../src/index.ts";
import { layers, type NetworkDefinition } from "../src/layers.ts";
import {
  type Derivatives,
  expectAsTorch,
  expectFunctionAsTorch,
  expectNetworkAsTorch,
  type OfShapes,
} from "./expectAsTorch.ts";

type AtPoints = Derivatives & { readonly points: readonly number[] };

const fixture = JSON.parse(readFileSync(new URL("fixtures/torchOperations.json", import.meta.url), "utf8")) as {
  readonly elementwise: Readonly<Record<string, AtPoints>>;
  readonly several: Readonly<Record<string, OfShapes>>;
  readonly blocks: Readonly<Record<string, OfShapes>>;
};

const elementwise: Readonly<Record<string, (x: g.Value) => g.Value>> = {
  abs: g.abs,
  clip: (x) => g.clip(x, { low: -1, high: 2.5 }),
  leakyRelu: (x) => g.leakyRelu(x, 0.2),
  elu: (x) => g.elu(x, 1.5),
  selu: g.selu,
  softplus: g.softplus,
  gelu: g.gelu,
  geluTanh: (x) => g.gelu(x, { approximate: "tanh" }),
  silu: g.silu,
  hardSigmoid: g.hardSigmoid,
  hardSwish: g.hardSwish,
  sin: g.sin,
  cos: g.cos,
  erf: g.erf,
  square: (x) => g.pow(x, g.constant(2)),
  cube: (x) => g.pow(x, g.constant(3)),
  floor: (x) => g.mul(x, g.floor(x)),
  round: (x) => g.mul(x, g.round(x)),
};

const indices = g.constant([2, 0, 2, 1, 2, 2], [2, 3], "int32");
const labels = g.constant([1, 0, 3, 3, 3, 2], [2, 3], "int32");
const affine = (scale: g.Value | undefined, shift: g.Value | undefined) => ({ scale: scale!, shift: shift! });

const several: Readonly<Record<string, (...inputs: readonly g.Value[]) => g.Value>> = {
  pow: (x, y) => g.pow(g.add(g.abs(x!), g.constant(0.5)), y!),
  where: (x, y) => g.where(g.greater(x!, y!), g.mul(x!, x!), g.mul(x!, y!)),
  maximum: (x, y) => g.maximum(x!, y!),
  minimum: (x, y) => g.minimum(x!, y!),
  prelu: (x, w) => g.prelu(x!, g.reshape(w!, [3, 1])),
  concat: (a, b) => g.pow(g.concat([a!, b!], 1), g.constant(2)),
  gather: (x) => g.gather(x!, indices, 1),
  scatterAdd: (y) => g.scatterAdd(y!, g.reshape(indices, [6]), 1, 3),
  cumulativeSum: (x) => g.cumulativeSum(x!, { axis: 1 }),
  matmul: (a, b) => g.matmul(a!, b!),
  matmulVector: (a, b) => g.matmul(a!, b!),
  softmax: (x) => g.softmax(x!, { axis: 1 }),
  logSumExp: (x) => g.logSumExp(x!, { axes: [0, 2] }),
  product: (x) => g.reduceProduct(x!, { axes: [1] }),
  l2Norm: (x) => g.l2Norm(x!, { axes: [1] }),
  layerNorm: (x, scale, shift) => g.layerNorm(x!, affine(scale, shift)),
  groupNorm: (x, scale, shift) => g.groupNorm(x!, 2, affine(scale, shift)),
  instanceNorm: (x, scale, shift) => g.instanceNorm(x!, affine(scale, shift)),
  nearest: (x) => g.resizeNearest(x!, [5, 6]),
  bilinear: (x) => g.resizeLinear(x!, [5, 2]),
  bilinearCorners: (x) => g.resizeLinear(x!, [5, 7], { coordinates: "alignCorners" }),
  linear: (x) => g.resizeLinear(x!, [7]),
  crossEntropy: (x) => g.softmaxCrossEntropy(x!, labels),
  binaryCrossEntropy: (x, t) => g.binaryCrossEntropyWithLogits(x!, t!),
  huber: (y, t) => g.huberLoss(y!, t!, 0.3),
  meanAbsolute: (y, t) => g.meanAbsoluteError(y!, t!),
  meanSquared: (y, t) => g.meanSquaredError(y!, t!),
};

test("every case of PyTorch has one of ours", () => {
  expect(Object.keys(fixture.elementwise)).toEqual(Object.keys(elementwise));
  expect(Object.keys(fixture.several)).toEqual(Object.keys(several));
  expect(Object.keys(fixture.blocks)).toEqual([...Object.keys(networks), ...Object.keys(graphs)]);
});

describe("functions of a number", () => {
  test.each(Object.entries(elementwise))("%s, kinks included", (name, f) => {
    const { points, ...expected } = fixture.elementwise[name]!;
    const x = g.input("x", [points.length]);
    expectAsTorch(f(x), [x], [points], expected);
  });
});

describe("functions of arrays", () => {
  test.each(Object.entries(several))("%s", (name, f) => expectFunctionAsTorch(f, fixture.several[name]!));
});

const networks: Readonly<Record<string, NetworkDefinition>> = {
  residual: (context, x) => {
    const block = (name: string, from: g.Value, kernel: number, stride: number): g.Value => {
      const y = layers.conv2d(context, name, from, 3, kernel, { stride, padding: kernel >> 1, bias: false });
      return layers.batchNorm(context, `${name}.norm`, y);
    };
    const y = block("second", g.relu(block("first", x, 3, 2)), 3, 1);
    return g.relu(g.add(y, block("shortcut", x, 1, 2)));
  },
  attentionBlock: (context, x) => {
    const attended = layers.multiHeadAttention(context, "self", layers.layerNorm(context, "before", x), 2, {
      causal: true,
    });
    const y = g.add(x, attended);
    const hidden = g.gelu(layers.dense(context, "up", layers.layerNorm(context, "after", y), 6));
    return g.add(y, layers.dense(context, "down", hidden, 4));
  },
};

const graphs: Readonly<Record<string, (...inputs: readonly g.Value[]) => g.Value>> = {
  squeezeExcite: (x, w1, b1, w2, b2) => {
    const pooled = g.reduceMean(x!, { axes: [2, 3] });
    const hidden = g.relu(g.add(g.matmul(pooled, w1!, { transposeB: true }), b1!));
    const scale = g.hardSigmoid(g.add(g.matmul(hidden, w2!, { transposeB: true }), b2!));
    return g.hardSwish(g.mul(x!, g.reshape(scale, [2, 4, 1, 1])));
  },
  upAndConcat: (x, skip, w) => g.silu(g.conv2d(g.concat([g.resizeLinear(x!, [4, 6]), skip!], 1), w!, { padding: 1 })),
};

describe("blocks", () => {
  test.each(Object.entries(networks))("%s", (name, definition) => {
    expectNetworkAsTorch(definition, fixture.blocks[name]!);
  });

  test.each(Object.entries(graphs))("%s", (name, f) => expectFunctionAsTorch(f, fixture.blocks[name]!));
});
