// The networks in jax-js: functions of weights by name, inputs and dropout masks that are drawn elsewhere.

/** The networks by name, for batches of one size. */
export function networksOf({ numpy: np, nn, lax }, batchSize) {
  function norm(p, name, input) {
    const axes = input.ndim === 4 ? [0, 2, 3] : [0];
    const shape = input.ndim === 4 ? [1, input.shape[1], 1, 1] : [1, input.shape[1]];
    const centred = input.ref.sub(np.mean(input, axes, { keepdims: true }));
    const variance = np.mean(centred.ref.mul(centred.ref), axes, { keepdims: true });
    const scaled = centred.div(np.sqrt(variance.add(1e-5)));
    return scaled.mul(p[`${name}.weight`].ref.reshape(shape)).add(p[`${name}.bias`].ref.reshape(shape));
  }
  const conv = (p, name, input, stride = 1, padding = 0) =>
    lax
      .convGeneralDilated(
        input,
        p[`${name}.weight`].ref,
        [stride, stride],
        [
          [padding, padding],
          [padding, padding],
        ],
      )
      .add(p[`${name}.bias`].ref.reshape([1, -1, 1, 1]));
  const dense = (p, name, input) => np.matmul(input, p[`${name}.weight`].ref).add(p[`${name}.bias`].ref);
  /** Windows that tile the image. */
  function pool(input, k) {
    const [b, c, h, w] = input.shape;
    return np.max(input.reshape([b, c, h / k, k, w / k, k]), [3, 5]);
  }

  const drop = (x, mask) => (mask === undefined ? x : x.mul(mask.ref));

  return {
    "mnistfc-bn": (p, input, masks) => {
      const h1 = drop(nn.relu(norm(p, "bn1", dense(p, "fc1", input.reshape([batchSize, -1])))), masks[0]);
      return dense(p, "fc3", drop(nn.relu(norm(p, "bn2", dense(p, "fc2", h1))), masks[1]));
    },
    lenet: (p, input, masks) => {
      const b1 = drop(nn.relu(pool(norm(p, "bn1", conv(p, "conv1", input)), 3)), masks[0]);
      const b2 = drop(nn.relu(pool(norm(p, "bn2", conv(p, "conv2", b1)), 2)), masks[1]);
      const hidden = nn.relu(norm(p, "bn3", dense(p, "fc1", b2.reshape([batchSize, -1]))));
      return dense(p, "fc2", drop(hidden, masks[2]));
    },
    "all-cnn-bn": (p, input, masks) => {
      let h = input;
      for (let i = 1; i <= 9; i++) {
        h = nn.relu(norm(p, `bn${i}`, conv(p, `conv${i}`, h, i === 3 || i === 6 ? 2 : 1, i === 9 ? 0 : 1)));
        if (i === 3 || i === 6) h = drop(h, masks[i / 3 - 1]);
      }
      return np.mean(h, [2, 3]);
    },
  };
}
