/** Compositions that are one ONNX operator: which, and that they give the interpreter's numbers. */
import * as ort from "onnxruntime-node";
import { expect, test } from "vitest";
import * as g from "../src/index.ts";
import { runValues } from "./runProgram.ts";

const at = [-Infinity, -1e30, -4, -3, -1, -0.3, -1e-20, 0, 1e-20, 0.5, 1, 3, 1e30, Infinity, Number.NaN];
const x = g.input("x", [at.length]);

test.each<[string, g.Value, string]>([
  ["abs", g.abs(x), "Abs"],
  ["leakyRelu", g.leakyRelu(x, 0.25), "LeakyRelu"],
  ["minimum", g.minimum(x, g.abs(x)), "Abs,Min"],
  ["clip", g.clip(x, { low: -3.5, high: 0.7 }), "Clip"],
  ["clip from below", g.clip(x, { low: -1 }), "Clip"],
  ["clip from above", g.clip(x, { high: 0.5 }), "Clip"],
  ["hardSigmoid", g.hardSigmoid(x, { alpha: 0.2 }), "HardSigmoid"],
  ["hardSwish", g.hardSwish(x), "HardSigmoid,Mul"],
  ["sigmoid of −x", g.sigmoid(g.neg(x)), "Add,Exp,Reciprocal"],
])("%s", async (_, value, operators) => {
  for (const optimise of [true, false]) {
    const program = await g.compile({ value }, { ort, optimise });
    const names = Object.keys(program.nodeCounts).filter((name) => name !== "Identity");
    expect(names.sort().join()).toBe(operators);
    await program.close();
  }
  const [expected] = g.evaluate([value], { x: at });
  for (const outputs of [[value], g.optimise([value])]) {
    const [actual] = await runValues(outputs, { x: at });
    actual!.forEach((y, i) => {
      const wanted = Math.fround(expected![i]!);
      if (Math.abs(at[i]!) < 1e10) expect(Math.abs(y - wanted), `at ${at[i]}`).toBeLessThan(1e-6);
      else expect(y, `at ${at[i]}`).toBe(wanted);
    });
  }
});

test("what is used otherwise too, or has other numbers, is computed as written", async () => {
  const [half, one, twice] = [g.constant(0.5), g.constant(1), g.constant([2, 2], [2])];
  const y = g.input("y", [2]);
  const values = [
    g.add(g.relu(y), g.relu(g.mul(y, half))),
    g.add(g.mul(y, half), g.mul(g.relu(y), one)),
    g.sub(one, g.relu(g.sub(half, g.relu(g.add(g.mul(y, half), half))))),
    g.mul(g.maximum(g.mul(y, g.constant(-1)), y), g.constant(-1)),
    g.abs(g.mul(y, twice)),
    g.where(g.greater(y, half), one, y),
    g.where(g.greater(half, y), half, g.where(g.greater(g.mul(y, y), one), one, g.mul(y, y))),
    g.where(g.greater(half, y), half, g.mul(y, twice)),
    g.where(g.greater(half, y), g.where(g.greater(y, one), one, y), half),
  ];
  for (const feed of [
    [-3, 4],
    [0.25, -0.25],
  ]) {
    const results = await runValues(values, { y: feed });
    const expected = g.evaluate(values, { y: feed });
    results.forEach((result, i) => {
      expect([...result].map((z) => z + 0)).toEqual([...expected[i]!].map((z) => z + 0));
    });
  }
});
