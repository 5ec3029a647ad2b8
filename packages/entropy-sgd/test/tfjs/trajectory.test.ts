/** The adapter has no algorithm of its own: on the same gradients it makes the library's steps. */
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, test } from "vitest";
import * as library from "../../src/index.ts";
import * as adapter from "../../src/tfjs.ts";
import type { AnyState, Optimizer } from "../../src/types.ts";
import { backends, use } from "./backends.ts";

const entropy = { innerSteps: 3, noise: 0.01, scope: library.geometricScope(0.1, 0.01), seed: 7 };

/** Pairs of the same optimizer, of this entry and of the library. */
const pairs: Readonly<Record<string, () => readonly [tf.Optimizer, object]>> = {
  entropySgd: () => [adapter.entropySgd(tf, entropy), library.entropySgd(entropy)],
  entropyAdam: () => [adapter.entropyAdam(tf, entropy), library.entropyAdam(entropy)],
  "entropySgd with an inner Adam": () => [
    adapter.entropySgd(tf, { ...entropy, adaptive: "inner" }),
    library.entropySgd({ ...entropy, adaptive: "inner" }),
  ],
  sgld: () => [adapter.sgld(tf, { learningRate: 0.1, seed: 3 }), library.sgld({ learningRate: 0.1, seed: 3 })],
  sgd: () => [
    adapter.sgd(tf, { learningRate: 0.1, momentum: 0.9, nesterov: true }),
    library.sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true }),
  ],
  adam: () => [adapter.adam(tf, { learningRate: 0.01 }), library.adam({ learningRate: 0.01 })],
  adamw: () => [adapter.adamw(tf, { learningRate: 0.01 }), library.adamw({ learningRate: 0.01 })],
  sam: () => [adapter.sam(tf, { learningRate: 0.1 }), library.sam({ learningRate: 0.1 })],
};

/** Two layers' weights, and the loss of a mini-batch at them. */
function problem() {
  const kernel = tf.variable(tf.randomNormal([3, 4], 0, 1, "float32", 1));
  const bias = tf.variable(tf.zeros([4]));
  const readout = tf.variable(tf.randomNormal([4, 1], 0, 1, "float32", 2));
  const variables = [kernel, bias, readout];
  const loss = (step: number) => (): tf.Scalar =>
    tf.tidy(() => {
      const xs = tf.randomNormal([8, 3], 0, 1, "float32", 100 + step);
      const hidden = xs
        .matMul(kernel as tf.Tensor2D)
        .add(bias)
        .tanh();
      return hidden
        .matMul(readout as tf.Tensor2D)
        .sub(xs.sum(1, true))
        .square()
        .mean();
    });
  return { variables, loss };
}

const flat = (tensors: readonly tf.Tensor[]): Float32Array =>
  Float32Array.from(tensors.flatMap((tensor) => [...tensor.dataSync()]));

/** The library's own loop, over variables that hold x' whenever a gradient is taken. */
function libraryStep(
  optimizer: Optimizer<AnyState>,
  state: AnyState,
  { variables, loss }: ReturnType<typeof problem>,
  step: number,
): AnyState {
  let offset = 0;
  for (const variable of variables) {
    variable.assign(tf.tensor(optimizer.gradientPoint(state).slice(offset, offset + variable.size), variable.shape));
    offset += variable.size;
  }
  const { grads } = tf.variableGrads(loss(step), variables);
  return optimizer.step(flat(variables.map(({ name }) => grads[name]!)), state);
}

describe.each(backends)("on %s", (backend) => {
  beforeAll(() => use(backend));

  test.each(Object.entries(pairs))("%s follows the library's trajectory", (_, pair) => {
    const [hosted, plain] = pair();
    const optimizer = plain as Optimizer<AnyState>;
    const [mine, other] = [problem(), problem()];
    let state: AnyState = optimizer.init(flat(other.variables));
    const start = flat(mine.variables);
    for (let step = 0; step < 20; step++) {
      hosted.minimize(mine.loss(step), false, mine.variables);
      do state = libraryStep(optimizer, state, other, step);
      while (!(optimizer.needsNewBatch?.(state) ?? true));
      const [x, expected] = [flat(mine.variables), optimizer.evalPoint(state)];
      expect(Math.max(...x.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(1e-6);
    }
    expect(flat(mine.variables)).not.toEqual(start);
    expect(hosted.iterations).toBe(state.progress.gradients);
  });
});
