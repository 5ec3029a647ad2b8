import { describe, expect, test } from "vitest";
import * as g from "../src/index.ts";
import { buildNetwork, layers } from "../src/layers.ts";
import { winogradMatrices } from "../src/lowering/winogradMatrices.ts";
import { layOutBatchLast } from "../src/rewrite/layOutBatchLast.ts";
import { sinkTranspose } from "../src/rewrite/sinkTransposes.ts";
import { feedsOf, flat, numbers } from "./samples.ts";

const ops = (outputs: readonly g.Value[]): string[] => g.topological(outputs).map(({ op }) => op);

describe("a transposition sinks", () => {
  const [a, b] = [g.input("a", [2, 3, 4]), g.input("b", [4, 2, 3])];
  const turned = g.transpose(a, [2, 0, 1]);
  const next = numbers(1);
  const feeds = { a: Float64Array.from({ length: 24 }, next), b: Float64Array.from({ length: 24 }, next) };
  Object.assign(feeds, { row: [1, 2, 3], column: [1, 2, 3, 4] });
  test.each<[string, g.Value]>([
    ["past a function", g.exp(turned)],
    ["past a number", g.mul(g.constant(3), turned)],
    ["past a row", g.sub(g.input("row", [3]), turned)],
    ["past a column", g.div(turned, g.input("column", [4, 1, 1]))],
    ["past another whole operand", g.add(b, turned)],
    ["past the same transposition", g.mul(turned, g.transpose(g.exp(a), [2, 0, 1]))],
    ["past a sum", g.reduceSum(turned, { axes: [0, 2] })],
    ["past a sum that keeps its axes", g.reduceSum(turned, { axes: [1], keepDims: true })],
    ["past a block", g.slice(turned, [1, 0, 2], [2, 2, 1])],
    ["past a stopped gradient", g.stopGradient(turned)],
    ["past a choice", g.where(g.input("row", [3]), turned, b)],
    ["past a condition", g.where(turned, g.constant(2), b)],
    ["past the nearest integers", g.round(turned)],
    ["past a maximum", g.reduceMax(turned, { axes: [2, 0] })],
  ])("%s", (_, value) => {
    const sunk = sinkTranspose(value)!;
    expect(sunk.shape).toEqual(value.shape);
    expect([...g.evaluate([sunk], feeds)[0]!]).toEqual([...g.evaluate([value], feeds)[0]!]);
    // What the primitive reads is no longer that transposition.
    const primitive = g.topological([sunk]).find(({ op }) => op === value.op)!;
    expect(primitive.inputs).not.toContain(turned);
  });

  test.each<[string, g.Value]>([
    ["a value without one", g.add(a, a)],
    ["a transposed operand that is stretched", g.add(g.transpose(g.input("s", [3, 1])), g.input("t", [4, 3]))],
    ["the inverse transposition", g.exp(g.transpose(b, [1, 2, 0]))],
    ["a transposed matrix", g.exp(g.transpose(g.input("m", [2, 3])))],
    ["a product of matrices", g.matmul(g.transpose(g.input("m", [2, 3])), g.input("n", [2, 5]))],
  ])("not in %s", (_, value) => {
    expect(sinkTranspose(value)).toBeUndefined();
  });
});

describe("a convolutional network with batch norm, a stride and dropout", () => {
  const { batchNorm, conv2d, dropout } = layers;
  const network = buildNetwork(
    (context, inputs) => {
      const block = (x: g.Value, name: string, filters: number, stride: number): g.Value =>
        g.relu(batchNorm(context, `${name}.bn`, conv2d(context, name, x, filters, 3, { stride, padding: 1 })));
      const h = dropout(context, "drop", block(block(inputs, "conv1", 4, 1), "conv2", 4, 2), 0.25);
      return g.reduceMean(block(h, "conv3", 3, 1), { axes: [2, 3] });
    },
    [16, 3, 6, 6],
    "training",
  );
  const loss = g.softmaxCrossEntropy(network.logits, g.input("labels", [16], "int32"));
  const weights = network.parameters.map(({ value }) => value);
  const outputs = g.optimise([loss, ...g.gradients(loss, weights)]);
  const laidOut = layOutBatchLast(outputs);

  test("keeps its loss and gradients", () => {
    const feeds = feedsOf(outputs, numbers(3));
    const all = { ...feeds, labels: Array.from({ length: 16 }, (_, i) => i % 3) };
    const [before, after] = [flat(g.evaluate(outputs, all)), flat(g.evaluate(laidOut, all))];
    const scale = before.reduce((largest, x) => Math.max(largest, Math.abs(x)), 0);
    // The same operations on the same numbers; sums are taken in another order.
    expect(Math.max(...before.map((x, i) => Math.abs(x - after[i]!))) / scale).toBeLessThan(1e-12);
    expect(laidOut.map(({ shape }) => shape)).toEqual(outputs.map(({ shape }) => shape));
  });

  test("has the batch last everywhere: only the images and the mask are transposed", () => {
    const values = g.topological(laidOut);
    // Batch norm convolves the first example once more; one example has no batch to lay out.
    const convolutions = values.filter(({ op, shape }) => op.startsWith("conv2d") && shape[0] !== 1);
    expect(convolutions.length).toBeGreaterThanOrEqual(8);
    expect(convolutions.every((value) => "batchLast" in value.attributes)).toBe(true);
    const large = values.filter(({ op, shape }) => op === "transpose" && g.sizeOf(shape) > 16 * 10);
    expect(large.map(({ inputs }) => inputs[0]!.op)).toEqual(["input", "input"]);
    expect(ops(layOutBatchLast(laidOut)).length).toBe(values.length);
  });
});

test.each([2, 4] as const)("Winograd's matrices for tiles of side %i are exact in float64", (side) => {
  const { filter, input, output } = winogradMatrices[side];
  const reach = side + 2;
  const next = numbers(5);
  const [tile, kernel] = [Array.from({ length: reach ** 2 }, next), Array.from({ length: 9 }, next)];
  const apply = (matrix: readonly (readonly number[])[], x: readonly number[]): number[] =>
    matrix.map((row) => row.reduce((sum, entry, k) => sum + entry * x[k]!, 0));
  const values = apply(filter, kernel);
  const products = apply(input, tile).map((x, k) => x * values[k]!);
  const outputs = apply(output, products);
  expect(outputs.length).toBe(side ** 2);
  outputs.forEach((y, k) => {
    const [i, j] = [Math.floor(k / side), k % side];
    const direct = kernel.reduce((sum, w, at) => sum + w * tile[reach * (i + Math.floor(at / 3)) + j + (at % 3)]!, 0);
    expect(Math.abs(y - direct)).toBeLessThan(1e-14);
  });
});
