// jax-js with its share of the work, in Node and in pages. Arrays own their memory: `.ref` keeps one for another use.
import { networksOf } from "./jaxjsNetworks.mjs";

/** The network of some work on a device that is ready. */
export function openTraining(jax, work) {
  const { numpy: np, nn, jit, random, valueAndGrad, blockUntilReady } = jax;
  const { network, layout, batchSize, inputShape, dropout, masks: maskShapes, weights } = work;
  const size = (shape) => shape.reduce((product, side) => product * side, 1);
  const params = Object.fromEntries(
    layout.map(({ name, shape, offset }) => [
      name,
      np.array(weights.slice(offset, offset + size(shape))).reshape(shape),
    ]),
  );
  const x = np.array(work.inputs.slice(0, batchSize * size(inputShape)));
  const images = x.reshape([batchSize, ...inputShape]);
  const labels = work.labels.slice(0, batchSize);
  const targets = np.array(
    Float32Array.from({ length: 10 * batchSize }, (_, i) => (labels[Math.floor(i / 10)] === i % 10 ? 1 : 0)),
  );
  const oneHot = targets.reshape([batchSize, 10]);

  const forward = networksOf(jax, batchSize)[network];
  const lossOf = (p, input, target, masks) => {
    const logits = forward(p, input, masks);
    return np.sum(nn.logSoftmax(logits).mul(target)).mul(-1 / batchSize);
  };
  const lossAndGradient = jit(valueAndGrad(lossOf));
  const keep = (tree) => Object.fromEntries(Object.entries(tree).map(([name, array]) => [name, array.ref]));
  const dispose = (tree) => {
    for (const array of Object.values(tree)) array.dispose();
  };

  let key = random.key(0);
  function nextKey() {
    const [next, own] = random.split(key, 2);
    key = next;
    return own;
  }
  let masks = maskShapes.map((shape) => np.ones(shape));
  function drawMasks() {
    const kept = 1 - dropout;
    dispose(masks);
    masks = maskShapes.map((shape) =>
      random
        .bernoulli(nextKey(), kept, shape)
        .astype(np.float32)
        .mul(1 / kept),
    );
  }

  let loss = 0;
  async function gradientOnce(input = images.ref, target = oneHot.ref) {
    const ownMasks = masks.map((mask) => mask.ref);
    const [value, gradients] = lossAndGradient(keep(params), input, target, ownMasks);
    await blockUntilReady(gradients);
    loss = await value.jsAsync();
    return gradients;
  }
  // x, μ and v per parameter; the same equations and numbers as elsewhere, compiled.
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
  async function update(gradients) {
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
  }
  let held = null;
  const exampleSize = size(inputShape);
  return {
    /** Loss of the first batch, nothing dropped. */
    async lossAndGradient() {
      if (held !== null) dispose(held);
      held = await gradientOnce();
      return loss;
    },
    /** One Langevin step alone, with the last gradient of `lossAndGradient`. */
    update: () => update(keep(held)),
    async step() {
      const [batch, hot] = [new Float32Array(batchSize * exampleSize), new Float32Array(10 * batchSize)];
      for (let i = 0; i < batchSize; i++) {
        const index = Math.floor(Math.random() * work.labels.length);
        batch.set(work.inputs.subarray(index * exampleSize, (index + 1) * exampleSize), i * exampleSize);
        hot[10 * i + work.labels[index]] = 1;
      }
      const [input, target] = [
        np.array(batch).reshape([batchSize, ...inputShape]),
        np.array(hot).reshape([batchSize, 10]),
      ];
      drawMasks();
      await update(await gradientOnce(input, target));
    },
  };
}
