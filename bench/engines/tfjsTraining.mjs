// TensorFlow.js with its share of the work, in Node and in pages.

/** The network of some work on a backend that is ready. */
export function openTraining(tf, work) {
  const { network, layout, batchSize, inputShape, dropout, masks: maskShapes, numExamples, weights } = work;
  const size = (shape) => shape.reduce((product, side) => product * side, 1);
  // Images are NHWC and kernels HWIO here: its fast layout.
  const p = Object.fromEntries(
    layout.map(({ name, shape, offset }) => {
      const flat = tf.tensor(weights.slice(offset, offset + size(shape)), shape);
      return [name, tf.variable(shape.length === 4 ? flat.transpose([2, 3, 1, 0]) : flat)];
    }),
  );
  const all = tf.tensor(work.inputs, [numExamples, ...inputShape]).transpose([0, 2, 3, 1]);
  const allLabels = tf.tensor1d(work.labels, "int32");
  const keep = 1 - dropout;
  // Images are NHWC, and so are their masks.
  const masks = maskShapes.map(([batch, channels, ...rest]) => tf.variable(tf.ones([batch, ...rest, channels])));
  const drawMasks = () =>
    tf.tidy(() => {
      for (const mask of masks) mask.assign(tf.randomUniform(mask.shape).less(keep).cast("float32").div(keep));
    });

  function norm(name, x) {
    const axes = x.rank === 4 ? [0, 1, 2] : [0];
    const { mean, variance } = tf.moments(x, axes);
    return x
      .sub(mean)
      .mul(variance.add(1e-5).rsqrt().mul(p[`${name}.weight`]))
      .add(p[`${name}.bias`]);
  }
  const conv = (name, x, stride = 1, padding = 0) =>
    x.conv2d(p[`${name}.weight`], stride, padding).add(p[`${name}.bias`]);
  const dense = (name, x) => x.matMul(p[`${name}.weight`]).add(p[`${name}.bias`]);
  const drop = (x, i) => (masks.length > 0 ? x.mul(masks[i]) : x);
  /** Flattens in the order of channels, rows, columns, as the weights have it. */
  const flatten = (x) => x.transpose([0, 3, 1, 2]).reshape([x.shape[0], -1]);

  const forward = {
    "mnistfc-bn": (x) => {
      const h1 = drop(norm("bn1", dense("fc1", flatten(x))).relu(), 0);
      return dense("fc3", drop(norm("bn2", dense("fc2", h1)).relu(), 1));
    },
    lenet: (x) => {
      const b1 = drop(norm("bn1", conv("conv1", x)).maxPool(3, 3, 0).relu(), 0);
      const b2 = drop(norm("bn2", conv("conv2", b1)).maxPool(2, 2, 0).relu(), 1);
      return dense("fc2", drop(norm("bn3", dense("fc1", flatten(b2))).relu(), 2));
    },
    "all-cnn-bn": (x) => {
      let h = x;
      for (let i = 1; i <= 9; i++) {
        const strided = i === 3 || i === 6;
        h = norm(`bn${i}`, conv(`conv${i}`, h, strided ? 2 : 1, i === 9 ? 0 : 1)).relu();
        if (strided) h = drop(h, i / 3 - 1);
      }
      return h.mean([1, 2]);
    },
  }[network];

  const names = Object.keys(p);
  const lossAndGradient = (x, y) =>
    tf.variableGrads(() => tf.losses.softmaxCrossEntropy(tf.oneHot(y, 10), forward(x)), Object.values(p));
  const x = all.slice(0, batchSize);
  const y = allLabels.slice(0, batchSize);
  async function gradientOnce(input, target) {
    const { value, grads } = lossAndGradient(input, target);
    const loss = (await value.data())[0];
    value.dispose();
    return { loss, grads };
  }
  // x, μ and v per parameter; the same equations and numbers as elsewhere.
  const copies = () => Object.fromEntries(names.map((name) => [name, tf.variable(p[name].clone())]));
  const [anchors, means] = [copies(), copies()];
  const velocities = Object.fromEntries(names.map((name) => [name, tf.variable(tf.zerosLike(p[name]))]));
  const [rate, scope, momentum, deviation, averaging, innerSteps] = [0.1, 1e-4, 0.9, 1e-4 * Math.sqrt(0.2), 0.25, 20];
  let count = 0;
  function update(grads) {
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
  }
  const settle = () => means[names[0]].data();
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
      drawMasks();
      const own = await gradientOnce(input, target);
      update(own.grads);
      await settle();
      tf.dispose([indices, input, target, own.grads]);
    },
  };
}
