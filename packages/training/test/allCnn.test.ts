/** All-CNN-BN against PyTorch, at the same weights, batches and dropout masks. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { sgd } from "entropy-sgd";
import { integersInto, normalInto, randomKey } from "entropy-sgd/random";
import { expect, test } from "vitest";
import { compileNetwork, networks, type TrainableModel } from "../src/index.ts";
import { maskFiller } from "../src/model/fillers.ts";
import { nodePlatform } from "../src/node.ts";
import { temporaryFolders } from "./temporaryFolder.ts";

/** Debian's Python; another one may come first in PATH. */
const python = "/usr/bin/python3";
const hasTorch = spawnSync(python, ["-c", "import torch"]).status === 0;
const folder = temporaryFolders();

test("PyTorch is here: Debian's package python3-torch", () => {
  if (hasTorch) return;
  const message = "python3-torch is missing, so that All-CNN is not compared: apt-get install python3-torch";
  if (process.env.CI) throw new Error(message);
  console.warn(message);
});

const [numSteps, batchSize] = [20, 4];
/**
 * Small steps, whose losses stay together: at a rate of 0.1 differences of rounding grow to per cents within ten steps of four images. They
 * are large enough to tell Nesterov's momentum from the plain one, which parts the losses by 1.6 %.
 */
const options = { learningRate: 0.005, momentum: 0.9, nesterov: true, weightDecay: 1e-3 };

/** Trains by SGD, and gives the losses, the first gradient and what each step was given. */
async function trained(model: TrainableModel) {
  const key = randomKey(3, "images");
  const fillMasks = maskFiller(model, 3);
  const optimizer = sgd(options);
  const initial = model.initialParams(3);
  let state = optimizer.init(initial.slice(), model.memory);
  const gradient = model.memory.allocate(model.numParams, initial) as Float32Array;
  const given = { inputs: [] as Buffer[], labels: [] as Buffer[], masks: [] as Buffer[] };
  const bytes = ({ buffer, byteOffset, byteLength }: Float32Array | Int32Array) =>
    Buffer.from(new Uint8Array(buffer, byteOffset, byteLength));
  const losses: number[] = [];
  let first = new Float32Array();
  for (let step = 0; step < numSteps; step++) {
    normalInto(model.inputs, { key, stream: 0, step });
    integersInto(model.targets as Int32Array, 10, { key, stream: 1, step });
    fillMasks(step);
    given.inputs.push(bytes(model.inputs));
    given.labels.push(bytes(model.targets as Int32Array));
    given.masks.push(...model.masks.map(({ mask }) => bytes(mask)));
    losses.push(await model.lossAndGradient(optimizer.gradientPoint(state) as Float32Array, gradient));
    if (step === 0) first = gradient.slice();
    state = optimizer.step(gradient, state);
  }
  return { losses, first, files: { "weights.bin": bytes(initial), ...asFiles(given) } };
}

const asFiles = (given: Readonly<Record<string, readonly Buffer[]>>): Record<string, Buffer> =>
  Object.fromEntries(Object.entries(given).map(([name, pieces]) => [`${name}.bin`, Buffer.concat(pieces)]));

test.skipIf(!hasTorch)("All-CNN-BN has PyTorch's gradient, and its losses in the first 20 steps of SGD", async () => {
  const model = await compileNetwork(networks["all-cnn-bn"]!, { platform: nodePlatform, batchSize, dropout: 0.5 });
  try {
    const { losses, first, files } = await trained(model);
    const shapes = [
      [3, 32, 32],
      [96, 16, 16],
      [192, 8, 8],
    ].map((shape) => [batchSize, ...shape]);
    expect(model.masks.map(({ keep, mask }) => [keep, mask.length])).toEqual(
      shapes.map((shape, i) => [i === 0 ? 0.8 : 0.5, shape.reduce((product, side) => product * side, 1)]),
    );
    const { learningRate: lr, weightDecay: weight_decay, ...others } = options;
    const work = { batchSize, layout: model.layout, masks: shapes, sgd: { lr, weight_decay, ...others } };
    const place = folder({ ...files, "work.json": JSON.stringify(work) });
    const script = fileURLToPath(new URL("oracle/allCnn.py", import.meta.url));
    const { status, stdout, stderr } = spawnSync(python, [script, place], { encoding: "utf8" });
    expect([status, stderr]).toEqual([0, ""]);
    const { losses: expected } = JSON.parse(stdout) as { losses: number[] };

    const gradient = readFileSync(join(place, "gradient.bin"));
    const theirs = new Float32Array(gradient.buffer.slice(gradient.byteOffset, gradient.byteOffset + gradient.length));
    let [difference, size] = [0, 0];
    first.forEach((x, i) => {
      difference += (x - theirs[i]!) ** 2;
      size += theirs[i]! ** 2;
    });
    // Rounding may put a unit on the other side of its ReLU's kink, which does not move the loss but ends a unit's part of the gradient: one of
    // the 49,152 of the eighth layer is 1/√49152 = 0.5 % of its norm, if their parts are alike. Without such a unit the two agree to 1e-6.
    expect(Math.sqrt(difference / size)).toBeLessThan(0.01);
    expect(Math.abs(losses[0]! / expected[0]! - 1)).toBeLessThan(1e-5);
    losses.forEach((loss, step) => {
      expect(Math.abs(loss / expected[step]! - 1), `step ${step}`).toBeLessThan(0.01);
    });
  } finally {
    await model.close();
  }
});
