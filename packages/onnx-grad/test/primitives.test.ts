/** The closed set of primitives: what is not among them is a composition of them. */
import { expect, test } from "vitest";
import { vectorJacobianProducts } from "../src/derivative/vectorJacobianProducts.ts";
import { kernels } from "../src/interpreter/kernels.ts";

/** By family. A primitive more is one that the derivatives, the interpreter and the lowering must all know. */
const primitives: Readonly<Record<string, readonly string[]>> = {
  leaves: ["input", "constant"],
  binary: ["add", "sub", "mul", "div", "pow", "maximum", "greater", "equal"],
  unary: ["exp", "log", "sqrt", "sin", "cos", "erf", "relu", "tanh", "sigmoid", "floor", "round"],
  choice: ["where"],
  rows: ["softmax", "logSoftmax", "pick", "oneHot"],
  products: ["matmul", "conv2d", "conv2dInputGradient", "conv2dWeightGradient"],
  pooling: ["maxPoolIndices", "poolGather", "poolScatter", "averagePool", "averagePoolGradient"],
  reductions: ["reduceSum", "reduceMax", "argMax", "cumulativeSum"],
  layout: ["broadcastTo", "reshape", "transpose", "slice", "pad", "concat"],
  indices: ["gather", "scatterAdd"],
  loops: ["scan"],
  others: ["stopGradient", "cast"],
};

test("there are 50 primitives, these", () => {
  const names = Object.values(primitives).flat().sort();
  expect(Object.keys(kernels).sort()).toEqual(names);
  expect(Object.keys(vectorJacobianProducts).sort()).toEqual(names);
  expect(names.length).toBe(50);
});
