/** Loss and gradient of a cross-entropy over many classes behind a dense layer, as a language model has it: few passes over all the classes. */
import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import * as g from "../src/index.ts";
import { runProgram } from "./runProgram.ts";
import { numbers } from "./samples.ts";

const [rows, features, classes] = [4, 3, 3000];
const x = g.input("x", [rows, features]);
const weight = g.input("weight", [features, classes]);
const bias = g.input("bias", [classes]);
const labels = g.input("labels", [rows], "int32");
const chosen = Int32Array.of(0, 2999, 777, 777);

describe("behind a dense layer", () => {
  const loss = g.softmaxCrossEntropy(g.add(g.matmul(x, weight), bias), labels);
  const [ofX, ofWeight, ofBias] = g.gradients(loss, [x, weight, bias]) as [g.Value, g.Value, g.Value];
  const outputs = { loss, ofX, ofWeight, ofBias };

  test("loss and gradients are those of the interpreter, by one softmax and no further pass over all classes", async () => {
    const next = numbers(7);
    const draw = (length: number) => Float32Array.from({ length }, () => 2 * next() - 1);
    const feeds = {
      x: draw(rows * features),
      weight: draw(features * classes),
      bias: draw(classes),
      labels: chosen,
    };
    const program = await g.compile(outputs, { ort, threads: 1 });
    for (const [name, data] of Object.entries(feeds)) program.bindInput(name, data);
    const results = Object.values(outputs).map((value) => new Float32Array(g.sizeOf(value.shape)));
    Object.keys(outputs).forEach((name, i) => {
      program.bindOutput(name, results[i]!);
    });
    await program.run();
    await program.close();
    const { Softmax, LogSoftmax, ReduceMax, ScatterElements } = program.nodeCounts;
    expect({ Softmax, LogSoftmax, ReduceMax, ScatterElements }).toEqual({
      Softmax: 1,
      ReduceMax: 2,
      ScatterElements: 1,
    });
    const expected = g.evaluate(Object.values(outputs), feeds);
    results.forEach((result, i) => {
      const most = Math.max(...Array.from(expected[i]!, Math.abs));
      // A few dozen roundings of sums of 3,000 terms.
      result.forEach((value, j) => {
        expect(Math.abs(value - expected[i]![j]!)).toBeLessThan(1e-5 * most);
      });
    });
  });
});

describe("the loss beside its gradient", () => {
  const logits = g.input("logits", [1, classes]);
  const label = g.input("label", [1], "int32");
  const loss = g.softmaxCrossEntropy(logits, label);
  const [gradient] = g.gradients(loss, [logits]) as [g.Value];

  /** Loss and gradient where all logits are 0 but the first two. */
  async function at(first: number, second: number): Promise<{ loss: number; gradient: Float32Array }> {
    const program = await g.compile({ loss, gradient }, { ort, threads: 1 });
    const [numbers, value, slope] = [new Float32Array(classes), new Float32Array(1), new Float32Array(classes)];
    numbers.set([first, second]);
    program.bindInput("logits", numbers);
    program.bindInput("label", Int32Array.of(0));
    program.bindOutput("loss", value);
    program.bindOutput("gradient", slope);
    await program.run().finally(() => program.close());
    return { loss: value[0]!, gradient: slope };
  }

  test.each([
    ["of equal logits", 0, 0, Math.log(classes)],
    ["of a label that is certain", 200, 0, 0],
    ["of a label whose probability is 0 in float32", -200, 0, 200 + Math.log(classes - 1)],
    ["of a label far behind another", 0, 1000, 1000],
    ["of a large logit beside a larger one", 1e30, 2e30, 1e30],
    ["of a label that cannot be", -Infinity, 0, Infinity],
  ])("is right %s", async (_, first, second, expected) => {
    const { loss: value } = await at(first, second);
    if (Number.isFinite(expected))
      expect(Math.abs(value - expected)).toBeLessThanOrEqual(2e-7 * Math.max(expected, 10));
    else expect(value).toBe(expected);
  });

  test.each([
    ["a NaN", Number.NaN],
    ["∞", Infinity],
  ])("is NaN of %s, and so is the gradient", async (_, second) => {
    const { loss: value, gradient: slope } = await at(0, second);
    expect(value).toBeNaN();
    expect(slope[0]).toBeNaN();
  });
});

test("the rows of a large matrix are added by a product with ones", async () => {
  const next = numbers(9);
  const matrix = g.input("matrix", [512, 2048]);
  const feeds = { matrix: Float32Array.from({ length: 512 * 2048 }, next) };
  const sum = g.reduceSum(matrix, { axes: [0] });
  const [actual] = await runProgram({ sum }, feeds);
  const [expected] = g.evaluate([sum], feeds);
  // Sums of 512 numbers below 1: below 512 roundings of 512·2⁻²⁴.
  actual!.forEach((value, i) => {
    expect(Math.abs(value - expected![i]!)).toBeLessThan(512 * 512 * 2 ** -24);
  });
  const program = await g.compile({ sum }, { ort, threads: 1 });
  await program.close();
  expect(program.nodeCounts).toMatchObject({ Gemm: 1 });
});
