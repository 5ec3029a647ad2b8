/** The gradient of a cross-entropy over many classes, which the lowering forms without a matrix of one-hots. */
import * as ort from "onnxruntime-node";
import { expect, test } from "vitest";
import * as g from "../src/index.ts";
import { numbers } from "./samples.ts";

const [rows, classes] = [3, 2000];
const logits = g.input("logits", [rows, classes]);
const labels = g.input("labels", [rows], "int32");
const loss = g.softmaxCrossEntropy(logits, labels);
const [gradient] = g.gradients(loss, [logits]) as [g.Value];

async function gradientAt(at: Float32Array, chosen: Int32Array): Promise<Float32Array> {
  const program = await g.compile({ gradient }, { ort, threads: 1 });
  expect(program.nodeCounts.ScatterElements).toBe(1);
  expect(program.nodeCounts.Equal).toBeUndefined();
  const result = new Float32Array(rows * classes);
  program.bindInput("logits", at);
  program.bindInput("labels", chosen);
  program.bindOutput("gradient", result);
  await program.run().finally(() => program.close());
  return result;
}

test("is that of the interpreter", async () => {
  const next = numbers(3);
  const at = Float32Array.from({ length: rows * classes }, () => 8 * next() - 4);
  const chosen = Int32Array.of(0, 1999, 777);
  const [expected] = g.evaluate([gradient], { logits: at, labels: chosen });
  const actual = await gradientAt(at, chosen);
  // Probabilities below 1 of three rows: a few roundings of numbers below 1/3.
  actual.forEach((x, i) => {
    expect(Math.abs(x - expected![i]!)).toBeLessThan(1e-6);
  });
});

test.each([-1, 2000])("a label of %i is an error of the gradient alone", async (label) => {
  await expect(gradientAt(new Float32Array(rows * classes), Int32Array.of(0, label, 1))).rejects.toThrow(
    "a label is outside",
  );
});
