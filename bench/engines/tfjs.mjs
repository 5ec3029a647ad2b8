// TensorFlow.js on its cpu or wasm backend, one process.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { floats, measured, words } from "./timing.mjs";

const { network, work, seconds, backend } = JSON.parse(process.argv[2]);
const peers = createRequire(new URL("../peers/package.json", import.meta.url));
const started = performance.now();
console.warn = () => {};
const tf = peers("@tensorflow/tfjs");
if (backend === "wasm") {
  const { setWasmPaths } = peers("@tensorflow/tfjs-backend-wasm");
  setWasmPaths(`${dirname(peers.resolve("@tensorflow/tfjs-backend-wasm"))}/`);
}
await tf.setBackend(backend);
await tf.ready();

const { layout, batchSize, inputShape, dropout, numExamples } = JSON.parse(
  readFileSync(join(work, "work.json"), "utf8"),
);
const weights = floats(join(work, "weights.bin"));
const size = (shape) => shape.reduce((product, side) => product * side, 1);
// Images are NHWC and kernels HWIO here: its fast layout.
const p = Object.fromEntries(
  layout.map(({ name, shape, offset }) => {
    const flat = tf.tensor(weights.slice(offset, offset + size(shape)), shape);
    return [name, tf.variable(shape.length === 4 ? flat.transpose([2, 3, 1, 0]) : flat)];
  }),
);
const all = tf.tensor(floats(join(work, "inputs.bin")), [numExamples, ...inputShape]).transpose([0, 2, 3, 1]);
const labels = words(join(work, "labels.bin"));
const allLabels = tf.tensor1d(labels, "int32");
let rate = 0;

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
const drop = (x) => (rate > 0 ? tf.dropout(x, rate) : x);
/** Flattens in the order of channels, rows, columns, as the weights have it. */
const flatten = (x) => x.transpose([0, 3, 1, 2]).reshape([x.shape[0], -1]);

const forward = {
  "mnistfc-bn": (x) => {
    const h1 = drop(norm("bn1", dense("fc1", flatten(x))).relu());
    return dense("fc3", drop(norm("bn2", dense("fc2", h1)).relu()));
  },
  lenet: (x) => {
    const b1 = drop(norm("bn1", conv("conv1", x)).maxPool(3, 3, 0).relu());
    const b2 = drop(norm("bn2", conv("conv2", b1)).maxPool(2, 2, 0).relu());
    return dense("fc2", drop(norm("bn3", dense("fc1", flatten(b2))).relu()));
  },
  "all-cnn-bn": (x) => {
    let h = x;
    for (let i = 1; i <= 9; i++) {
      const strided = i === 3 || i === 6;
      h = norm(`bn${i}`, conv(`conv${i}`, h, strided ? 2 : 1, i === 9 ? 0 : 1)).relu();
      if (strided) h = drop(h);
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
const first = await gradientOnce(x, y);
tf.dispose(first.grads);
const startupMs = performance.now() - started;
rate = dropout;
const gradientMs = await measured(seconds, async () => tf.dispose((await gradientOnce(x, y)).grads));

// x', μ and v per parameter; the same equations as elsewhere.
const zeros = () => Object.fromEntries(names.map((name) => [name, tf.variable(tf.zerosLike(p[name]))]));
const anchors = Object.fromEntries(names.map((name) => [name, tf.variable(p[name].clone())]));
const means = Object.fromEntries(names.map((name) => [name, tf.variable(p[name].clone())]));
const velocities = zeros();
const [learningRate, scope, momentum, deviation, averaging] = [0.1, 1e-4, 0.9, 1e-4 * Math.sqrt(0.1), 0.25];
function update(grads) {
  tf.tidy(() => {
    for (const name of names) {
      const d = grads[p[name].name].add(p[name].sub(anchors[name]).mul(scope));
      velocities[name].assign(velocities[name].mul(momentum).add(d));
      const moved = p[name].sub(d.add(velocities[name].mul(momentum)).mul(learningRate));
      p[name].assign(moved.add(tf.randomNormal(moved.shape, 0, deviation)));
      means[name].assign(means[name].mul(1 - averaging).add(p[name].mul(averaging)));
    }
  });
}
const { grads } = await gradientOnce(x, y);
const settle = () => means[names[0]].data();
const updateMs = await measured(seconds, async () => {
  update(grads);
  await settle();
});
const stepMs = await measured(seconds, async () => {
  const indices = tf.randomUniform([batchSize], 0, numExamples, "int32");
  const [input, target] = [all.gather(indices), allLabels.gather(indices)];
  const own = await gradientOnce(input, target);
  update(own.grads);
  await settle();
  tf.dispose([indices, input, target, own.grads]);
});
const peakMB = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ loss: first.loss, startupMs, gradientMs, updateMs, stepMs, peakMB }));
