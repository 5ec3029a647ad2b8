import * as ort from "onnxruntime-node";
import { expect, test, vi } from "vitest";
import * as g from "../src/index.ts";

const x = g.input("x", [3, 4]);
const outputs = { square: g.mul(x, x), sum: g.reduceSum(x), unused: g.exp(x) };
const numbers = Float32Array.from({ length: 12 }, (_, i) => Math.sin(i));

/** The program with its inputs and two of three outputs bound. */
async function bound(inPlace: boolean, runtime: g.OnnxRuntime = ort) {
  const program = await g.compile(outputs, { ort: runtime, threads: 1, inPlace });
  const [data, square, sum] = [numbers.slice(), new Float32Array(12), new Float32Array(1)];
  program.bindInput("x", data);
  program.bindOutput("square", square);
  program.bindOutput("sum", sum);
  return { program, data, square, sum };
}

test("outputs written in place are those that are copied, at every run", async () => {
  const [placed, copied] = [await bound(true), await bound(false)];
  for (const scale of [1, -3]) {
    for (const { program, data } of [placed, copied]) {
      data.forEach((value, i) => {
        data[i] = scale * value;
      });
      await program.run();
    }
    expect([...placed.square]).toEqual([...copied.square]);
    expect([...placed.sum]).toEqual([...copied.sum]);
    expect(placed.square[1]).toBe(Math.fround(Math.fround(placed.data[1]!) ** 2));
  }
  await placed.program.close();
  await copied.program.close();
});

/** ONNX Runtime with another `run`. */
const runtimeWith = (run: () => Promise<never> | Promise<Record<string, never>>): g.OnnxRuntime => ({
  Tensor: ort.Tensor,
  InferenceSession: {
    async create(...args) {
      const session = await ort.InferenceSession.create(...args);
      vi.spyOn(session, "run").mockImplementation(run);
      return session;
    },
  },
});

test("a run that fails is not taken for one that ended, and one that returns is", async () => {
  const failing = await bound(
    true,
    runtimeWith(() => Promise.reject(new Error("out of memory"))),
  );
  await expect(failing.program.run()).rejects.toThrow("out of memory");
  const returning = await bound(
    true,
    runtimeWith(() => Promise.resolve({})),
  );
  await expect(returning.program.run()).resolves.toBeUndefined();
});
