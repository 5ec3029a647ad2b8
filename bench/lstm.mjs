// Loss and gradient of recurrent language models, by us and by PyTorch at its best setting.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { integersInto, normalInto, randomKey, uniformInto } from "entropy-sgd/random";
import { adaptiveNetworks } from "entropy-sgd-training";
import { buildNetwork, initialiseInto } from "onnx-grad/layers";
import { bestVariant } from "./bestVariant.mjs";
import { findLstmEngine, runEngine } from "./engines.mjs";
import { machine } from "./machine.mjs";
import { median, withoutOtherWork } from "./summary.mjs";

/** Windows of the networks, without dropout: the paper's batches and vocabularies. */
const windows = {
  "char-lstm": { batchSize: 32, steps: 50, vocabulary: 87 },
  "ptb-small": { batchSize: 20, steps: 20, vocabulary: 10_000 },
  "ptb-large": { batchSize: 20, steps: 35, vocabulary: 10_000 },
};

/** The spec of a network for the work's window. */
export const lstmSpec = (network, { steps, vocabulary }) =>
  /** @type {any} */ (adaptiveNetworks)[network].fit({ inputShape: [steps], outputShape: [steps, vocabulary] });

/** Gives [network, result] one after the other: machine, settings, and both engines with configuration, reason and raw runs. */
export function* lstmGradients({ networks, rounds, seconds }, say) {
  for (const network of networks) {
    const on = machine();
    const folder = mkdtempSync(join(tmpdir(), "bench-"));
    try {
      const numParams = writeWork(folder, network);
      const engines = measured({ network, work: folder, rounds, seconds }, say);
      yield [
        network,
        {
          machine: on,
          rounds,
          seconds,
          numParams,
          ...windows[network],
          engines: withoutOtherGradients(withoutOtherWork(engines)),
        },
      ];
    } finally {
      rmSync(folder, { recursive: true });
    }
  }
}

/** Writes work.json, weights.bin, inputs.bin and labels.bin; the network's initial weights and random tokens. */
function writeWork(folder, network) {
  const window = windows[network];
  const { batchSize, steps, vocabulary } = window;
  const spec = lstmSpec(network, window);
  const { parameters, numParams } = buildNetwork(spec.define(0), [batchSize, steps], "training");
  const weights = new Float32Array(numParams);
  initialiseInto(weights, parameters, {
    uniformInto: (out, path) => uniformInto(out, { key: randomKey(0, "init", path), stream: 0, step: 0 }),
    normalInto: (out, path) => normalInto(out, { key: randomKey(0, "init", path), stream: 0, step: 0 }),
  });
  const [tokens, labels] = ["tokens", "labels"].map((name) => {
    const out = new Int32Array(batchSize * steps);
    integersInto(out, vocabulary, { key: randomKey(0, name), stream: 0, step: 0 });
    return out;
  });
  const layout = parameters.map(({ block: { name, shape, offset } }) => ({ name, shape, offset }));
  writeFileSync(join(folder, "work.json"), JSON.stringify({ network, ...window, layout }));
  for (const [name, data] of Object.entries({ weights, inputs: Float32Array.from(tokens), labels })) {
    writeFileSync(join(folder, `${name}.bin`), new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return numParams;
}

/** Engines whose gradients are as long as ours, to 1e-3 of it. */
function withoutOtherGradients(engines) {
  const ours = engines.find(({ name }) => name === "ours")?.runs[0]?.gradientNorm;
  return engines.map((engine) => {
    const norm = engine.runs[0]?.gradientNorm;
    if (ours === undefined || norm === undefined || Math.abs(norm / ours - 1) <= 1e-3) return engine;
    return { ...engine, runs: [], reason: `not the same work: the length of its gradient is ${norm}, of ours ${ours}` };
  });
}

/** Fresh processes in turn and in reversed order. */
function measured({ rounds, ...asked }, say) {
  const turns = ["ours", "pytorch"].map((name) => {
    const engine = findLstmEngine[name]();
    if (engine.absent !== undefined)
      return { name, engine, variant: null, tried: [], reason: engine.absent, runs: /** @type {any[]} */ ([]) };
    const trial = (variant) => {
      const result = runEngine(engine, variant, { ...asked, seconds: Math.min(1, asked.seconds / 2) });
      say(`${asked.network}, ${name} ${JSON.stringify(variant)}: ${told(result)}`);
      return result.reason === undefined ? { stepMs: median(result.gradientMs) } : result;
    };
    return { name, engine, ...bestVariant(engine, asked.network, trial), runs: /** @type {any[]} */ ([]) };
  });
  for (let round = 0; round < rounds; round++) {
    for (const turn of round % 2 === 0 ? turns : [...turns].reverse()) {
      if (turn.reason !== null) continue;
      const load = loadavg()[0];
      const result = runEngine(turn.engine, turn.variant, asked);
      if (result.reason !== undefined) turn.reason = result.reason;
      else turn.runs.push({ load, ...result });
      say(`${asked.network}, ${turn.name}, round ${round + 1}: ${told(result)}`);
    }
  }
  return turns.map(({ name, variant, reason, tried, runs }) => ({ name, variant, reason, tried, runs }));
}

const told = ({ reason, gradientMs }) => reason ?? `${median(gradientMs).toFixed(1)} ms for loss and gradient`;
