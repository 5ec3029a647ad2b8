import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as g from "../../src/index.ts";
import { readOnnx } from "../../src/onnx.ts";
import { runValues } from "../runProgram.ts";

interface TorchModel {
  readonly onnx: string;
  readonly x: readonly number[];
  readonly shape: readonly number[];
  readonly labels: readonly number[];
  readonly evaluation: TorchResult;
  readonly training: TorchResult;
}

interface TorchResult {
  readonly loss: number;
  readonly gradients: Readonly<Record<string, readonly number[]>>;
}

/** Written by test/oracle/makeModels.py. */
const { mlp, lenet, lstm, gru } = JSON.parse(
  readFileSync(new URL("../fixtures/torchModels.json", import.meta.url), "utf8"),
) as Readonly<Record<"mlp" | "lenet" | "lstm" | "gru", TorchModel>>;

/** A name that begins with a letter. */
const ourName = (name: string): string => (/^\d/.test(name) ? `_${name}` : name);

test.each([
  ["a multilayer perceptron", mlp, "evaluation"],
  ["LeNet with batch norm, its stored statistics", lenet, "evaluation"],
  ["LeNet with batch norm, the batch's statistics", lenet, "training"],
  ["a bidirectional LSTM of two layers", lstm, "evaluation"],
  ["a bidirectional GRU of two layers", gru, "evaluation"],
] as const)("%s written by PyTorch gives its loss and gradients", async (_, stored, mode) => {
  const model = readOnnx(Buffer.from(stored.onnx, "base64"), {
    dimensions: { batch: stored.labels.length },
    trainable: mode === "training",
  });
  const network = model.network(mode);
  const labels = g.input("labels", [stored.labels.length], "int32");
  const loss = g.softmaxCrossEntropy(network.logits.logits!, labels);
  const values = [
    loss,
    ...g.gradients(
      loss,
      network.parameters.map(({ value }) => value),
    ),
  ];
  const weights = model.weights(network);
  const feeds: Record<string, ArrayLike<number>> = { x: stored.x, labels: stored.labels };
  for (const { block } of network.parameters)
    feeds[block.name] = weights.subarray(block.offset, block.offset + g.sizeOf(block.shape));
  const { loss: torchLoss, gradients: torchGradients } = stored[mode];
  expect(network.parameters.map(({ block }) => block.name).sort()).toEqual(
    Object.keys(torchGradients).map(ourName).sort(),
  );
  for (const [value, ...gradients] of [g.evaluate(values, feeds), await runValues(values, feeds)]) {
    expect(Math.abs(value![0]! - torchLoss)).toBeLessThan(1e-5);
    const wantedOf = new Map(Object.entries(torchGradients).map(([name, gradient]) => [ourName(name), gradient]));
    network.parameters.forEach(({ block: { name } }, i) => {
      const wanted = wantedOf.get(name)!;
      const worst = Math.max(...wanted.map((x, j) => Math.abs(x - gradients[i]![j]!)));
      expect(worst, name).toBeLessThan(1e-5);
    });
  }
});
