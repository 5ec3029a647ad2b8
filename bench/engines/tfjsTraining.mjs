// TensorFlow.js with its share of the work, in Node and in pages.
import { networksOf } from "./tfjsNetworks.mjs";

const sizeOf = (shape) => shape.reduce((product, side) => product * side, 1);

/** The network of some work on a backend that is ready. */
export function openTraining(tf, work) {
  const { network, batchSize, inputShape, numExamples } = work;
  const p = variablesOf(tf, work);
  const all = tf.tensor(work.inputs, [numExamples, ...inputShape]).transpose([0, 2, 3, 1]);
  const allLabels = tf.tensor1d(work.labels, "int32");
  const { masks, draw } = masksOf(tf, work);
  const forward = networksOf(tf, p, masks)[network];
  const { update, settle } = langevin(tf, p);
  const x = all.slice(0, batchSize);
  const y = allLabels.slice(0, batchSize);
  async function gradientOnce(input, target) {
    const lossOf = () => tf.losses.softmaxCrossEntropy(tf.oneHot(target, 10), forward(input));
    const { value, grads } = tf.variableGrads(lossOf, Object.values(p));
    const loss = (await value.data())[0];
    value.dispose();
    return { loss, grads };
  }
  let held = null;
  return {
    /** Loss of the first batch, nothing dropped. */
    async lossAndGradient() {
      const { loss, grads } = await gradientOnce(x, y);
      if (held !== null) tf.dispose(held);
      held = grads;
      return loss;
    },
    /** One Langevin step alone, with the last gradient of `lossAndGradient`. */
    async update() {
      update(held);
      await settle();
    },
    async step() {
      const indices = tf.randomUniform([batchSize], 0, numExamples, "int32");
      const [input, target] = [all.gather(indices), allLabels.gather(indices)];
      draw();
      const { grads } = await gradientOnce(input, target);
      update(grads);
      await settle();
      tf.dispose([indices, input, target, grads]);
    },
  };
}

/** Images are NHWC and kernels HWIO here: its fast layout. */
function variablesOf(tf, { layout, weights }) {
  return Object.fromEntries(
    layout.map(({ name, shape, offset }) => {
      const flat = tf.tensor(weights.slice(offset, offset + sizeOf(shape)), shape);
      return [name, tf.variable(shape.length === 4 ? flat.transpose([2, 3, 1, 0]) : flat)];
    }),
  );
}

/** Dropout masks, NHWC as the images are; 1 until they are drawn. */
function masksOf(tf, { masks: shapes, dropout }) {
  const keep = 1 - dropout;
  const masks = shapes.map(([batch, channels, ...rest]) => tf.variable(tf.ones([batch, ...rest, channels])));
  const draw = () =>
    tf.tidy(() => {
      for (const mask of masks) mask.assign(tf.randomUniform(mask.shape).less(keep).cast("float32").div(keep));
    });
  return { masks, draw };
}

/** x, μ and v per parameter; the same equations and numbers as elsewhere. */
function langevin(tf, p) {
  const names = Object.keys(p);
  const copies = () => Object.fromEntries(names.map((name) => [name, tf.variable(p[name].clone())]));
  const [anchors, means] = [copies(), copies()];
  const velocities = Object.fromEntries(names.map((name) => [name, tf.variable(tf.zerosLike(p[name]))]));
  const [rate, scope, momentum, deviation, averaging, innerSteps] = [0.1, 1e-4, 0.9, 1e-4 * Math.sqrt(0.2), 0.25, 20];
  let count = 0;
  return {
    update(grads) {
      count += 1;
      tf.tidy(() => {
        for (const name of names) {
          const g = grads[p[name].name];
          velocities[name].assign(velocities[name].mul(momentum).add(g));
          const pull = p[name].sub(anchors[name]).mul(scope);
          const moved = p[name].sub(g.add(velocities[name].mul(momentum)).add(pull).mul(rate));
          p[name].assign(moved.add(tf.randomNormal(moved.shape, 0, deviation)));
          means[name].assign(means[name].mul(1 - averaging).add(p[name].mul(averaging)));
          if (count % innerSteps !== 0) continue;
          for (const variable of [anchors[name], p[name]]) variable.assign(means[name]);
          velocities[name].assign(tf.zerosLike(p[name]));
        }
      });
    },
    settle: () => means[names[0]].data(),
  };
}
