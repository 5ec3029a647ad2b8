/** Products of one-hots with a matrix, which are lowered to rows of the matrix. */
import * as ort from "onnxruntime-node";
import { expect, test } from "vitest";
import * as g from "../src/index.ts";
import { runValues } from "./runProgram.ts";
import { numbers } from "./samples.ts";

const [depth, columns] = [5, 3];
const labels = g.input("labels", [2, 4], "int32");
const w = g.input("w", [depth, columns]);
const stored = g.input("stored", [columns, depth]);
const row = g.input("row", [columns]);
const hot = g.oneHot(labels, depth);
const product = g.matmul(hot, w);
const next = numbers(11);
const draw = (length: number): number[] => Array.from({ length }, next);
const feeds = {
  ...{ labels: [0, 4, -1, 2, 5, 2, 1, -2147483648], w: draw(depth * columns), stored: draw(depth * columns) },
  ...{ row: draw(columns), column: draw(8) },
};

test.each<[string, g.Value]>([
  ["the product", product],
  ["a matrix stored by columns", g.matmul(hot, stored, { transposeB: true })],
  ["a row added", g.add(product, row)],
  ["a row added to the product of two axes", g.add(g.matmul(g.reshape(hot, [8, depth]), w), row)],
  ["steps before examples", g.add(g.matmul(g.transpose(hot, [1, 0, 2]), w), row)],
  ["steps before examples, flattened before", g.matmul(g.reshape(g.transpose(hot, [1, 0, 2]), [8, depth]), w)],
])(
  "%s: rows of the matrix, zeros for labels outside, without a product, to the interpreter's bits",
  async (_, value) => {
    const { nodeCounts, close } = await g.compile({ value }, { ort, threads: 1 });
    await close();
    expect(nodeCounts).toMatchObject({ Gather: 1 });
    for (const op of ["Gemm", "MatMul", "Equal"]) expect(nodeCounts).not.toHaveProperty(op);
    expect(await runValues(g.optimise([value]), feeds)).toEqual(g.evaluate([value], feeds, "float32"));
  },
);

test("other products and sums with one-hots are computed as written", async () => {
  const flat = g.oneHot(g.reshape(labels, [8]), depth);
  const [both, column] = [g.matmul(flat, w), g.input("column", [8, 1])];
  const values = [
    g.matmul(flat, g.matmul(flat, w), { transposeA: true }),
    g.matmul(w, flat, { transposeA: true, transposeB: true }),
    g.add(g.reshape(g.matmul(flat, g.slice(w, [0, 0], [depth, 1])), [2, 4]), g.slice(column, [0, 0], [1, 1])),
    g.add(both, column),
    g.mul(g.add(both, row), both),
    g.add(g.reshape(both, [4, 6]), g.concat([row, row], 0)),
  ];
  const results = await runValues(values, feeds);
  for (const [i, expected] of g.evaluate(values, feeds).entries()) {
    results[i]!.forEach((x, at) => {
      // Sums of at most 8 numbers below 2: some roundings.
      expect(Math.abs(x - expected[at]!), `value ${i}`).toBeLessThan(1e-6);
    });
  }
});

test("rows that no label names are not looked at", async () => {
  const [result] = await runValues(g.optimise([product]), { labels: new Array(8).fill(1), w: [Infinity, ...draw(14)] });
  expect([...result!].every(Number.isFinite)).toBe(true);
});
