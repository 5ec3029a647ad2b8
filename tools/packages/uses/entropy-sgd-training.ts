/** A program of someone who installed `entropy-sgd-training` beside ONNX Runtime: data and a network of one's own, trained natively. */
import { sgd } from "entropy-sgd";
import { arraySplit, compileNetwork, type NetworkSpec, train } from "entropy-sgd-training";
import { nodePlatform } from "entropy-sgd-training/node";
import { layers } from "onnx-grad/layers";

const inputs = Float32Array.of(-2, -1, 1, 2);

export async function use(): Promise<Record<string, number>> {
  const split = arraySplit({ inputs, labels: [0, 0, 1, 1], inputShape: [1], numClasses: 2 });
  const network: NetworkSpec = {
    name: "line",
    inputShape: [1],
    outputShape: [2],
    define: () => (context, x) => layers.dense(context, "out", x, 2),
  };
  const model = await compileNetwork(network, { platform: nodePlatform, batchSize: 2 });
  const data = { name: "line", train: split, validation: split, test: split };
  let testError = 1;
  for await (const event of train(model, data, sgd({ learningRate: 0.5 }), { budget: 10 })) {
    if (event.type === "end") testError = event.result.testError ?? 1;
  }
  await model.close();
  return { testError };
}
