/** What a program says to arrays that do not fit it and to calls out of order. */
import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import * as g from "../src/index.ts";

const x = g.input("x", [2, 3]);
const labels = g.input("labels", [2], "int32");
const outputs = { y: g.add(x, g.reduceSum(g.oneHot(labels, 3))) };

describe("evaluate", () => {
  test.each([
    [{ x: [1, 2, 3, 4, 5, 6] }, 'evaluate: input "labels" [2] has no value'],
    [{ x: [1, 2], labels: [0, 1] }, 'evaluate: input "x" [2×3] takes 6 numbers, got 2'],
    [{ x: [1, 2, 3, 4, 5, 6], labels: [0, 0.5] }, 'evaluate: input "labels" [2] takes int32 numbers, got 0.5 at 1'],
    [{ x: [[1], 2, 3, 4, 5, 6], labels: [0, 1] }, 'evaluate: input "x" [2×3] takes float32 numbers, got 1 at 0'],
    [{ x: [1, 2, undefined, 4, 5, 6], labels: [0, 1] }, "takes float32 numbers, got undefined at 2"],
  ])("refuses %j", (feeds, message) => {
    expect(() => g.evaluate([outputs.y], feeds as unknown as g.Feeds)).toThrow(message);
  });
});

test("compile without outputs is refused", async () => {
  await expect(g.compile({}, { ort })).rejects.toThrow("compile: there must be at least one output, got none");
});

test("an output of integers is refused", async () => {
  await expect(g.compile({ labels }, { ort })).rejects.toThrow('compile: output "labels" must be float32, got int32');
});

test("compile optimises unless told not to", async () => {
  const twice = { y: g.add(g.exp(x), g.exp(x)) };
  const nodeCounts = async (options: Partial<g.CompileOptions>) => {
    const program = await g.compile(twice, { ort, threads: 1, ...options });
    await program.close();
    return program.nodeCounts;
  };
  expect(await nodeCounts({})).toEqual({ Exp: 1, Mul: 1, Identity: 1 });
  expect(await nodeCounts({ optimise: false })).toEqual({ Exp: 1, Add: 1, Identity: 1 });
});

describe.each([false, true])("a program with inPlace %s", (inPlace) => {
  test("says in one line what is wrong", async () => {
    const program = await g.compile(outputs, { ort, threads: 1, inPlace });
    const bind = program.bindInput as (name: string, data: unknown) => void;
    expect(() => bind("x", new Float64Array(6))).toThrow('"x" takes 6 float32 numbers [2×3], got 6 in a Float64Array');
    expect(() => bind("x", new Float32Array(5))).toThrow('"x" takes 6 float32 numbers [2×3], got 5 in a Float32Array');
    expect(() => bind("labels", [0, 1])).toThrow('"labels" takes 2 int32 numbers [2], got 2 in a Array');
    expect(() => bind("labels", undefined)).toThrow('"labels" takes 2 int32 numbers [2], got undefined');
    const bindOutput = program.bindOutput as (name: string, data: unknown) => void;
    expect(() => bindOutput("y", new Float64Array(6))).toThrow('"y" gives 6 float32 numbers [2×3], got 6 in a Float64');
    bind("x", new Float32Array(6));
    await expect(program.run()).rejects.toThrow("run: inputs not bound: labels");
    bind("labels", new Int32Array(2));
    await expect(program.run()).rejects.toThrow("run: no output is bound, known are y");
    const y = new Float32Array(6);
    program.bindOutput("y", y);
    await program.run();
    expect([...y]).toEqual([2, 2, 2, 2, 2, 2]);
    await program.close();
    await program.close();
    await expect(program.run()).rejects.toThrow("run: the program is closed");
    expect(() => program.bindOutput("y", y)).toThrow("bindOutput: the program is closed");
    expect(() => program.bindInput("x", y)).toThrow("bindInput: the program is closed");
  });
});
