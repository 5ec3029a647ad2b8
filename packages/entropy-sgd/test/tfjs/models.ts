/** Models and data that the tests of the adapter train. */
import * as tf from "@tensorflow/tfjs";

const initial = (seed: number) => tf.initializers.glorotUniform({ seed });

/** Three inputs, a hidden layer, one output; the same weights each time. */
export function smallModel(hidden: readonly tf.layers.Layer[] = []): tf.Sequential {
  return tf.sequential({
    layers: [
      tf.layers.dense({ units: 5, inputShape: [3], activation: "tanh", kernelInitializer: initial(1) }),
      ...hidden,
      tf.layers.dense({ units: 1, kernelInitializer: initial(2) }),
    ],
  });
}

/** The sum of three normals. */
export function examples(count: number): { readonly xs: tf.Tensor; readonly ys: tf.Tensor } {
  const xs = tf.randomNormal([count, 3], 0, 1, "float32", 5);
  return { xs, ys: xs.sum(1, true) };
}

/** What tensors hold, one after the other. */
export function flat(tensors: readonly tf.Tensor[]): Float32Array {
  return Float32Array.from(tensors.flatMap((tensor) => [...tensor.dataSync()]));
}

/** What the weights of a model hold. */
export function weightsOf(model: tf.LayersModel): Float32Array {
  return flat(model.getWeights());
}

/** The variables of a model that are trained. */
export function variablesOf(model: tf.LayersModel): tf.Variable[] {
  return model.trainableWeights.map((weight) => weight.read() as tf.Variable);
}
