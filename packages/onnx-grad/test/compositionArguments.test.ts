/** Compositions refuse in their own name, in one line. */
import { expect, test } from "vitest";
import * as g from "../src/index.ts";

const x = g.input("x", [2, 3]);
const image = g.input("image", [2, 3, 4, 4]);
const labels = g.input("labels", [2], "int32");
const js = g as unknown as Record<string, (...list: readonly unknown[]) => unknown>;

test.each<[string, () => unknown, string]>([
  ["integers", () => g.gelu(labels), "gelu: inputs must be float32, got int32"],
  ["a number for a value", () => js.leakyRelu!(3), "leakyRelu: inputs must be values of a graph, got 3"],
  ["a slope of NaN", () => g.leakyRelu(x, Number.NaN), "leakyRelu: slope must be a finite number, got NaN"],
  ["bounds in the wrong order", () => g.clip(x, { low: 1, high: 0 }), "clip: low must not be above high, got 1 and 0"],
  ["unknown bounds", () => js.clip!(x, { min: 0 }), "clip: unknown option min; the options are low, high"],
  ["an axis beyond", () => g.softmax(x, { axis: 2 }), "softmax: axis 2 must be one of the input's, got [2×3]"],
  ["pieces that are too short", () => g.split(x, [1, 1], 1), "split: the pieces (1, 1) must make up axis 1, got [2×3]"],
  ["a repeat of 0", () => g.tile(x, [0, 1]), "tile: sizes must be positive integers, got [0×1]"],
  ["too few repeats", () => g.repeat(x, [2]), "repeat: (2) must be one count per axis, got [2×3]"],
  [
    "groups that do not divide",
    () => g.groupNorm(image, 2),
    "groupNorm: channels must divide into 2 groups, got [2×3×4×4]",
  ],
  ["an ε of 0", () => g.layerNorm(x, { epsilon: 0 }), "layerNorm: epsilon must be positive and finite, got 0"],
  [
    "too many sizes",
    () => g.resizeLinear(image, [2, 2, 2]),
    "there must be one size per axis after the channels (2, 2, 2)",
  ],
  [
    "another rounding",
    () => js.resizeNearest!(image, [2, 2], { rounding: "up" }),
    "rounding must be floor or ceil or preferFloor",
  ],
  [
    "targets of another shape",
    () => g.huberLoss(x, image),
    "huberLoss: predictions and targets must have one shape, got [2×3] and",
  ],
  ["a delta of 0", () => g.huberLoss(x, x, 0), "huberLoss: delta must be positive and finite, got 0"],
  [
    "labels of another shape",
    () => g.softmaxCrossEntropy(image, labels),
    "logits must be [… × classes] and labels […]",
  ],
  ["c that is larger", () => g.gemm(x, g.transpose(x), image), "gemm: c must broadcast to the product"],
  [
    "leading sizes",
    () => g.matmul(image, g.input("b", [3, 3, 4, 4])),
    "matmul: leading sizes must broadcast, got [2×3×4×4]",
  ],
  ["inner sizes", () => g.matmul(x, x), "matmul: inner sizes must be equal (3 and 2), got [2×3] and [2×3]"],
  ["a scalar factor", () => g.matmul(x, g.constant(1)), "matmul: inputs must have axes, got [2×3] and []"],
  [
    "an unknown approximation",
    () => js.gelu!(x, { approximate: "erf" }),
    "gelu: approximate must be none or tanh, got erf",
  ],
])("%s", (_, call, message) => {
  expect(call).toThrow(message);
});
