import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import * as g from "../src/index.ts";
import { numbers } from "./samples.ts";

interface Row extends g.ConvolutionOptions {
  readonly name: string;
  readonly x: readonly number[];
  readonly kernel: readonly number[];
  readonly uses: readonly string[];
}

/** One row per way in which convolutions are lowered, named by the operators that only this way uses. */
const rows: readonly Row[] = [
  { name: "matrix of windows", x: [17, 4, 7, 6], kernel: [5, 4, 3, 2], stride: 1, padding: 0, uses: ["Gather", "Sum"] },
  { name: "with padding", x: [16, 3, 5, 6], kernel: [4, 3, 3, 3], stride: 1, padding: 1, uses: ["Gather", "Sum"] },
  { name: "with stride", x: [16, 3, 8, 7], kernel: [4, 3, 3, 3], stride: 2, padding: 1, uses: ["Gather", "Sum"] },
  {
    name: "many windows, stride",
    x: [64, 12, 49, 50],
    kernel: [2, 12, 3, 3],
    stride: 2,
    padding: 1,
    uses: ["Gather", "ConvTranspose"],
  },
  { name: "Winograd", x: [16, 32, 8, 12], kernel: [33, 32, 3, 3], stride: 1, padding: 1, uses: ["Gather", "MatMul"] },
  { name: "Winograd, parts", x: [17, 33, 7, 9], kernel: [32, 33, 3, 3], stride: 1, padding: 0, uses: ["MatMul"] },
  { name: "Winograd, wide", x: [16, 32, 3, 4], kernel: [34, 32, 3, 3], stride: 1, padding: 2, uses: ["MatMul"] },
  { name: "Winograd, 2×2", x: [16, 32, 2, 2], kernel: [33, 32, 3, 3], stride: 1, padding: 1, uses: ["MatMul"] },
  {
    name: "Winograd, 1×2 of 2×4",
    x: [16, 32, 2, 4],
    kernel: [33, 32, 3, 3],
    stride: 1,
    padding: [1, 0, 0, 0],
    uses: ["MatMul"],
  },
  { name: "identity windows", x: [3, 1, 12, 11], kernel: [6, 1, 5, 4], stride: 1, padding: 0, uses: ["Conv"] },
  {
    name: "identity windows, stride",
    x: [3, 1, 12, 11],
    kernel: [6, 1, 5, 4],
    stride: 2,
    padding: 1,
    uses: ["ConvTranspose"],
  },
  { name: "kernel offsets", x: [2, 4, 12, 13], kernel: [3, 4, 3, 3], stride: 1, padding: 1, uses: ["Conv", "Concat"] },
  {
    name: "kernel offsets, wide padding",
    x: [2, 4, 12, 13],
    kernel: [3, 4, 3, 3],
    stride: 1,
    padding: 3,
    uses: ["Conv", "Concat"],
  },
  {
    name: "kernel offsets, stride",
    x: [2, 4, 20, 21],
    kernel: [3, 4, 3, 3],
    stride: 2,
    padding: 0,
    uses: ["ConvTranspose", "Concat"],
  },
  {
    name: "columns, unequal padding",
    x: [16, 3, 8, 7],
    kernel: [4, 3, 3, 3],
    stride: 2,
    padding: [0, 1, 2, 0],
    uses: ["Gather", "Sum"],
  },
  {
    name: "columns, dilation",
    x: [16, 3, 8, 9],
    kernel: [4, 3, 3, 3],
    padding: [3, 1, 0, 2],
    dilation: [2, 3],
    uses: ["Gather", "Sum"],
  },
  {
    name: "Winograd, unequal padding",
    x: [16, 32, 6, 9],
    kernel: [34, 32, 3, 3],
    padding: [2, 0, 1, 1],
    uses: ["MatMul"],
  },
  {
    name: "offsets, unequal padding",
    x: [2, 4, 12, 13],
    kernel: [3, 4, 3, 3],
    padding: [0, 3, 1, 2],
    uses: ["Concat"],
  },
  {
    name: "offsets, dilation",
    x: [2, 4, 12, 13],
    kernel: [3, 4, 3, 3],
    padding: 1,
    dilation: [3, 2],
    uses: ["Conv", "Concat"],
  },
  {
    name: "offsets, dilation and stride",
    x: [2, 4, 12, 13],
    kernel: [3, 4, 3, 3],
    stride: [2, 3],
    padding: [1, 0, 2, 2],
    dilation: 2,
    uses: ["ConvTranspose", "Concat"],
  },
  { name: "groups", x: [3, 15, 8, 7], kernel: [6, 5, 3, 3], padding: 1, groups: 3, uses: ["Conv", "Concat"] },
  {
    name: "groups, stride and dilation",
    x: [3, 15, 8, 9],
    kernel: [6, 5, 3, 3],
    stride: 2,
    padding: [1, 2, 0, 1],
    dilation: [2, 1],
    groups: 3,
    uses: ["ConvTranspose", "Concat"],
  },
  {
    name: "groups of few channels",
    x: [3, 6, 8, 7],
    kernel: [9, 2, 3, 2],
    padding: [1, 0, 0, 2],
    groups: 3,
    uses: ["FusedMatMul"],
  },
  { name: "depthwise", x: [3, 5, 8, 7], kernel: [5, 1, 3, 3], padding: 1, groups: 5, uses: ["Conv"] },
  {
    name: "depthwise, two filters each",
    x: [3, 5, 8, 7],
    kernel: [10, 1, 3, 2],
    padding: 1,
    groups: 5,
    uses: ["Conv"],
  },
  {
    name: "depthwise, dilation",
    x: [3, 5, 9, 8],
    kernel: [5, 1, 3, 3],
    padding: [3, 0, 1, 2],
    dilation: 2,
    groups: 5,
    uses: ["Conv"],
  },
  {
    name: "depthwise, stride",
    x: [3, 5, 8, 7],
    kernel: [5, 1, 5, 5],
    stride: 2,
    padding: [1, 2, 2, 2],
    groups: 5,
    uses: ["ConvTranspose"],
  },
  {
    name: "depthwise, lines",
    x: [3, 5, 8, 7],
    kernel: [5, 1, 5, 5],
    padding: [1, 2, 3, 0],
    groups: 5,
    uses: ["FusedMatMul"],
  },
  {
    name: "depthwise, lines, two filters each",
    x: [2, 3, 14, 13],
    kernel: [6, 1, 5, 6],
    padding: 2,
    dilation: [2, 1],
    groups: 3,
    uses: ["FusedMatMul"],
  },
  {
    name: "depthwise, large kernels",
    x: [2, 3, 9, 8],
    kernel: [3, 1, 7, 6],
    padding: [3, 2, 3, 3],
    groups: 3,
    uses: ["Conv"],
  },
];

