/** A batch computed in parts of its rows, and tables whose rows the host adds. */
import * as ort from "onnxruntime-node";
import { expect, test } from "vitest";
import * as g from "../src/index.ts";

const compile = (outputs: Readonly<Record<string, g.Value>>): Promise<g.Program> =>
  g.compile(outputs, { ort, threads: 1, inPlace: true });

const numParts = 3;
const build = (rows: number) => {
  const x = g.input("x", [rows, 2]);
  const product = g.matmul(x, g.input("w", [2, 2]));
  return { product, sum: g.reduceSum(g.mul(product, product)) };
};

/** The program of six rows in three parts, bound to `x`, [6×2]. */
async function bound(x: Float32Array) {
  const parts = [await compile(build(2)), await compile(build(2)), await compile(build(2))];
  const program = await g.programOfParts({ whole: build(2 * numParts), parts, compile });
  const [product, sum] = [new Float32Array(12), new Float32Array(1)];
  program.bindInput("x", x);
  program.bindInput("w", Float32Array.of(1, 2, 3, 4));
  program.bindOutput("product", product);
  program.bindOutput("sum", sum);
  return { program, parts, product, sum };
}

test("arrays of the batch's size are cut, others are for all, other outputs are summed, at every run anew", async () => {
  const x = Float32Array.from({ length: 12 }, (_, i) => i);
  const { program, parts, product, sum } = await bound(x);
  // Row [a, b] becomes [a + 3b, 2a + 4b].
  for (let run = 0; run < 2; run++) {
    await program.run();
    expect([...product]).toEqual([3, 4, 11, 16, 19, 28, 27, 40, 35, 52, 43, 64]);
    expect(sum[0]).toBe(product.reduce((total, value) => total + value * value, 0));
  }
  x.fill(0);
  await program.run();
  expect([...product, ...sum]).toEqual(new Array(13).fill(0));
  expect(program.inputs.x!.shape).toEqual([6, 2]);
  expect(program.outputs.product!.shape).toEqual([6, 2]);
  await program.close();
  for (const part of parts) await expect(part.run()).rejects.toThrow("closed");
});

test("arrays of other sizes and unknown names are refused as those of any program", async () => {
  const { program } = await bound(new Float32Array(12));
  expect(() => program.bindInput("x", new Float32Array(4))).toThrow("takes 12 float32 numbers");
  expect(() => program.bindOutput("product", new Float32Array(4))).toThrow("gives 12 float32 numbers");
  expect(() => program.bindInput("y", new Float32Array(4))).toThrow('no input "y"');
  await program.close();
});

test("an error of one part is that of the program", async () => {
  const pick = (rows: number) => {
    const y = g.gather(g.input("table", [4, 1]), g.input("places", [rows], "int32"), 0);
    return { y, sum: g.reduceSum(y) };
  };
  const parts = [await compile(pick(1)), await compile(pick(1))];
  const program = await g.programOfParts({ whole: pick(2), parts, compile });
  program.bindInput("table", new Float32Array(4));
  program.bindInput("places", Int32Array.of(0, 9));
  program.bindOutput("y", new Float32Array(2));
  await expect(program.run()).rejects.toThrow("outputs not bound: sum");
  program.bindOutput("sum", new Float32Array(1));
  await expect(program.run()).rejects.toThrow("an index is outside");
  await program.close();
});

test("the rows of a large table are added where the indices say, to zeros at each run, as scatterAdd does", async () => {
  const rows = g.input("rows", [3, 2]);
  const places = g.input("places", [3], "int32");
  const outputs = { table: g.scatterAdd(rows, places, 0, 100), twice: g.mul(rows, g.constant(2)) };
  const plain = await compile(outputs);
  const program = await g.compileScattered(outputs, compile);
  expect(program.nodeCounts.ScatterElements).toBeUndefined();
  const feeds = { rows: Float32Array.of(1, 2, 3, 4, 5, 6), places: Int32Array.of(99, 7, 99) };
  const results = [plain, program].map((one) => {
    const arrays = { table: new Float32Array(200).fill(5), twice: new Float32Array(6) };
    for (const [name, data] of Object.entries(feeds)) one.bindInput(name, data);
    for (const [name, data] of Object.entries(arrays)) one.bindOutput(name, data);
    return arrays;
  });
  for (const place of [99, 0]) {
    feeds.places[2] = place;
    await plain.run();
    await program.run();
    expect(results[1]).toEqual(results[0]);
  }
  expect([...results[1]!.table.slice(0, 2)]).toEqual([5, 6]);
  expect([...results[1]!.table.slice(198)]).toEqual([1, 2]);
  expect(() => program.bindOutput("table", new Float32Array(3))).toThrow("gives 200 float32 numbers");
  await plain.close();
  await program.close();
});

test("a small table, and one of which something else is computed, stay in the program", async () => {
  const table = g.scatterAdd(g.input("rows", [3, 2]), g.input("places", [3], "int32"), 0, 5);
  const large = g.scatterAdd(g.input("rows", [3, 2]), g.input("places", [3], "int32"), 0, 500);
  const program = await g.compileScattered({ table, square: g.mul(large, large) }, compile);
  expect(program.nodeCounts.ScatterElements).toBe(2);
  await program.close();
});
