import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import * as g from "../../src/index.ts";
import { buildNetwork, layers, type Network, type NetworkDefinition } from "../../src/layers.ts";
import { decodeMessage } from "../../src/onnx/modelProto.ts";
import { type EvaluationNetwork, readOnnx, writeOnnx } from "../../src/onnx.ts";
import { distance, numbers, parameterFeeds, runPlain, someStatistics, someWeights } from "./written.ts";

const { batchNorm, conv1d, conv2d, convTranspose2d, dense, depthwiseConv2d, dropout, flatten } = layers;

/** Operators in the order of the file. */
const operatorsOf = (bytes: Uint8Array): string[] =>
  (decodeMessage("Model", bytes).graph as { node: { opType: string }[] }).node.map(({ opType }) => opType);

const lenet: NetworkDefinition = (context, x) => {
  const block = g.maxPool(batchNorm(context, "bn1", conv2d(context, "conv1", x, 4, 3)), { size: 2 });
  const features = flatten(dropout(context, "drop", g.relu(block), 0.5));
  const hidden = g.relu(batchNorm(context, "bn2", dense(context, "fc1", features, 7)));
  return g.softmax(dense(context, "fc2", hidden, 5));
};

/** The flat layout without kinds, which a file does not say. */
const layoutOf = ({ parameters }: EvaluationNetwork) =>
  parameters.map(({ block: { name, shape, offset } }) => ({ name, shape, offset }));

interface Case {
  readonly define: NetworkDefinition;
  readonly shape: g.Shape;
  readonly operators: string;
}

const cases: Readonly<Record<string, Case>> = {
  LeNet: {
    define: lenet,
    shape: [1, 8, 8],
    operators: "Conv BatchNormalization MaxPool Relu Flatten Gemm BatchNormalization Relu Gemm Softmax",
  },
  "convolutions of sequences and groups": {
    define: (context, x) => {
      const y = conv1d(context, "a", x, 6, 3, { padding: 1, stride: 2 });
      const images = g.reshape(y, [y.shape[0]!, 6, 2, -1]);
      const up = convTranspose2d(context, "up", depthwiseConv2d(context, "b", images, [1, 3]), 4, 2, {
        stride: 2,
        outputPadding: 1,
        bias: false,
      });
      return g.globalAveragePool(g.leakyRelu(batchNorm(context, "norm", up)));
    },
    shape: [3, 20],
    operators: "Conv Reshape Conv ConvTranspose BatchNormalization LeakyRelu GlobalAveragePool",
  },
  "a block of a transformer": {
    define: (context, x) => {
      const [batch, places, width] = x.shape as [number, number, number];
      const position = g.broadcastTo(g.constant(numbers(places * width, 7), [1, places, width]), [
        batch,
        places,
        width,
      ]);
      const h = g.add(x, position);
      const normal = layers.layerNorm(context, "ln", h);
      const attended = g.add(h, layers.multiHeadAttention(context, "attention", normal, 2, { causal: true }));
      return g.add(attended, dense(context, "out", g.gelu(dense(context, "in", attended, 12)), width));
    },
    shape: [5, 6],
    operators: "",
  },
  "activations and normalisations": {
    define: (context, x) => {
      const y = layers.instanceNorm(context, "in", layers.prelu(context, "slopes", x));
      const z = layers.groupNorm(context, "group", g.elu(g.softplus(y), 0.5), 2);
      const w = g.add(g.hardSigmoid(z), g.clip(g.silu(z), { low: -0.5, high: 0.4 }));
      return g.softmax(g.concat([w, g.minimum(g.abs(w), g.neg(z))], 1), { axis: 1 });
    },
    shape: [4, 3, 5],
    operators: "",
  },
};

/** float32 keeps 24 bits; sums of some dozens of terms, a few layers deep, lose a factor of ten. */
const tolerance = 1e-6;

describe.each(Object.entries(cases))("%s", (_, { define, shape, operators }) => {
  const build = (batch: number): Network => buildNetwork(define, [batch, ...shape], "evaluation");
  const network = build(2);
  const weights = someWeights(network);
  const statistics = someStatistics(network);
  const bytes = writeOnnx(build, weights, { statistics });

  test.each([1, 2, 7])("gives our outputs in a plain session, folded or not, for a batch of %i", async (batch) => {
    const { logits } = build(batch);
    const x = { shape: [batch, ...shape], data: numbers(batch * g.sizeOf(shape), batch) };
    const feeds = { inputs: x.data, ...parameterFeeds(network.parameters, weights), ...statistics };
    const wanted = g.evaluate([logits], feeds)[0]!;
    const folded = writeOnnx(build, weights, { statistics, foldBatchNorm: true });
    for (const model of [bytes, folded]) {
      expect(distance((await runPlain(model, { inputs: x }))[0]!, wanted)).toBeLessThan(tolerance);
    }
    expect(operatorsOf(folded)).not.toContain("BatchNormalization");
  });

  test("is of layers' operators, and the same file when it is read and written again", () => {
    if (operators !== "") expect(operatorsOf(bytes).join(" ")).toBe(operators);
    for (const trainable of [false, true]) {
      const again = (batch: number) => readOnnx(bytes, { dimensions: { batch }, trainable });
      const model = again(2);
      const read = model.network();
      expect(layoutOf(read)).toEqual(layoutOf(network));
      const second = writeOnnx((batch) => again(batch).network(), model.weights(read), {
        statistics: model.statistics(),
      });
      expect(operatorsOf(second)).toEqual(operatorsOf(bytes));
      expect(Buffer.compare(second, bytes)).toBe(0);
    }
  });
});