/** Runs a program once on random numbers and closes it. */
async function runOnNumbers(
  program: g.Program,
): Promise<{ readonly feeds: Record<string, Float32Array>; readonly results: readonly Float32Array[] }> {
  const next = numbers(7);
  const feeds = Object.fromEntries(
    Object.entries(program.inputs).map(([name, input]) => [
      name,
      Float32Array.from({ length: g.sizeOf(input.shape) }, () => 2 * next() - 1),
    ]),
  );
  for (const [name, data] of Object.entries(feeds)) program.bindInput(name, data);
  const results = Object.entries(program.outputs).map(([name, { shape }]) => {
    const target = new Float32Array(g.sizeOf(shape));
    program.bindOutput(name, target);
    return target;
  });
  await program.run();
  await program.close();
  return { feeds, results };
}

function expectClose(expected: readonly ArrayLike<number>[], results: readonly Float32Array[]): void {
  expect(results.length).toBe(expected.length);
  expected.forEach((values, i) => {
    const exact = Float64Array.from(values);
    // Sums of at most n = 1,000 products in float32: relative error n·2⁻²⁴ ≈ 6e-5 of the largest at the very worst. Longer
    // ones (weight gradients over 40,000 positions, Winograd's transforms with their gains of some tens) grow by √n.
    const largest = exact.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    const worst = exact.reduce((max, value, j) => Math.max(max, Math.abs(value - results[i]![j]!)), 0);
    expect(worst / largest).toBeLessThan(6e-5);
  });
}

describe.each(rows)("convolution by $name", ({ x: shape, kernel, name: _, uses, ...options }) => {
  test("with bias and both gradients equals the interpreter", async () => {
    const [x, w, b] = [g.input("x", shape), g.input("w", kernel), g.input("b", [kernel[0]!, 1, 1])];
    const y = g.add(g.conv2d(x, w, options), b);
    const weights = g.input("r", y.shape);
    const outputs = [y, ...g.gradients(g.reduceSum(g.mul(weights, g.mul(y, y))), [x, w, b])];
    const program = await g.compile(Object.fromEntries(outputs.map((value, i) => [`y${i}`, value])), {
      ort,
      threads: 1,
      optimise: false,
    });
    for (const op of uses) expect(program.nodeCounts[op], op).toBeGreaterThan(0);
    const { feeds, results } = await runOnNumbers(program);
    expectClose(g.evaluate(outputs, feeds), results);
  });
});

test("Winograd's form of one image with paddings that differ at the end only equals the interpreter", async () => {
  const [x, w] = [g.input("x", [16, 32, 9, 9]), g.input("w", [32, 32, 3, 3])];
  const values = { y: g.conv2d(x, w, { padding: 1 }), z: g.conv2d(x, w, { padding: [1, 1, 0, 0] }) };
  const program = await g.compile(values, { ort, threads: 1 });
  expect(program.nodeCounts.MatMul).toBe(2);
  const { feeds, results } = await runOnNumbers(program);
  expectClose(g.evaluate(Object.values(values), feeds), results);
});
