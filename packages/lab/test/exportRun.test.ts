/** A run's model and weights as files for other programs. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { primaryOf } from "entropy-sgd-training";
import { unzipSync } from "fflate";
import { readOnnx } from "onnx-grad/onnx";
import * as ort from "onnxruntime-node";
import { beforeAll, expect, test } from "vitest";
import { decodeMessage } from "../../onnx-grad/src/onnx/modelProto.ts";
import { decodeSafetensors } from "../src/io/safetensors.ts";
import { loadRun } from "../src/measure/loadRun.ts";
import { dataFolder, freshOut, root, run } from "./commandRunner.ts";

const trained = freshOut();
const files = (name: string): string => join(root, "exported", name);

beforeAll(async () => {
  const settings = ["--network", "lenet", "--optimizer", "sgd", "--budget", "1", "--set", "batchSize=50"];
  const trainedTo = await run([
    "train",
    ...settings,
    "--set",
    "validation=100",
    "--data",
    dataFolder(),
    "--out",
    trained,
  ]);
  expect(trainedTo.code).toBe(0);
});

/** The fraction of the test images that a model gets wrong in a plain session, batch by batch of different sizes. */
async function errorOf(file: string): Promise<number> {
  const { data } = await loadRun(trained);
  const split = data.test as Extract<typeof data.test, { readonly labelOf: unknown }>;
  const session = await ort.InferenceSession.create(file);
  let wrong = 0;
  for (let from = 0, size = 1; from < split.numExamples; from += size, size = Math.min(37, split.numExamples - from)) {
    const images = new Float32Array(size * 784);
    for (let i = 0; i < size; i++) split.readExampleInto(images, i * 784, from + i);
    const { logits } = await session.run({ inputs: new ort.Tensor("float32", images, [size, 1, 28, 28]) });
    const scores = logits!.data as Float32Array;
    for (let i = 0; i < size; i++) {
      const row = scores.subarray(i * 10, i * 10 + 10);
      if (row.indexOf(Math.max(...row)) !== split.labelOf(from + i)) wrong += 1;
    }
  }
  await session.release();
  return wrong / split.numExamples;
}

test("the model, its batch norm folded or not, errs in a plain session as the run says", async () => {
  const { record } = await loadRun(trained);
  const { test: testError } = primaryOf(record.evaluations.at(-1)!);
  for (const more of [[], ["--fold-batch-norm"]]) {
    const file = files(`model${more.length}.onnx`);
    const { code, stdout } = await run(["export", trained, "--onnx", file, "--json", ...more]);
    expect([code, JSON.parse(stdout).files[0].file]).toEqual([0, file]);
    expect(await errorOf(file)).toBeCloseTo(testError!, 12);
  }
  const operators = (file: string) =>
    (decodeMessage("Model", readFileSync(file)).graph as { node: { opType: string }[] }).node.map(
      ({ opType }) => opType,
    );
  expect(operators(files("model0.onnx")).filter((name) => name === "BatchNormalization").length).toBe(3);
  expect(operators(files("model1.onnx"))).not.toContain("BatchNormalization");
});

test("the model says what it is, and reads as the run's network with its weights", async () => {
  const bytes = readFileSync(files("model0.onnx"));
  const { producerName, metadataProps } = decodeMessage("Model", bytes) as unknown as {
    readonly producerName: string;
    readonly metadataProps: readonly { readonly key: string; readonly value: string }[];
  };
  const said = Object.fromEntries(metadataProps.map(({ key, value }) => [key, value]));
  expect([producerName, said.network, said.task]).toEqual(["entropy-sgd", "lenet", "classification"]);
  const { params, layout } = await loadRun(trained);
  const model = readOnnx(bytes, { dimensions: { batch: 3 } });
  const network = model.network();
  expect(network.parameters.map(({ block }) => block.name)).toEqual(layout.map(({ name }) => name));
  expect(model.weights(network)).toEqual(params);
});

test("weights go to safetensors and to npz, the same ones", async () => {
  const [tensors, archive] = [files("w.safetensors"), files("w.npz")];
  expect((await run(["export", trained, "--weights", tensors])).code).toBe(0);
  expect((await run(["export", trained, "--weights", archive])).code).toBe(0);
  const stored = decodeSafetensors(readFileSync(tensors), tensors).tensors;
  const entries = unzipSync(readFileSync(archive));
  expect(Object.keys(entries)).toEqual(stored.map(({ name }) => `${name}.npy`));
  expect(stored.map(({ name }) => name)).toContain("bn1.variance");
  for (const { name, shape, data } of stored) {
    const file = entries[`${name}.npy`]!;
    const length = 10 + new DataView(file.buffer, file.byteOffset).getUint16(8, true);
    expect(length % 64).toBe(0);
    expect(Buffer.from(file.subarray(1, 6)).toString()).toBe("NUMPY");
    expect(Buffer.from(file.subarray(10, length)).toString()).toContain(
      `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`,
    );
    expect(new Float32Array(file.slice(length).buffer)).toEqual(data);
  }
});

test("what cannot be written is refused, and nothing is written", async () => {
  for (const args of [[], ["--weights", files("weights.txt")]]) {
    const { code, stderr } = await run(["export", trained, ...args]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/--onnx|--weights: must end in \.safetensors or \.npz/)]);
  }
  expect(existsSync(files("weights.txt"))).toBe(false);
  expect((await run(["export", root, "--onnx", files("none.onnx")])).code).toBe(2);
  expect(existsSync(files("none.onnx"))).toBe(false);
});
