/** Transposed convolution, sequences and global pooling on random samples, and what all windows refuse. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as g from "../src/index.ts";
import { buildNetwork, layers, type NetworkDefinition } from "../src/layers.ts";
import type { Sample } from "./cases.ts";
import { checkDerivatives, checkLowering } from "./checks.ts";

const small = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });

const drawn = fc.record({
  batch: small(1, 2),
  groups: small(1, 2),
  channels: small(1, 2),
  filters: small(1, 2),
  kernel: small(1, 3),
  stride: small(1, 3),
  dilation: small(1, 2),
  padding: fc.tuple(small(0, 1), small(0, 1)),
  extra: small(2, 4),
  flag: fc.boolean(),
});
type Drawn = typeof drawn extends fc.Arbitrary<infer T> ? T : never;

const lengthOf = (w: Drawn): number => (w.kernel - 1) * w.dilation + w.extra;
const kernelOf = (w: Drawn, size: readonly number[]): number[] => [w.groups * w.filters, w.channels, ...size];
const row = ({ stride, padding, dilation, groups }: Drawn) => ({ stride, padding, dilation, groups });
const pool = ({ kernel, stride, padding: [before, after], flag }: Drawn): g.Pool1dOptions => ({
  size: kernel + 1,
  stride,
  padding: [Math.min(before, kernel), Math.min(after, kernel)],
  ceilMode: flag,
});
const of = (sample: (w: Drawn) => Omit<Sample, "domain">, domain: Sample["domain"] = "any"): fc.Arbitrary<Sample> =>
  drawn.map((w) => ({ ...sample(w), domain }));

const cases: Readonly<Record<string, fc.Arbitrary<Sample>>> = {
  convTranspose2d: of((w) => ({
    shapes: [
      [w.batch, w.groups * w.filters, w.extra, 3],
      [w.groups * w.filters, w.channels, w.kernel, 2],
    ],
    build: ([x, k]) =>
      g.convTranspose2d(x!, k!, {
        ...{ stride: w.stride, dilation: w.dilation, groups: w.groups },
        ...(w.flag
          ? { autoPad: "same-upper" }
          : { padding: [0, ...w.padding, 0], outputPadding: [w.stride - 1, Math.min(1, w.stride - 1)] }),
      }),
  })),
  conv1d: of((w) => ({
    shapes: [[w.batch, w.groups * w.channels, lengthOf(w)], kernelOf(w, [w.kernel])],
    build: ([x, k]) => g.conv1d(x!, k!, row(w)),
  })),
  convTranspose1d: of((w) => ({
    shapes: [[w.batch, w.groups * w.filters, w.extra + 1], kernelOf(w, [w.kernel])],
    build: ([x, k]) => g.convTranspose1d(x!, k!, { ...row(w), outputPadding: w.stride - 1 }),
  })),
  maxPool1d: of(
    (w) => ({
      shapes: [[w.batch, w.channels, w.kernel + w.extra]],
      build: ([x]) => g.mul(g.maxPool1d(x!, pool(w)), g.maxPool1d(x!, pool(w))),
    }),
    "apart",
  ),
  averagePool1d: of((w) => ({
    shapes: [[w.batch, w.channels, w.kernel + w.extra]],
    build: ([x]) => g.averagePool1d(x!, { ...pool(w), countIncludePad: w.stride === 1 }),
  })),
  globalAveragePool: of((w) => ({
    shapes: [[w.batch, w.channels, ...(w.flag ? [w.extra] : [2, w.extra])]],
    build: ([x]) => g.globalAveragePool(x!),
  })),
  globalMaxPool: of(
    (w) => ({
      shapes: [[w.batch, w.channels, ...(w.flag ? [w.extra] : [2, w.extra])]],
      build: ([x]) => g.mul(g.globalMaxPool(x!), g.globalMaxPool(x!)),
    }),
    "apart",
  ),
};

describe.each(Object.entries(cases))("%s", (_, samples) => {
  test("first and second derivatives equal central differences", () => {
    checkDerivatives(samples, 20);
  });

  test("compiled it gives the interpreter's value, gradient and Hessian-vector product", async () => {
    await checkLowering(samples, 6);
  });
});

describe("refused in one line", () => {
  const image = g.input("image", [2, 4, 6, 6]);
  const sequence = g.input("sequence", [2, 4, 6]);
  const matrix = g.input("matrix", [2, 3]);
  const kernel = g.input("kernel", [4, 2, 3, 3]);
  const js = g as unknown as Record<string, (...list: readonly unknown[]) => unknown>;

  test.each<[string, () => unknown, string]>([
    [
      "channels of no groups",
      () => g.conv2d(image, kernel),
      "conv2d: channels must be equal, got [2×4×6×6] and [4×2×3×3]",
    ],
    [
      "channels of other groups",
      () => g.conv2d(image, kernel, { groups: 4 }),
      "conv2d: channels must be 4 groups of those of the kernels, got [2×4×6×6] and [4×2×3×3]",
    ],
    [
      "filters of other groups",
      () => g.conv2d(image, g.input("w", [3, 2, 3, 3]), { groups: 2 }),
      "conv2d: filters must divide into 2 groups, got [2×4×6×6] and [3×2×3×3]",
    ],
    ["no groups", () => g.conv2d(image, kernel, { groups: 0 }), "conv2d: groups must be a positive integer, got 0"],
    [
      "a dilated kernel that does not fit",
      () => g.conv2d(image, kernel, { groups: 2, dilation: 3 }),
      "conv2d: the kernel must fit the padded input",
    ],
    [
      "three paddings",
      () => js.conv2d!(image, kernel, { padding: [1, 1, 1] }),
      "conv2d: padding must be an integer from 0 on, two of them, or four as [top, left, bottom, right], got [1, 1, 1]",
    ],
    ["nested paddings", () => js.conv2d!(image, kernel, { padding: [1, 1, 1, [1, 1]] }), "padding must be an integer"],
    [
      "an unknown autoPad",
      () => js.conv2d!(image, kernel, { autoPad: "same" }),
      "conv2d: autoPad must be same-upper, same-lower or valid, got same",
    ],
    [
      "padding and autoPad",
      () => g.conv2d(image, kernel, { autoPad: "valid", padding: 1 }),
      "conv2d: padding must be left out beside autoPad valid, got 1",
    ],
    ["autoPad of a matrix", () => g.conv2d(matrix, kernel, { autoPad: "same-upper" }), "must have 4 axes each"],
    [
      "no value with autoPad",
      () => js.conv2d!(3, kernel, { autoPad: "same-upper" }),
      "inputs must be values of a graph",
    ],
    [
      "an output padding as large as the stride",
      () => g.convTranspose2d(image, kernel, { stride: 2, outputPadding: 2 }),
      "convTranspose2d: outputPadding must be less than the stride, got 2",
    ],
    [
      "an output padding beside autoPad",
      () => g.convTranspose2d(image, kernel, { stride: 2, outputPadding: 1, autoPad: "same-upper" }),
      "convTranspose2d: outputPadding must be 0 with autoPad same-upper, got 1",
    ],
    [
      "padding as large as the output",
      () => g.convTranspose2d(image, kernel, { padding: 4 }),
      "convTranspose2d: the output must not be empty, got [2×4×6×6] and [4×2×3×3]",
    ],
    [
      "kernels of other channels",
      () => g.convTranspose2d(image, g.input("w", [3, 2, 3, 3])),
      "convTranspose2d: channels must be those of the kernels' first axis, got [2×4×6×6] and [3×2×3×3]",
    ],
    [
      "padding as large as the window",
      () => g.maxPool(image, { size: 2, padding: 2 }),
      "maxPool: padding (2, 2, 2, 2) must be less than the window 2×2, got [2×4×6×6]",
    ],
    [
      "a window that holds nothing",
      () => g.maxPool(g.input("x", [1, 1, 1, 4]), { size: [2, 1], stride: 1, padding: [1, 0], dilation: 2 }),
      "maxPool: each window 2×1 must hold an element of the input, got [1×1×1×4]",
    ],
    [
      "pooling of a matrix",
      () => g.averagePool(matrix, { size: 1 }),
      "averagePool: the input must have 4 axes, got [2×3]",
    ],
    [
      "positions of other padding",
      () => g.poolGather(image, g.maxPool(image, { size: 2, padding: 1 }).inputs[1]!, { size: 2 }),
      "indices must come from images of the same shape and window",
    ],
    ["images as sequences", () => g.conv1d(image, image), "conv1d: inputs must have 3 axes each"],
    [
      "two strides of sequences",
      () => js.conv1d!(sequence, sequence, { stride: [1, 2] }),
      "conv1d: stride must be a positive integer",
    ],
    [
      "four paddings of sequences",
      () => js.maxPool1d!(sequence, { size: 2, padding: [0, 0, 0, 1] }),
      "maxPool1d: padding must be an integer from 0 on or two of them as [before, after]",
    ],
    ["no size", () => js.averagePool1d!(sequence, {}), "averagePool1d: size must be a positive integer, got undefined"],
    [
      "a long kernel",
      () => g.conv1d(sequence, g.input("w", [2, 4, 7]), { label: "tail" }),
      "conv2d (conv1d tail): the kernel must fit",
    ],
    [
      "global pooling of a matrix",
      () => g.globalMaxPool(matrix),
      "globalMaxPool: the input must be [batch × channels × …]",
    ],
  ])("%s", (_, call, message) => {
    expect(call).toThrow(message);
  });
});

describe("layers", () => {
  const parametersOf = (definition: NetworkDefinition, shape: readonly number[]) => {
    const network = buildNetwork((context, x) => layers.flatten(definition(context, x)), shape, "training");
    return network.parameters.map(({ block }) => [block.name, ...block.shape]);
  };

  test("declare kernels of one group and a bias per filter", () => {
    expect(parametersOf((c, x) => layers.conv2d(c, "a", x, 6, [3, 1], { groups: 2 }), [2, 4, 5, 5])).toEqual([
      ["a.weight", 6, 2, 3, 1],
      ["a.bias", 6],
    ]);
    expect(parametersOf((c, x) => layers.depthwiseConv2d(c, "a", x, 3, { multiplier: 2 }), [2, 4, 5, 5])).toEqual([
      ["a.weight", 8, 1, 3, 3],
      ["a.bias", 8],
    ]);
    expect(parametersOf((c, x) => layers.convTranspose2d(c, "a", x, 6, 2, { groups: 2 }), [2, 4, 5, 5])).toEqual([
      ["a.weight", 4, 3, 2, 2],
      ["a.bias", 6],
    ]);
    expect(parametersOf((c, x) => layers.conv1d(c, "a", x, 6, 3, { groups: 2, bias: false }), [2, 4, 5])).toEqual([
      ["a.weight", 6, 2, 3],
    ]);
  });

  test("pass the options of the window on", () => {
    const shapeOf = (definition: NetworkDefinition, shape: readonly number[]): readonly number[] => {
      let y: readonly number[] = [];
      buildNetwork(
        (context, x) => {
          const value = definition(context, x);
          y = value.shape;
          return layers.flatten(value);
        },
        shape,
        "training",
      );
      return y;
    };
    const image = [2, 4, 7, 7];
    expect(shapeOf((c, x) => layers.conv2d(c, "a", x, 6, 3, { stride: 2, autoPad: "same-upper" }), image)).toEqual([
      2, 6, 4, 4,
    ]);
    expect(shapeOf((c, x) => layers.depthwiseConv2d(c, "a", x, 3, { dilation: 2, padding: 1 }), image)).toEqual([
      2, 4, 5, 5,
    ]);
    const options = { stride: 2, padding: 1, outputPadding: 1 };
    expect(shapeOf((c, x) => layers.convTranspose2d(c, "a", x, 6, 3, options), image)).toEqual([2, 6, 14, 14]);
    expect(shapeOf((c, x) => layers.conv1d(c, "a", x, 6, 3, { padding: [2, 0] }), [2, 4, 7])).toEqual([2, 6, 7]);
  });

  test.each<[string, NetworkDefinition, string]>([
    [
      "groups that do not divide the channels",
      (c, x) => layers.conv2d(c, "a", x, 6, 3, { groups: 3 }),
      "conv2d (a): channels must divide into 3 groups, got [2×4×5×5]",
    ],
    [
      "groups that do not divide the filters",
      (c, x) => layers.convTranspose2d(c, "a", x, 3, 3, { groups: 2 }),
      "convTranspose2d (a): 3 filters must divide into 2 groups",
    ],
    [
      "images for sequences",
      (c, x) => layers.conv1d(c, "a", x, 3, 3),
      "conv1d (a): the input must be [batch × channels × length], got [2×4×5×5]",
    ],
  ])("refuse %s", (_, definition, message) => {
    expect(() => buildNetwork(definition, [2, 4, 5, 5], "training")).toThrow(message);
  });
});
