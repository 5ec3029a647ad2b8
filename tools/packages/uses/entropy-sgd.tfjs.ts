/** A program that trains a model of TensorFlow.js, saves it, loads it and trains on; it runs in Node and in a page. */
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { geometricScope } from "entropy-sgd";
import { entropySgd, recalibrateBatchNorm, sam, seededDataset } from "entropy-sgd/tfjs";

/** The weights that each optimizer comes to on each backend. */
export async function use(wasmFiles: string): Promise<Record<string, number[]>> {
  tf.enableProdMode();
  setWasmPaths(wasmFiles);
  const weights: Record<string, number[]> = {};
  for (const backend of ["cpu", "wasm"]) {
    if (!(await tf.setBackend(backend))) throw new Error(`no backend ${backend}`);
    const scope = geometricScope(1e-2, 1e-3);
    weights[`entropySgd on ${backend}`] = await trained(entropySgd(tf, { innerSteps: 3, scope, noise: 0.01, seed: 5 }));
    weights[`sam on ${backend}`] = await trained(sam(tf, { learningRate: 0.05 }));
  }
  return weights;
}

async function trained(optimizer: tf.Optimizer): Promise<number[]> {
  const kernelInitializer = tf.initializers.glorotUniform({ seed: 1 });
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ units: 6, inputShape: [3], kernelInitializer }),
      tf.layers.batchNormalization(),
      tf.layers.activation({ activation: "relu" }),
      tf.layers.dense({ units: 1, kernelInitializer }),
    ],
  });
  model.compile({ optimizer, loss: "meanSquaredError", metrics: ["mae"] });
  const xs = tf.tensor2d(
    Array.from({ length: 120 }, (_, i) => ((i * 37) % 41) / 20 - 1),
    [40, 3],
  );
  const examples = { xs, ys: xs.sum(1, true) };
  await model.fitDataset(seededDataset(tf, examples, { batchSize: 8 }), { epochs: 2, verbose: 0 });
  const { numTensors } = tf.memory();
  await model.fitDataset(seededDataset(tf, examples, { batchSize: 8, firstEpoch: 2 }), { epochs: 2, verbose: 0 });
  if (tf.memory().numTensors !== numTensors) throw new Error("tensors are left behind");
  let saved: tf.io.ModelArtifacts = {};
  const handler = tf.io.withSaveHandler(async (artifacts) => {
    saved = artifacts;
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: "JSON" } };
  });
  await model.save(handler, { includeOptimizer: true });
  const loaded = await tf.loadLayersModel(tf.io.fromMemory(saved));
  await loaded.fitDataset(seededDataset(tf, examples, { batchSize: 8, firstEpoch: 4 }), { epochs: 2, verbose: 0 });
  recalibrateBatchNorm(tf, loaded, xs);
  return loaded.getWeights().flatMap((weight) => [...weight.dataSync()]);
}
