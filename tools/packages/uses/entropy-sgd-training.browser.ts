/** A page that trains a network of its own without ONNX Runtime: the interpreter of graphs computes its gradients. */
import { plainMemory, sgd } from "entropy-sgd";
import {
  arraySplit,
  buildSpec,
  lossAndGradients,
  type NetworkSpec,
  scoreLogits,
  type TrainableModel,
  train,
} from "entropy-sgd-training";
import { evaluate, sizeOf } from "onnx-grad";
import { filled, layers } from "onnx-grad/layers";

const line: NetworkSpec = {
  name: "line",
  inputShape: [1],
  numClasses: 2,
  define: () => (context, x) => layers.dense(context, "out", x, 2, { initialiser: filled(0.1) }),
};

function interpreted(spec: NetworkSpec, batchSize: number): TrainableModel {
  const network = buildSpec(spec, { mode: "training", batch: batchSize });
  const layout = network.parameters.map(({ block }) => block);
  const { loss, ...gradients } = lossAndGradients(network);
  const outputs = [loss, ...layout.map(({ name }) => gradients[`${name}.gradient`]!)];
  const inputs = new Float32Array(batchSize * sizeOf(spec.inputShape));
  const labels = new Int32Array(batchSize);
  const named = (params: Float32Array) =>
    Object.fromEntries(
      layout.map(({ name, offset, shape }) => [name, params.subarray(offset, offset + sizeOf(shape))]),
    );
  return {
    ...{ name: spec.name, inputShape: spec.inputShape, numClasses: spec.numClasses },
    ...{ numParams: network.numParams, batchSize, layout, memory: plainMemory, inputs, labels, masks: [] },
    ...{ nodeCounts: {}, hasBatchNorm: false, statistics: {} },
    initialParams: () => new Float32Array(network.numParams).fill(0.1),
    async lossAndGradient(params, out) {
      const [value, ...slopes] = evaluate(outputs, { ...named(params), inputs, labels });
      for (const [i, slope] of slopes.entries()) out.set(slope, layout[i]!.offset);
      return value![0]!;
    },
    async recalibrate() {},
    async evaluate(params, split) {
      const { numExamples, labelOf } = split;
      const { logits } = buildSpec(spec, { mode: "evaluation", batch: numExamples });
      const all = new Float32Array(numExamples * sizeOf(spec.inputShape));
      for (let i = 0; i < numExamples; i++) split.readExampleInto(all, i * sizeOf(spec.inputShape), i);
      const [given] = evaluate([logits], { ...named(params), inputs: all }, "float32");
      const scores = scoreLogits(Float32Array.from(given!), spec.numClasses, numExamples, labelOf);
      return { loss: scores.lossSum / numExamples, error: scores.numWrong / numExamples, numExamples };
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
