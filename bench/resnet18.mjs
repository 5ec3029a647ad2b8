// ResNet-18, a network of the benchmark alone. He et al. 2016, arXiv:1512.03385, table 1.
import { add, maxPool, reduceMean, relu } from "onnx-grad";
import { layers } from "onnx-grad/layers";

const { batchNorm, conv2d, dense } = layers;

/** Filters of the four stages; each has two blocks, and from the second on its first block halves the image. */
const stages = [64, 128, 256, 512];

/** Two 3×3 convolutions beside the identity, or beside a 1×1 convolution where the shape changes. */
function basicBlock(context, name, x, filters, stride) {
  const normalised = (of, suffix, kernel, step) => {
    const options = { stride: step, padding: kernel >> 1, bias: false };
    return batchNorm(
      context,
      `${name}.bn${suffix}`,
      conv2d(context, `${name}.conv${suffix}`, of, filters, kernel, options),
    );
  };
  const y = normalised(relu(normalised(x, "1", 3, stride)), "2", 3, 1);
  const shortcut = stride === 1 ? x : normalised(x, "Shortcut", 1, stride);
  return relu(add(y, shortcut));
}

/**
 * A 7×7 convolution of stride 2, max-pool 3×3 of stride 2, eight blocks, the mean over positions and a dense layer; batch norm
 * behind every convolution, ten classes: 11,181,642 weights. At 64×64 the stages have images of 16, 8, 4 and 2 pixels a side.
 *
 * @type {import("entropy-sgd-training").NetworkSpec}
 */
export const resnet18 = {
  name: "resnet18",
  inputShape: [3, 64, 64],
  outputShape: [10],
  define: () => (context, inputs) => {
    const stem = conv2d(context, "conv1", inputs, 64, 7, { stride: 2, padding: 3, bias: false });
    let x = maxPool(relu(batchNorm(context, "bn1", stem)), { size: 3, stride: 2, padding: 1 });
    for (const [i, filters] of stages.entries()) {
      for (const block of [0, 1]) {
        const stride = i > 0 && block === 0 ? 2 : 1;
        x = basicBlock(context, `layer${i + 1}.${block}`, x, filters, stride);
      }
    }
    return dense(context, "fc", reduceMean(x, { axes: [2, 3] }), 10);
  },
};
