/** The gradient of a cross-entropy over many classes, which the lowering forms without a matrix of one-hots. */
import * as ort from "onnxruntime-node";
import { expect, test } from "vitest";
import * as g from "../src/index.ts";
import { optimise } from "../src/rewrite/optimise.ts";
import { runValues } from "./runProgram.ts";
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

const chosen = g.input("chosen", [rows], "int32");
const factor = g.input("factor", [rows, 1]);
const p = g.input("p", [rows, classes]);
const single = g.input("single", [1], "int32");

test.each([
  ["a label outside, whose row of ones is zero", g.sub(g.mul(g.oneHot(chosen, classes), factor), p)],
  ["the pick is of other labels", g.sub(g.mul(g.oneHot(chosen, classes), g.add(factor, g.pick(p, labels))), p)],
  [
    "one row of ones for all",
    g.sub(
      g.mul(g.oneHot(single, classes), g.add(g.input("s", [1, 1]), g.pick(g.slice(p, [0, 0], [1, classes]), single))),
      p,
    ),
  ],
  ["one number for all classes", g.sub(g.mul(g.oneHot(labels, classes), g.add(factor, g.pick(p, labels))), factor)],
])("what only looks like one is computed as it is written: %s", async (_, difference) => {
  const next = numbers(5);
  const draw = (length: number) => Float32Array.from({ length }, next);
  const feeds = {
    ...{ chosen: Int32Array.of(-1, 2000, 7), labels: Int32Array.of(3, 1999, 600), single: Int32Array.of(600) },
    ...{ factor: draw(rows), p: draw(rows * classes), s: draw(1) },
  };
  const values = [difference, g.reduceSum(difference, { axes: [1] })];
  const expected = g.evaluate(values, feeds, "float32");
  expect(await runValues([difference], feeds)).toEqual([expected[0]]);
  // Sums of 2,000 numbers below 2 in another order.
  for (const [i, sum] of g.evaluate(optimise(values), feeds)[1]!.entries())
    expect(Math.abs(sum - expected[1]![i]!)).toBeLessThan(1e-3);
});
