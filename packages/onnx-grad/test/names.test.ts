/** What tells values apart: constants by their bits, inputs by their names, whatever the names are. */
import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import * as g from "../src/index.ts";
import { runProgram, runValues } from "./runProgram.ts";

const x = g.input("x", [2]);
const feeds = { x: [1, -2] };

/** The values optimised and run by the interpreter, and compiled. */
async function everyWay(values: readonly g.Value[], inputs: g.Feeds): Promise<number[][][]> {
  const optimised = g.optimise(values);
  const ways = [g.evaluate(values, inputs), g.evaluate(optimised, inputs), await runValues(optimised, inputs)];
  return ways.map((way) => way.map((result) => [...result]));
}

test("∞, −∞, NaN and −0 are four constants", async () => {
  const numbers = [Infinity, -Infinity, Number.NaN, -0, 0];
  const values = numbers.flatMap((number) => [
    g.sub(x, g.constant(number)),
    g.div(g.constant(1), g.mul(x, g.constant([number, 1]))),
  ]);
  for (const way of await everyWay(values, feeds)) {
    expect(way).toEqual(
      numbers.flatMap((number) => [
        [1 - number, -2 - number],
        [1 / number, -0.5],
      ]),
    );
  }
});

test("a mask of −∞ and one of ∞ in one graph stay apart", async () => {
  const values = [g.softmax(g.add(x, g.constant([0, -Infinity]))), g.relu(g.sub(g.constant([Infinity, 0]), x))];
  for (const way of await everyWay(values, feeds))
    expect(way).toEqual([
      [1, 0],
      [Infinity, 2],
    ]);
});

describe("inputs of one name", () => {
  const again = g.input("x", [2]);
  const loss = g.reduceSum(g.mul(g.mul(x, again), g.constant([3, 5])));

  test("are one value to derivatives: Σ c·x·x has the gradient 2c·x and the Hessian 2·diag(c)", async () => {
    const v = g.input("v", [2]);
    const wanted = [
      [6, -20],
      [6, -20],
      [6, 100],
    ];
    const values = [...g.gradients(loss, [x, g.input("x", [2])]), g.hvp(loss, [again], [v])[0]!];
    for (const way of await everyWay(values, { ...feeds, v: [1, 10] })) expect(way).toEqual(wanted);
  });

  test.each([
    ["gradients", (value: g.Value) => g.gradients(value, [g.input("x", [3])])],
    ["evaluate", (value: g.Value) => g.evaluate([value, g.input("x", [3])], feeds)],
    ["compile", (value: g.Value) => g.compile({ loss: value, other: g.input("x", [3]) }, { ort })],
  ])("with two shapes are refused by %s", async (caller, use) => {
    await expect(async () => use(loss)).rejects.toThrow(
      new RangeError(`${caller}: input "x" is declared as float32 [2] and as float32 [3]`),
    );
  });

  test("with two dtypes are refused", () => {
    const labels = g.oneHot(g.input("x", [2], "int32"), 2);
    expect(() => g.evaluate([g.add(labels, x)], feeds)).toThrow(
      'evaluate: input "x" is declared as int32 [2] and as float32 [2]',
    );
  });
});

describe("names of users", () => {
  test("never meet generated ones or one another", async () => {
    const names = ["constant_0", "Add_0", "MaxPool_1.1", "end", "__proto__", "constructor", "toString"];
    const total = names.reduce<g.Value>(
      (sum, name) => g.add(sum, g.mul(g.input(name, [1]), g.constant([2]))),
      g.constant([1]),
    );
    const data = Object.fromEntries(names.map((name, i) => [name, [i]]));
    const outputs = Object.fromEntries([...names, "Mul_1", "input:x"].map((name) => [name, total]));
    for (const result of await runProgram(outputs, data)) expect([...result]).toEqual([43]);
    expect([...g.evaluate([total], data)[0]!]).toEqual([43]);
  });

  test("that a record inherits are not in it", async () => {
    const value = g.exp(g.input("constructor", [1]));
    expect(() => g.evaluate([value], {})).toThrow('evaluate: input "constructor" [1] has no value');
    const program = await g.compile({ y: value }, { ort, threads: 1 });
    expect(program.inputs.toString).toBeUndefined();
    expect(() => program.bindInput("toString", new Float32Array(1))).toThrow(
      'bindInput: no input "toString", known are constructor',
    );
    expect(() => program.bindOutput("valueOf", new Float32Array(1))).toThrow(
      'bindOutput: no output "valueOf", known are y',
    );
    await program.close();
  });

  test("of noise inputs give way to the graph's own", () => {
    const value = g.relu(g.input("activation0.noise", [1]));
    expect(g.withActivationNoise([value], "added").noise).toMatchObject([{ name: "activation0.noise_" }]);
  });
});
