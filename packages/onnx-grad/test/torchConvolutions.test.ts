/**
 * Values, gradients and Hessian-vector products of convolutions, pooling and blocks of image networks against PyTorch's
 * (float64); the script that made them is oracle/makeConvolutions.py.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as g from "../src/index.ts";
import { buildNetwork, layers, type NetworkContext, type NetworkDefinition } from "../src/layers.ts";
import { drawn, drawnInputs, expectFunctionAsTorch, expectNetworkAsTorch, type OfShapes } from "./expectAsTorch.ts";
import { runValues } from "./runProgram.ts";

type Cases = Readonly<Record<string, OfShapes>>;
const fixture = JSON.parse(readFileSync(new URL("fixtures/torchConvolutions.json", import.meta.url), "utf8")) as {
  readonly convolutions: Cases;
  readonly blocks: Cases;
};

const convolved = (options: g.ConvolutionOptions) => (x?: g.Value, w?: g.Value) => g.conv2d(x!, w!, options);
const transposed = (options: g.ConvTransposeOptions) => (x?: g.Value, w?: g.Value) =>
  g.convTranspose2d(x!, w!, options);
const maximum = (options: g.PoolOptions) => (x?: g.Value) => g.maxPool(x!, options);
const average = (options: g.AveragePoolOptions) => (x?: g.Value) => g.averagePool(x!, options);

const convolutions: Readonly<Record<string, (x?: g.Value, w?: g.Value) => g.Value>> = {
  groups: convolved({ groups: 2 }),
  depthwise: convolved({ padding: 1, groups: 4 }),
  depthwiseStride: convolved({ stride: 2, padding: 2, groups: 4 }),
  dilation: convolved({ padding: [2, 1], dilation: [2, 1] }),
  dilationAndStride: convolved({ stride: 2, padding: 2, dilation: 2, groups: 2 }),
  same: convolved({ autoPad: "same-upper", dilation: [1, 2] }),
  unequalPadding: convolved({ stride: 2, padding: [2, 0, 1, 1] }),
  transposed: transposed({ stride: 2, padding: 1 }),
  transposedOutputPadding: transposed({ stride: [3, 2], padding: 1, outputPadding: [2, 1], groups: 2 }),
  transposedDilation: transposed({ stride: 2, padding: 1, dilation: 2 }),
  conv1d: (x, w) => g.conv1d(x!, w!, { stride: 2, padding: 3, dilation: 2, groups: 2 }),
  convTranspose1d: (x, w) => g.convTranspose1d(x!, w!, { stride: 3, padding: 1, outputPadding: 2 }),
  maxPool: maximum({ size: 3, stride: 2, padding: 1 }),
  maxPoolCeil: maximum({ size: [2, 3], stride: 2, padding: [1, 0], ceilMode: true }),
  maxPoolDilation: maximum({ size: 2, stride: 1, padding: 1, dilation: 2 }),
  averagePool: average({ size: 3, stride: 2, padding: 1 }),
  averagePoolExcludePad: average({ size: 3, stride: 2, padding: 1, countIncludePad: false }),
  averagePoolCeil: average({ size: [3, 2], stride: 2, padding: 1, ceilMode: true }),
  averagePoolCeilExcludePad: average({ size: [3, 2], stride: 2, padding: 1, ceilMode: true, countIncludePad: false }),
  globalAverage: (x) => g.globalAveragePool(x!),
  globalMax: (x) => g.globalMaxPool(x!),
  maxPool1d: (x) => g.maxPool1d(x!, { size: 3, stride: 2, padding: 1, ceilMode: true }),
  averagePool1d: (x) => g.averagePool1d(x!, { size: 4, stride: 2, padding: 1, countIncludePad: false }),
};

function normalised(context: NetworkContext, name: string, y: g.Value): g.Value {
  return layers.batchNorm(context, `${name}.norm`, y);
}

const blocks: Readonly<Record<string, NetworkDefinition>> = {
  stem: (context, x) => {
    const y = layers.conv2d(context, "conv", x, 3, 7, { stride: 2, padding: 3, bias: false });
    return g.maxPool(g.relu(normalised(context, "conv", y)), { size: 3, stride: 2, padding: 1 });
  },
  basicBlock: (context, x) => {
    const block = (name: string, from: g.Value): g.Value =>
      normalised(context, name, layers.conv2d(context, name, from, 3, 3, { padding: 1, bias: false }));
    return g.relu(g.add(x, block("second", g.relu(block("first", x)))));
  },
  mobileBlock: (context, x) => {
    const point = (name: string, from: g.Value, filters: number): g.Value =>
      normalised(context, name, layers.conv2d(context, name, from, filters, 1, { bias: false }));
    const expanded = g.hardSwish(point("expand", x, 6));
    const depthwise = layers.depthwiseConv2d(context, "depthwise", expanded, 5, { padding: 2, bias: false });
    const y = g.hardSwish(normalised(context, "depthwise", depthwise));
    const squeezed = g.relu(layers.conv2d(context, "squeeze", g.globalAveragePool(y), 3, 1));
    const scale = g.hardSigmoid(layers.conv2d(context, "excite", squeezed, 6, 1));
    return g.add(x, point("project", g.mul(y, scale), 2));
  },
  upBlock: (context, x) => {
    const skip = context.parameter("skip", [1, 2, 4, 6], () => undefined, "weight");
    const up = layers.convTranspose2d(context, "up", x, 2, 2, { stride: 2 });
    return g.relu(layers.conv2d(context, "conv", g.concat([up, skip], 1), 3, 3, { padding: 1 }));
  },
};

test("every case of PyTorch has one of ours", () => {
  expect(Object.keys(fixture.convolutions)).toEqual(Object.keys(convolutions));
  expect(Object.keys(fixture.blocks)).toEqual(Object.keys(blocks));
});

test.each(Object.entries(convolutions))("%s", (name, f) => expectFunctionAsTorch(f, fixture.convolutions[name]!));

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  const scale = Array.from(expected).reduce((most, x) => Math.max(most, Math.abs(x)), 1);
  const worst = Array.from(expected).reduce((most, x, i) => Math.max(most, Math.abs(x - actual[i]!)), 0);
  expect(worst / scale).toBeLessThan(tolerance);
}

describe("blocks", () => {
  test.each(Object.entries(blocks))("%s", (name, definition) => {
    expectNetworkAsTorch(definition, fixture.blocks[name]!);
  });

  test.each(Object.entries(blocks))(
    "%s, compiled, gives PyTorch's values and the interpreter's derivatives",
    async (name, definition) => {
      const { shapes, value } = fixture.blocks[name]!;
      const network = buildNetwork(definition, shapes[0]!, "training");
      const inputs = [network.inputs, ...network.parameters.map((parameter) => parameter.value)];
      const loss = g.reduceSum(g.mul(network.logits, network.logits));
      const v = inputs.map(({ shape }, i) => g.constant(drawn(50 + i, g.sizeOf(shape)), shape));
      const values = g.optimise([network.logits, ...g.gradients(loss, inputs), ...g.hvp(loss, inputs, v)]);
      const feeds = Object.fromEntries(
        drawnInputs(shapes).map((data, i) => [
          i === 0 ? "inputs" : network.parameters[i - 1]!.block.name,
          data.map(Math.fround),
        ]),
      );
      const expected = g.evaluate(values, feeds);
      expectClose(expected[0]!, value, 1e-6);
      (await runValues(values, feeds)).forEach((result, i) => {
        // Batch norm over few numbers magnifies float32's 6e-8, its second derivatives by some thousands.
        expectClose(result, expected[i]!, 2e-4);
      });
    },
  );
});
