// Numbers instead of classes: a table is learnt with a squared loss and Entropy-SGD, and judged by RMSE and R².
// Run it by `npx tsx examples/regression.ts` (after `npm run build`).

import { entropySgd, presets } from "entropy-sgd";
import { compileNetwork, type NetworkSpec, regression, targetSplit, train } from "entropy-sgd-training";
import { nodePlatform } from "entropy-sgd-training/node";
import { tanh } from "onnx-grad";
import { layers } from "onnx-grad/layers";

/** Rows of x₁, x₂ and y = sin(2 x₁) + x₂² − 1, with noise of standard deviation 0.1, as a CSV file has them. */
function table(numRows: number, shift: number): string {
  const rows = Array.from({ length: numRows }, (_, i) => {
    // Points of the plane that fill it evenly (Roberts 2018), and as noise the sum of twelve uniform numbers.
    const uniform = (step: number): number => ((i + 1) * step + shift) % 1;
    const [x1, x2] = [4 * uniform(0.7548776662) - 2, 4 * uniform(0.569840291) - 2];
    const noise = Array.from({ length: 12 }, (_, k) => uniform(Math.sqrt(k + 2))).reduce((sum, u) => sum + u, -6);
    return [x1, x2, Math.sin(2 * x1) + x2 ** 2 - 1 + 0.1 * noise].map((x) => x.toFixed(4)).join(",");
  });
  return ["x1,x2,y", ...rows].join("\n");
}

/** The last column is the target. */
function splitOf(csv: string) {
  const rows = csv
    .split("\n")
    .slice(1)
    .map((line) => line.split(",").map(Number));
  return targetSplit({
    inputs: Float32Array.from(rows.flatMap((row) => row.slice(0, -1))),
    targets: Float32Array.from(rows.map((row) => row.at(-1)!)),
    inputShape: [2],
    targetShape: [1],
  });
}

const network: NetworkSpec = {
  name: "surface",
  inputShape: [2],
  outputShape: [1],
  define: () => (context, inputs) => {
    const hidden = tanh(layers.dense(context, "h1", inputs, 32));
    return layers.dense(context, "out", tanh(layers.dense(context, "h2", hidden, 32)), 1);
  },
};

const data = {
  name: "surface",
  train: splitOf(table(2000, 0)),
  validation: splitOf(table(500, 0.3)),
  test: splitOf(table(500, 0.6)),
};
const model = await compileNetwork(network, { platform: nodePlatform, task: regression(), batchSize: 50 });
const optimizer = entropySgd({ ...presets.lua, scope: 1e-3, innerSteps: 10, seed: 1 });
for await (const event of train(model, data, optimizer, { budget: 60 })) {
  if (event.type !== "evaluation" || event.effectiveEpochs % 20 > 0) continue;
  const { rmse, r2 } = event.testMetrics ?? {};
  console.log(`epoch ${event.effectiveEpochs}: RMSE ${rmse?.toFixed(3)}, R² ${r2?.toFixed(3)}`);
}
await model.close();
