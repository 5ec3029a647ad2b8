/** Programs of the interpreter. */
import * as ort from "onnxruntime-node";
import { expect, test } from "vitest";
import * as g from "../src/index.ts";

const [x, w] = [g.input("x", [3, 2]), g.input("w", [2, 2])];
const loss = g.softmaxCrossEntropy(g.tanh(g.matmul(x, w)), g.input("labels", [3], "int32"));
const outputs = { loss, slope: g.gradients(loss, [w])[0]! };
const feeds = {
  x: Float32Array.of(1, -2, 0.5, 0.25, 3, 1),
  w: Float32Array.of(0.1, 2, -1, 0.3),
  labels: Int32Array.of(0, 1, 1),
};

function bound(program: g.Program) {
  for (const [name, data] of Object.entries(feeds)) program.bindInput(name, data);
  const [value, slope] = [new Float32Array(1), new Float32Array(4)];
  program.bindOutput("loss", value);
  program.bindOutput("slope", slope);
  return async () => {
    await program.run();
    return [...value, ...slope];
  };
}

test("a program of the interpreter gives float64 results rounded once, near those of ONNX Runtime", async () => {
  const program = g.interpret(outputs);
  expect(program.inputs).toEqual({
    x: { shape: [3, 2], dtype: "float32" },
    w: { shape: [2, 2], dtype: "float32" },
    labels: { shape: [3], dtype: "int32" },
  });
  expect(program.outputs.slope).toEqual({ shape: [2, 2] });
  expect(program.nodeCounts).toMatchObject({ matmul: 2, tanh: 1 });
  const run = bound(program);
  const found = await run();
  const exact = g.evaluate(Object.values(outputs), feeds).flatMap((values) => [...values]);
  expect(found).toEqual(exact.map((value) => expect.closeTo(value, 7)));
  expect(found.every((value) => Math.fround(value) === value)).toBe(true);
  const compiled = await g.compile(outputs, { ort, threads: 1 });
  expect(await bound(compiled)()).toEqual(found.map((value) => expect.closeTo(value, 5)));
  await compiled.close();
  // The arrays are read at each run.
  const before = feeds.w[0]!;
  feeds.w[0] = 5;
  expect(await run()).not.toEqual(found);
  feeds.w[0] = before;
  expect(await run()).toEqual(found);
});

test("what does not fit is refused by name", async () => {
  const program = g.interpret(outputs);
  await expect(program.run()).rejects.toThrow('run: input "x" [3×2] has no value');
  expect(() => program.bindInput("y", new Float32Array(1))).toThrow('bindInput: no input "y", known are');
  expect(() => program.bindInput("x", new Float32Array(5))).toThrow('bindInput: "x" takes 6 float32 numbers');
  expect(() => program.bindOutput("loss", new Float32Array(2))).toThrow('bindOutput: "loss" gives 1 float32 numbers');
  const index = g.argMax(x);
  expect(() => g.interpret({ index })).toThrow('interpret: output "index" must be float32, got int32');
});
