/** Tables whose rows the host adds. */
import * as ort from "onnxruntime-node";
import { expect, test } from "vitest";
import * as g from "../src/index.ts";

const compile = (outputs: Readonly<Record<string, g.Value>>): Promise<g.Program> =>
  g.compile(outputs, { ort, threads: 1, inPlace: true });

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
