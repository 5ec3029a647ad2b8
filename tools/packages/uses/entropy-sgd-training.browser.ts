/** A page that trains a network of its own without ONNX Runtime: the interpreter of graphs computes its gradients. */
import { plainMemory, sgd } from "entropy-sgd";
import {
  arraySplit,
  buildSpec,
  classification,
  lossAndGradients,
  type NetworkSpec,
  type TrainableModel,
  targetReader,
  train,
} from "entropy-sgd-training";
import { evaluate, sizeOf } from "onnx-grad";
import { filled, layers } from "onnx-grad/layers";

const line: NetworkSpec = {
  name: "line",
  inputShape: [1],
  outputShape: [2],
  define: () => (context, x) => layers.dense(context, "out", x, 2, { initialiser: filled(0.1) }),
};

function interpreted(spec: NetworkSpec, batchSize: number): TrainableModel {
  const network = buildSpec(spec, { mode: "training", batch: batchSize });
  const layout = network.parameters.map(({ block }) => block);
  const { loss, ...gradients } = lossAndGradients(network);
  const outputs = [loss, ...layout.map(({ name }) => gradients[`${name}.gradient`]!)];
  const inputs = new Float32Array(batchSize * sizeOf(spec.inputShape));
  const targets = new Int32Array(batchSize);
  const named = (params: Float32Array) =>
    Object.fromEntries(
      layout.map(({ name, offset, shape }) => [name, params.subarray(offset, offset + sizeOf(shape))]),
    );
  return {
    ...{ name: spec.name, inputShape: spec.inputShape, outputShape: spec.outputShape, task: classification() },
    ...{ numParams: network.numParams, batchSize, layout, memory: plainMemory, inputs, targets, masks: [] },
    ...{ nodeCounts: {}, transfers: { toDevice: 0, fromDevice: 0 }, hasBatchNorm: false, statistics: {}, carried: [] },
    device: "cpu",
    initialParams: () => new Float32Array(network.numParams).fill(0.1),
    async lossAndGradient(params, out) {
      const [value, ...slopes] = evaluate(outputs, { ...named(params), inputs, targets });
      for (const [i, slope] of slopes.entries()) out.set(slope, layout[i]!.offset);
      return value![0]!;
    },
    async recalibrate() {},
    async evaluate(params, split) {
      const { numExamples } = split;
      const { logits } = buildSpec(spec, { mode: "evaluation", batch: numExamples });
      const all = new Float32Array(numExamples * sizeOf(spec.inputShape));
      for (let i = 0; i < numExamples; i++) split.readExampleInto(all, i * sizeOf(spec.inputShape), i);
      const [given] = evaluate([logits], { ...named(params), inputs: all }, "float32");
      const scorer = classification().scorer(spec.outputShape);
      const labels = new Int32Array(numExamples);
      for (let i = 0; i < numExamples; i++) targetReader(split)(labels, i, i);
      scorer.add(Float32Array.from(given!), labels, numExamples);
      return { ...scorer.scores(), numExamples };
    },
    async close() {},
  };
}

export async function use(): Promise<Record<string, unknown>> {
  const inputs = Float32Array.of(-2, -1, 1, 2);
  const split = arraySplit({ inputs, labels: [0, 0, 1, 1], inputShape: [1], numClasses: 2 });
  const data = { name: "line", train: split, validation: split, test: split };
  const losses: number[] = [];
  let result: unknown;
  for await (const event of train(interpreted(line, 2), data, sgd({ learningRate: 0.5 }), { budget: 10 })) {
    if (event.type === "outer") losses.push(event.batchLoss);
    if (event.type === "end") {
      const { testError, trainLoss, gradientEvaluations, reason } = event.result;
      result = { testError, trainLoss, gradientEvaluations, reason };
    }
  }
  return { losses, result };
}
