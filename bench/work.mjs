// The work that every engine is given: the same random pixels, labels, initial weights and shapes of dropout masks.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { integersInto, normalInto, randomKey, uniformInto } from "entropy-sgd/random";
import { buildNetwork, initialiseInto } from "onnx-grad/layers";
import { benchNetworks } from "./networks.mjs";

/**
 * Calls `use(folder, work)` while a temporary folder holds the network's work.
 *
 * @param {{ batchSize?: number, numExamples?: number }} [sizes] - those of the network where absent
 */
export function withWork(network, use, sizes = {}) {
  const { folder, work, remove } = openWork(network, sizes);
  try {
    return use(folder, work);
  } finally {
    remove();
  }
}

/** A temporary folder with the network's work, to be removed in the end; sizes as for `withWork`. */
export function openWork(network, sizes = {}) {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  return { folder, work: writeWork(folder, network, sizes), remove: () => rmSync(folder, { recursive: true }) };
}

/** Writes work.json, weights.bin, inputs.bin and labels.bin. */
function writeWork(folder, network, sizes) {
  const { spec, batchSize, numExamples, dropout } = { ...benchNetworks[network], ...sizes };
  const { parameters, numParams, masks } = buildNetwork(
    spec.define(dropout),
    [batchSize, ...spec.inputShape],
    "training",
  );
  const weights = new Float32Array(numParams);
  initialiseInto(weights, parameters, {
    uniformInto: (out, path) => uniformInto(out, { key: randomKey(0, "init", path), stream: 0, step: 0 }),
    normalInto: (out, path) => normalInto(out, { key: randomKey(0, "init", path), stream: 0, step: 0 }),
  });
  const size = spec.inputShape.reduce((product, side) => product * side, 1);
  const inputs = new Float32Array(numExamples * size);
  normalInto(inputs, { key: randomKey(0, "pixels"), stream: 0, step: 0 });
  const labels = new Int32Array(numExamples);
  integersInto(labels, spec.outputShape[0], { key: randomKey(0, "labels"), stream: 0, step: 0 });
  const layout = parameters.map(({ block: { name, shape, offset } }) => ({ name, shape, offset }));
  const work = {
    ...{ network, batchSize, dropout, numExamples, numParams, layout },
    inputShape: spec.inputShape,
    masks: masks.map(({ value }) => value.shape),
  };
  writeFileSync(join(folder, "work.json"), JSON.stringify(work));
  for (const [name, data] of Object.entries({ weights, inputs, labels })) {
    writeFileSync(join(folder, `${name}.bin`), new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return work;
}
