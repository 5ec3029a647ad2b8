// jax-js on its WebAssembly backend, one process, without dropout (it has none); arrays own their memory: `.ref` keeps one for another use.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { floats, measured, words } from "./timing.mjs";

const { network, work, seconds } = JSON.parse(process.argv[2]);
const peers = createRequire(new URL("../peers/package.json", import.meta.url));
const started = performance.now();
const jax = await import(pathToFileURL(peers.resolve("@jax-js/jax")).href.replace("index.cjs", "index.js"));
const { numpy: np, nn, lax, jit, random, valueAndGrad, blockUntilReady } = jax;
await jax.init("wasm");
jax.defaultDevice("wasm");

const { layout, batchSize, inputShape } = JSON.parse(readFileSync(join(work, "work.json"), "utf8"));
const weights = floats(join(work, "weights.bin"));
const size = (shape) => shape.reduce((product, side) => product * side, 1);
const params = Object.fromEntries(
  layout.map(({ name, shape, offset }) => [name, np.array(weights.slice(offset, offset + size(shape))).reshape(shape)]),
);
const x = np.array(floats(join(work, "inputs.bin")).slice(0, batchSize * size(inputShape)));
const images = x.reshape([batchSize, ...inputShape]);
const labels = words(join(work, "labels.bin")).slice(0, batchSize);
const targets = np.array(
  Float32Array.from({ length: 10 * batchSize }, (_, i) => (labels[Math.floor(i / 10)] === i % 10 ? 1 : 0)),
);
const oneHot = targets.reshape([batchSize, 10]);

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

const forward = {
  "mnistfc-bn": (p, input) => {
    const h1 = nn.relu(norm(p, "bn1", dense(p, "fc1", input.reshape([batchSize, -1]))));
    return dense(p, "fc3", nn.relu(norm(p, "bn2", dense(p, "fc2", h1))));
  },
  lenet: (p, input) => {
    const b1 = nn.relu(pool(norm(p, "bn1", conv(p, "conv1", input)), 3));
    const b2 = nn.relu(pool(norm(p, "bn2", conv(p, "conv2", b1)), 2));
    return dense(p, "fc2", nn.relu(norm(p, "bn3", dense(p, "fc1", b2.reshape([batchSize, -1])))));
  },
  "all-cnn-bn": (p, input) => {
    let h = input;
    for (let i = 1; i <= 9; i++) {
      h = nn.relu(norm(p, `bn${i}`, conv(p, `conv${i}`, h, i === 3 || i === 6 ? 2 : 1, i === 9 ? 0 : 1)));
    }
    return np.mean(h, [2, 3]);
  },
}[network];

const lossOf = (p, input, target) => {
  const logits = forward(p, input);
  return np.sum(nn.logSoftmax(logits).mul(target)).mul(-1 / batchSize);
};
const lossAndGradient = jit(valueAndGrad(lossOf));
const keep = (tree) => Object.fromEntries(Object.entries(tree).map(([name, array]) => [name, array.ref]));
const dispose = (tree) => {
  for (const array of Object.values(tree)) array.dispose();
};

let loss = 0;
async function gradientOnce() {
  const [value, gradients] = lossAndGradient(keep(params), images.ref, oneHot.ref);
  await blockUntilReady(gradients);
  loss = await value.jsAsync();
  return gradients;
}
dispose(await gradientOnce());
const startupMs = performance.now() - started;
const gradientMs = await measured(seconds, async () => dispose(await gradientOnce()));

// x', μ and v per parameter; the same equations as elsewhere, compiled.
const [learningRate, scope, momentum, deviation, averaging] = [0.1, 1e-4, 0.9, 1e-4 * Math.sqrt(0.1), 0.25];
const moved = jit((point, anchor, mean, velocity, gradient, noise) => {
  const d = gradient.add(point.ref.sub(anchor).mul(scope));
  const v = velocity.mul(momentum).add(d.ref);
  const next = point.sub(d.add(v.ref.mul(momentum)).mul(learningRate)).add(noise.mul(deviation));
  return [next.ref, mean.mul(1 - averaging).add(next.mul(averaging)), v];
});
const anchors = keep(params);
const means = keep(params);
const velocities = Object.fromEntries(layout.map(({ name, shape }) => [name, np.zeros(shape)]));
let key = random.key(0);
async function update(gradients) {
  for (const { name, shape } of layout) {
    const [next, own] = random.split(key, 2);
    key = next;
    const noise = random.normal(own, shape);
    [params[name], means[name], velocities[name]] = moved(
      ...[params[name], anchors[name].ref, means[name], velocities[name], gradients[name], noise],
    );
  }
  await blockUntilReady([params, means, velocities]);
}
const held = await gradientOnce();
const updateMs = await measured(seconds, () => update(keep(held)));
const [allImages, allLabels] = [floats(join(work, "inputs.bin")), words(join(work, "labels.bin"))];
const exampleSize = size(inputShape);
const stepMs = await measured(seconds, async () => {
  const [batch, hot] = [new Float32Array(batchSize * exampleSize), new Float32Array(10 * batchSize)];
  for (let i = 0; i < batchSize; i++) {
    const index = Math.floor(Math.random() * allLabels.length);
    batch.set(allImages.subarray(index * exampleSize, (index + 1) * exampleSize), i * exampleSize);
    hot[10 * i + allLabels[index]] = 1;
  }
  const [input, target] = [np.array(batch).reshape([batchSize, ...inputShape]), np.array(hot).reshape([batchSize, 10])];
  const [value, gradients] = lossAndGradient(keep(params), input, target);
  value.dispose();
  await update(gradients);
});
const peakMB = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ loss, startupMs, gradientMs, updateMs, stepMs, peakMB }));
