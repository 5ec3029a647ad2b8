import { expect, test } from "vitest";
import * as g from "../../src/index.ts";
import { readOnnx } from "../../src/onnx.ts";
import { runValues } from "../runProgram.ts";
import {
  scrambled,
  sketch,
  storedSketch,
  type TorchResult,
  torchFile,
  torchNetworks,
  uniform,
} from "./torchNetworks.ts";

const inputs = {
  resnet18: (seed: number) => uniform(seed, 2 * 3 * 64 * 64),
  encoder: (seed: number) => Int32Array.from(scrambled(seed, 2 * 12), (x) => x % 50),
};
const labels = [0, 2];

type Name = keyof typeof torchNetworks;
type Mode = "evaluation" | "training";

/** Loss and gradients of the model as it was read, and what they depend on. */
function lossAndGradients(name: Name, mode: Mode, opset: "13" | "17") {
  const stored = torchNetworks[name];
  const model = readOnnx(torchFile(stored, mode, opset), {
    dimensions: { batch: labels.length },
    trainable: mode === "training",
  });
  const network = model.network(mode);
  const loss = g.softmaxCrossEntropy(network.logits.logits!, g.input("labels", [labels.length], "int32"));
  const parameters = network.parameters.map(({ value }) => value);
  const weights = model.weights(network);
  const feeds: Record<string, ArrayLike<number>> = { x: inputs[name](stored[mode].seed), labels };
  for (const { block } of network.parameters)
    feeds[block.name] = weights.subarray(block.offset, block.offset + g.sizeOf(block.shape));
  // PyTorch's dropouts were called in the order of the nodes.
  network.masks.forEach((mask, i) => {
    const random = scrambled(2000 + i, g.sizeOf(mask.value.shape));
    feeds[`${mask.name}.mask`] = Float64Array.from(random, (x) => (x >= (1 - mask.keep) * 2 ** 32 ? 1 / mask.keep : 0));
  });
  return { network, values: [loss, ...g.gradients(loss, parameters)], feeds };
}

/** |gradients − PyTorch's| / |PyTorch's|, lengths over all parameters together, by their sketches. */
function relativeError(parameters: readonly string[], gradients: readonly ArrayLike<number>[], wanted: TorchResult) {
  const names = Object.keys(wanted.gradients).map((name) => name.replace(/^(?=\d)/, "_"));
  expect([...parameters].sort()).toEqual([...names].sort());
  const torch = Object.values(wanted.gradients).map(storedSketch);
  const errors = torch.map((values, i) => {
    const own = sketch(gradients[parameters.indexOf(names[i]!)]!);
    return values.map((x, j) => x - own[j]!);
  });
  return Math.sqrt(sumOfSquares(errors) / sumOfSquares(torch));
}

const sumOfSquares = (lists: readonly Float32Array[]): number =>
  lists.reduce((sum, list) => list.reduce((all, x) => all + x * x, sum), 0);

test.each([
  // The versions write batch norm, layer norm and dropout in different ways.
  ["resnet18", "evaluation", "17"],
  ["resnet18", "training", "13"],
  ["encoder", "evaluation", "13"],
  ["encoder", "evaluation", "17"],
  ["encoder", "training", "13"],
  ["encoder", "training", "17"],
] as const)("%s exported by PyTorch in %s at version %s gives its loss and gradients", async (name, mode, opset) => {
  const { network, values, feeds } = lossAndGradients(name, mode, opset);
  const parameters = network.parameters.map(({ block }) => block.name);
  const wanted = torchNetworks[name][mode];
  const check = ([loss, ...gradients]: readonly ArrayLike<number>[], bound: number): void => {
    expect(Math.abs(loss![0]! / wanted.loss - 1)).toBeLessThan(bound);
    expect(relativeError(parameters, gradients, wanted)).toBeLessThan(bound);
  };
  check(await runValues(values, feeds), 1e-5);
  // In float64 what is left is the rounding of the stored sketches; ResNet-18 would take too long.
  if (name === "encoder") check(g.evaluate(values, feeds), 1e-6);
});
