/** Everything runs on the device, or an error says what does not. */
import * as ort from "onnxruntime-node";
import { expect, test } from "vitest";
import * as g from "../../src/index.ts";
import type { Dialect } from "../../src/lowering/dialect.ts";
import { lowerGraph } from "../../src/lowering/lowerGraph.ts";
import { primitives } from "../../src/lowering/primitives.ts";
import { webgpuDialect } from "../../src/lowering/webgpuDialect.ts";
import { onnxGraph } from "../../src/onnx/onnxGraph.ts";
import { sessionOptions } from "../../src/program/sessionOptions.ts";
import { type TryGraph, withoutForm } from "../../src/program/withoutForm.ts";
import { runProgram } from "../runProgram.ts";
import { numbers } from "../samples.ts";
import { hasDevice, testDevice } from "./softwareDevice.ts";

testDevice();
const testThere = test.skipIf(!hasDevice);

const tryGraph: TryGraph = async (graph) => {
  const session = await ort.InferenceSession.create(graph.serialise(), sessionOptions([], "webgpu", {}));
  await session.release();
};

testThere("operators that span several operations run on the device as one", async () => {
  const [x, w, b] = [g.input("x", [4, 6]), g.input("w", [6, 3]), g.input("b", [3])];
  const [images, scale, shift] = [
    g.input("images", [2, 3, 4, 5]),
    g.input("scale", [3, 1, 1]),
    g.input("shift", [3, 1, 1]),
  ];
  const kernels = g.input("kernels", [3, 3, 2, 2]);
  const fused: Readonly<Record<string, readonly [value: g.Value, operator: string]>> = {
    gemm: [g.add(g.matmul(x, w), b), "Gemm"],
    convolution: [g.add(g.conv2d(images, kernels, {}), shift), "Conv"],
    "convolution minus": [g.sub(g.conv2d(images, kernels, {}), shift), "Conv"],
    normalise: [g.add(g.mul(images, scale), shift), "BatchNormalization"],
    abs: [g.abs(x), "Abs"],
    leakyRelu: [g.leakyRelu(x, 0.25), "LeakyRelu"],
    clip: [g.clip(x, { low: -0.5, high: 0.4 }), "Clip"],
    minimum: [g.minimum(x, g.abs(x)), "Min"],
    hardSigmoid: [g.hardSigmoid(x, { alpha: 0.4 }), "HardSigmoid"],
    positive: [g.greater(x, g.constant(0)), "HardSigmoid"],
  };
  const values = Object.fromEntries(Object.entries(fused).map(([name, [value]]) => [name, value]));
  const next = numbers(5);
  const feeds = Object.fromEntries(
    [x, w, b, images, scale, shift, kernels].map(({ attributes, shape }) => [
      (attributes as { name: string }).name,
      Float32Array.from({ length: g.sizeOf(shape) }, () => 4 * next() - 2),
    ]),
  );
  const results = await runProgram(values, feeds, "webgpu");
  for (const [i, [name, [value, operator]]] of Object.entries(fused).entries()) {
    const program = await g.compile({ value }, { ort, device: "webgpu", optimise: false });
    expect(program.nodeCounts, name).toHaveProperty(operator);
    await program.close();
    const [expected] = g.evaluate([value], feeds);
    // Sums of at most 12 products of at most 4.
    for (const [j, y] of expected!.entries()) expect(Math.abs(results[i]![j]! - y), name).toBeLessThan(1e-5);
  }
});

testThere("x > 0 is 1 for every positive number and 0 for the others", async () => {
  const x = [-Infinity, -1, -1.2e-38, -0, 0, 1.2e-38, 1e-30, 0.5, 3e38, Infinity];
  const value = g.greater(g.input("x", [10]), g.constant(0));
  const [positive] = await runProgram({ positive: value }, { x }, "webgpu");
  expect([...positive!]).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
});

testThere("no node is left to the processor: a session is refused otherwise", async () => {
  expect(sessionOptions([], "webgpu", {}).extra).toMatchObject({ session: { disable_cpu_ep_fallback: "1" } });
  expect(sessionOptions([], "webgpu", {}).executionProviders).toMatchObject([{ name: "webgpu" }]);
});

testThere("an operation without a form on the device is one error that names it", async () => {
  const x = g.input("x", [2, 3]);
  const rounded = g.round(g.mul(g.relu(x), g.constant(2)));
  const outputs = [g.reduceSum(g.add(rounded, g.constant(1))), g.cast(g.argMax(x, { axis: 1 }), "float32")];
  // As the processor has it: WebGPU has no Round.
  const dialect: Dialect = { ...webgpuDialect, primitives: { ...webgpuDialect.primitives, round: primitives.round } };
  const graph = onnxGraph();
  lowerGraph(
    outputs.map((value, i) => [`y${i}`, value]),
    dialect,
    graph,
  );
  const refusal = await tryGraph(graph).then(
    () => undefined,
    (error: unknown) => error,
  );
  const error = await withoutForm(refusal, outputs, dialect, tryGraph);
  expect(error).toBeInstanceOf(RangeError);
  const { message, cause, details } = error as Error & { details: unknown };
  expect(message).toBe("compile: device must have a form of every operation, got none of round of float32 [2×3]");
  expect(details).toMatchObject({ code: "out-of-range", path: "compile", name: "device", value: "round" });
  expect(cause).toBe(refusal);
  const other = new Error("out of memory");
  expect(await withoutForm(other, outputs, dialect, tryGraph)).toBe(other);
});
