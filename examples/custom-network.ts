// A network and data of one's own: two interleaved spirals, trained with Entropy-SGD.
// Run it by `npx tsx examples/custom-network.ts` (after `npm run build`).

import { entropySgd, presets } from "entropy-sgd";
import { arraySplit, compileNetwork, type NetworkSpec, train } from "entropy-sgd-training";
import { nodePlatform } from "entropy-sgd-training/node";
import { relu } from "onnx-grad";
import { layers } from "onnx-grad/layers";

const network: NetworkSpec = {
  name: "spirals",
  inputShape: [2],
  outputShape: [2],
  define: () => (context, inputs) =>
    layers.dense(
      context,
      "out",
      relu(layers.dense(context, "h2", relu(layers.dense(context, "h1", inputs, 64)), 64)),
      2,
    ),
};

function spirals(numExamples: number, shift: number) {
  const labels = Array.from({ length: numExamples }, (_, i) => i % 2);
  const inputs = Float32Array.from({ length: 2 * numExamples }, (_, k) => {
    const i = Math.floor(k / 2);
    const radius = ((i + shift) % numExamples) / numExamples;
    const angle = 9 * radius + Math.PI * labels[i]!;
    return 2 * radius * (k % 2 === 0 ? Math.cos(angle) : Math.sin(angle));
  });
  return arraySplit({ inputs, labels, inputShape: [2], numClasses: 2 });
}

const data = { name: "spirals", train: spirals(2000, 0), validation: spirals(500, 0.25), test: spirals(500, 0.5) };
const model = await compileNetwork(network, { platform: nodePlatform, batchSize: 50 });
const optimizer = entropySgd({ ...presets.lua, scope: 1e-3, innerSteps: 10, seed: 1 });
for await (const event of train(model, data, optimizer, { budget: 60 })) {
  if (event.type === "end") console.log(`test error ${(100 * (event.result.testError ?? 1)).toFixed(1)} %`);
}
await model.close();
