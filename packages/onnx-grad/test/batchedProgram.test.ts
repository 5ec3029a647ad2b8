/** One graph at several batch sizes. */
import * as ort from "onnxruntime-node";
import { expect, test, vi } from "vitest";
import * as g from "../src/index.ts";

const build = (batch: number) => {
  const product = g.matmul(g.input("x", [batch, 2]), g.input("w", [2, 2]));
  return { product, sum: g.reduceSum(product) };
};

/** The programs, and what was compiled and bound. */
function counted() {
  const compiled: g.Program[] = [];
  const bound: string[] = [];
  const program = g.batchedProgram(build, async (outputs) => {
    const one = await g.compile(outputs, { ort, threads: 1 });
    compiled.push(one);
    const { bindInput, bindOutput } = one;
    vi.spyOn(one, "bindInput").mockImplementation((name, data) => {
      bound.push(name);
      bindInput(name, data);
    });
    vi.spyOn(one, "bindOutput").mockImplementation((name, data) => {
      bound.push(name);
      bindOutput(name, data);
    });
    return one;
  });
  return { program, compiled, bound };
}

test("each batch size is compiled once and reads the shared and its own arrays", async () => {
  const { program, compiled } = counted();
  program.bindInput("w", Float32Array.of(1, 2, 3, 4));
  expect([...(await program.run(1, { x: Float32Array.of(1, 1) })).product]).toEqual([4, 6]);
  const two = await program.run(2, { x: Float32Array.of(1, 0, 0, 1) });
  expect([...two.product]).toEqual([1, 2, 3, 4]);
  expect([...two.sum]).toEqual([10]);
  program.bindInput("w", Float32Array.of(0, 1, 1, 0));
  expect([...(await program.run(1, { x: Float32Array.of(5, 7) })).product]).toEqual([7, 5]);
  expect(await program.at(2)).toBe(compiled[1]);
  expect(compiled).toHaveLength(2);
  await program.close();
  for (const one of compiled) await expect(one.run()).rejects.toThrow("the program is closed");
});

test("an array is bound once, an input that the graph has not never", async () => {
  const { program, bound } = counted();
  const [x, w, product] = [Float32Array.of(1, 1), Float32Array.of(1, 2, 3, 4), new Float32Array(2)];
  program.bindInput("w", w);
  program.bindInput("unused", new Float32Array(1));
  program.bindOutput("product", product);
  expect((await program.run(1, { x })).product).toBe(product);
  expect(bound).toEqual(["w", "x", "product", "sum"]);
  w.fill(1);
  await program.run(1, { x });
  expect([...product]).toEqual([2, 2]);
  expect(bound).toHaveLength(4);
  await program.run(1, { x: x.slice() });
  expect(bound.slice(4)).toEqual(["x"]);
  await program.close();
});

test("an input that nobody bound is named", async () => {
  const { program } = counted();
  await expect(program.run(1, { x: new Float32Array(2) })).rejects.toThrow("run: inputs not bound: w");
  await program.close();
});
