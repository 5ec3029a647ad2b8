/** A program of someone who installed `onnx-grad`, without ONNX Runtime: a network's loss, its gradient and a second derivative. */
import { evaluate, gradients, hvp, input, mul, reduceSum, softmaxCrossEntropy, tanh } from "onnx-grad";
import { buildNetwork, filled, layers } from "onnx-grad/layers";

export async function use(): Promise<Record<string, number | readonly number[]>> {
  const x = input("x", [3]);
  const cubes = reduceSum(mul(x, mul(x, x)));
  const product = hvp(cubes, [x], [input("v", [3])]);
  const second = evaluate(product, { x: [1, 2, 3], v: [1, 0, 1] });

  const weights = { initialiser: filled(0.5) };
  const network = buildNetwork(
    (context, inputs) =>
      layers.dense(context, "out", tanh(layers.dense(context, "hidden", inputs, 4, weights)), 2, weights),
    [1, 2],
    "training",
  );
  const labels = input("labels", [1], "int32");
  const loss = softmaxCrossEntropy(network.logits, labels);
  const parameters = network.parameters.map(({ value }) => value);
  const feeds: Record<string, readonly number[]> = { inputs: [1, -1], labels: [0] };
  for (const { block } of network.parameters) {
    feeds[block.name] = Array.from({ length: block.shape.reduce((a, b) => a * b, 1) }, (_, i) => (i % 3) / 4);
  }
  const [value, ...slopes] = evaluate([reduceSum(loss), ...gradients(reduceSum(loss), parameters)], feeds);
  return { second: [...second[0]!], loss: [...value!], slopes: slopes.flatMap((slope) => [...slope]) };
}
