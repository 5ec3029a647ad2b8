// jax-js with its share of the work, in Node and in pages. Arrays own their memory: `.ref` keeps one for another use.
import { networksOf } from "./jaxjsNetworks.mjs";

const sizeOf = (shape) => shape.reduce((product, side) => product * side, 1);
const keep = (tree) => Object.fromEntries(Object.entries(tree).map(([name, array]) => [name, array.ref]));
const dispose = (tree) => {
  for (const array of Object.values(tree)) array.dispose();
};

/** The network of some work on a device that is ready. */
export function openTraining(jax, work) {
  const { numpy: np, nn, jit, valueAndGrad, blockUntilReady } = jax;
  const { network, layout, batchSize, inputShape, weights } = work;
  const exampleSize = sizeOf(inputShape);
  const params = Object.fromEntries(
    layout.map(({ name, shape, offset }) => [
      name,
      np.array(weights.slice(offset, offset + sizeOf(shape))).reshape(shape),
    ]),
  );
  const forward = networksOf(jax, batchSize)[network];
  const lossOf = (p, input, target, masks) => {
    const logits = forward(p, input, masks);
    return np.sum(nn.logSoftmax(logits).mul(target)).mul(-1 / batchSize);
  };
  const lossAndGradient = jit(valueAndGrad(lossOf));
  const keys = keysOf(jax);
  const masks = masksOf(jax, work, keys);
  const update = langevin(jax, params, layout, keys);
  /** A mini-batch of examples by their numbers. */
  function batchOf(indexOf) {
    const [inputs, hot] = [new Float32Array(batchSize * exampleSize), new Float32Array(10 * batchSize)];
    for (let i = 0; i < batchSize; i++) {
      const index = indexOf(i);
      inputs.set(work.inputs.subarray(index * exampleSize, (index + 1) * exampleSize), i * exampleSize);
      hot[10 * i + work.labels[index]] = 1;
    }
    return [np.array(inputs).reshape([batchSize, ...inputShape]), np.array(hot).reshape([batchSize, 10])];
  }
  const [firstInputs, firstTargets] = batchOf((i) => i);
  async function gradientOf(input, target) {
    const [value, gradients] = lossAndGradient(keep(params), input, target, masks.now());
    await blockUntilReady(gradients);
    return { loss: await value.jsAsync(), gradients };
  }
  let held = null;
  return {
    /** Loss of the first batch, nothing dropped. */
    async lossAndGradient() {
      const { loss, gradients } = await gradientOf(firstInputs.ref, firstTargets.ref);
      if (held !== null) dispose(held);
      held = gradients;
      return loss;
    },
    /** One Langevin step alone, with the last gradient of `lossAndGradient`. */
    update: () => update(keep(held)),
    async step() {
      const batch = batchOf(() => Math.floor(Math.random() * work.labels.length));
      masks.draw();
      await update((await gradientOf(...batch)).gradients);
    },
  };
}

/** Gives a new random key at each call. */
function keysOf({ random }) {
  let key = random.key(0);
  return () => {
    const [next, own] = random.split(key, 2);
    key = next;
    return own;
  };
}

/** Dropout masks; 1 until they are drawn. */
function masksOf({ numpy: np, random }, { masks: shapes, dropout }, nextKey) {
  const kept = 1 - dropout;
  const drawn = (shape) => random.bernoulli(nextKey(), kept, shape).astype(np.float32);
  let masks = shapes.map((shape) => np.ones(shape));
  return {
    now: () => masks.map((mask) => mask.ref),
    draw() {
      dispose(masks);
      masks = shapes.map((shape) => drawn(shape).mul(1 / kept));
    },
  };
}

/** x, μ and v per parameter; the same equations and numbers as elsewhere, compiled. */
function langevin({ numpy: np, jit, random, blockUntilReady }, params, layout, nextKey) {
  const [rate, scope, momentum, deviation, averaging, innerSteps] = [0.1, 1e-4, 0.9, 1e-4 * Math.sqrt(0.2), 0.25, 20];
  const moved = jit((point, anchor, mean, velocity, gradient, noise) => {
    const v = velocity.mul(momentum).add(gradient.ref);
    const d = gradient.add(v.ref.mul(momentum)).add(point.ref.sub(anchor).mul(scope));
    const next = point.sub(d.mul(rate)).add(noise.mul(deviation));
    return [next.ref, mean.mul(1 - averaging).add(next.mul(averaging)), v];
  });
  let anchors = keep(params);
  const means = keep(params);
  const zeros = () => Object.fromEntries(layout.map(({ name, shape }) => [name, np.zeros(shape)]));
  let velocities = zeros();
  let count = 0;
  return async (gradients) => {
    for (const { name, shape } of layout) {
      const noise = random.normal(nextKey(), shape);
      [params[name], means[name], velocities[name]] = moved(
        ...[params[name], anchors[name].ref, means[name], velocities[name], gradients[name], noise],
      );
    }
    count += 1;
    if (count % innerSteps === 0) {
      for (const tree of [anchors, params, velocities]) dispose(tree);
      [anchors, velocities] = [keep(means), zeros()];
      Object.assign(params, keep(means));
    }
    await blockUntilReady([params, means, velocities]);
  };
}