/** Debian's Python, whose packages have ONNX's own checker; another Python may come first in PATH. */
const python = "/usr/bin/python3";
const hasChecker = spawnSync(python, ["-c", "import onnx"]).status === 0;

test("ONNX's own checker is here: Debian's package python3-onnx", () => {
  if (hasChecker) return;
  const message = "python3-onnx is missing, so no written model is checked: apt-get install python3-onnx";
  if (process.env.CI) throw new Error(message);
  console.warn(message);
});

test.skipIf(!hasChecker)(
  "ONNX's own checker accepts the models, shapes and all, as standard operators of version 17",
  () => {
    const folder = mkdtempSync(join(tmpdir(), "written-"));
    const files = Object.values(cases).flatMap(({ define, shape }, i) => {
      const build = (batch: number): Network => buildNetwork(define, [batch, ...shape], "evaluation");
      const network = build(2);
      const statistics = someStatistics(network);
      return [
        writeOnnx(build, someWeights(network), { statistics }),
        writeOnnx(build, someWeights(network), { statistics, foldBatchNorm: true }),
        writeOnnx(network, someWeights(network), { statistics }),
      ].map((bytes, variant) => {
        const file = join(folder, `${i}.${variant}.onnx`);
        writeFileSync(file, bytes);
        return file;
      });
    });
    const script = fileURLToPath(new URL("../oracle/checkModels.py", import.meta.url));
    const lines = execFileSync(python, [script, ...files], { encoding: "utf8" })
      .trim()
      .split("\n");
    rmSync(folder, { recursive: true });
    expect(lines.length).toBe(files.length);
    expect(new Set(lines.map((line) => line.split(" ")[1]))).toEqual(new Set(["17"]));
  },
);

const build = (batch: number): Network => buildNetwork(lenet, [batch, 1, 8, 8], "evaluation");
const numParams = build(2).numParams;
const statistics = someStatistics(build(2));

/** A network of one parameter, for errors. */
const ofOne =
  (define: (w: g.Value, x: g.Value) => g.Value) =>
  (batch: number): Network =>
    buildNetwork(
      (context, x) =>
        define(
          context.parameter("w", [3], (out) => out.fill(1), "weight"),
          x,
        ),
      [batch, 3],
      "evaluation",
    );

test.each([
  [
    "a network of training",
    buildNetwork(lenet, [2, 1, 8, 8], "training"),
    numParams,
    {},
    "must be built for evaluation",
  ],
  ["another number of weights", build, numParams - 1, { statistics }, `weights must be ${numParams} numbers`],
  ["missing statistics", build, numParams, {}, 'statistics "bn1.mean" must be 4 numbers, got none'],
  ["a name of nothing", build, numParams, { statistics, names: { image: "x" } }, "names must be of inputs and outputs"],
  ["one name twice", build, numParams, { statistics, names: { inputs: "logits" } }, "names must differ"],
  ["an unknown option", build, numParams, { fold: true }, "unknown option fold"],
  [
    "a number of the batch's size",
    ofOne((w, x) => g.mul(g.mul(w, x), g.constant(1 / x.shape[0]!))),
    3,
    {},
    "must be the same for every batch size, but a constant differs",
  ],
  [
    "an operation at some sizes",
    ofOne((w, x) => (x.shape[0]! > 2 ? g.relu(g.mul(w, x)) : g.mul(w, x))),
    3,
    {},
    "must be the same for every batch size, but",
  ],
])("%s is refused", (_, network, count, options, message) => {
  expect(() => writeOnnx(network as never, new Float32Array(count), options as never)).toThrow(message);
});

test("inputs and outputs have the names given, and the file says who wrote it and more", async () => {
  const bytes = writeOnnx(build, someWeights(build(2)), {
    statistics,
    names: { inputs: "image", logits: "scores" },
    batch: "n",
    producer: { name: "me", version: "2" },
    metadata: { author: "you" },
  });
  const { producerName, producerVersion, metadataProps } = decodeMessage("Model", bytes);
  expect([producerName, producerVersion, metadataProps]).toEqual(["me", "2", [{ key: "author", value: "you" }]]);
  const { inputs, outputs } = readOnnx(bytes);
  expect([inputs, outputs]).toEqual([[{ name: "image", shape: ["n", 1, 8, 8], dtype: "float32" }], ["scores"]]);
});

test.each(["mlp", "lenet"])("PyTorch's %s is the same file when it is read and written again", (name) => {
  const fixture = new URL("../fixtures/torchModels.json", import.meta.url);
  const { onnx } = (JSON.parse(readFileSync(fixture, "utf8")) as Record<string, { onnx: string }>)[name]!;
  const written = (bytes: Uint8Array): Uint8Array => {
    const at = (batch: number) => readOnnx(bytes, { dimensions: { batch }, trainable: true });
    const model = at(2);
    return writeOnnx((batch) => at(batch).network(), model.weights(model.network()), {
      statistics: model.statistics(),
    });
  };
  const first = written(Buffer.from(onnx, "base64"));
  expect(Buffer.compare(written(first), first)).toBe(0);
});
