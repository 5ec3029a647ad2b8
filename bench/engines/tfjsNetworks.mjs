// The networks in TensorFlow.js: functions of images NHWC, of variables by name and of dropout masks that are drawn elsewhere.

/** The networks by name. */
export function networksOf(tf, p, masks) {
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

  return {
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
  };
}
