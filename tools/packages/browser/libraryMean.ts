import { entropySgd } from "entropy-sgd";
import { normalInto, randomKey } from "entropy-sgd/random";

/** The mean weight after 20 steps of Entropy-SGD on made-up gradients, by the library alone. */
export function libraryMean(): number {
  const optimizer = entropySgd({ learningRate: 1, innerSteps: 5, scope: 1e-2, noise: 1e-2, seed: 1 });
  let state = optimizer.init(new Float32Array(1000));
  const gradient = new Float32Array(1000);
  for (let step = 0; step < 20; step++) {
    normalInto(gradient, { key: randomKey(1, "gradient"), stream: 0, step });
    state = optimizer.step(gradient, state);
  }
  return optimizer.evalPoint(state).reduce((sum, weight) => sum + weight / 1000, 0);
}
