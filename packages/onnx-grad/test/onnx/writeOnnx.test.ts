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
