// The measurement on a GPU: node bench/gpu.mjs RESULT.json [--networks lenet] [--batches 128] [--seconds 1] [--limit 240]
//
// Gradients and whole steps of our engine on the processor and on the GPU (WebGPU) and of PyTorch on CUDA, each part in a fresh process
// with a time limit of its own. The result is written anew after each part, so that nothing is lost by a part that
// fails or hangs; parts that do not begin within the limit (seconds in all) are reported so. bench/gpu/pack.mjs makes an archive of
// this program for a machine without Node and network, where bench/gpu/run.sh runs it.
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { deviceEngines, runEngine } from "./engines.mjs";
import { nvidiaCard, webgpuAdapter } from "./gpu/card.mjs";
import { gpuBatchSizes, gpuNetworks, gpuPlan } from "./gpu/plan.mjs";
import { machine } from "./machine.mjs";
import { benchNetworks } from "./networks.mjs";
import { median } from "./summary.mjs";
import { withWork } from "./work.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    networks: { type: "string", default: gpuNetworks.join(",") },
    batches: { type: "string", default: gpuBatchSizes.join(",") },
    seconds: { type: "string", default: "1" },
    limit: { type: "string", default: "240" },
  },
});
const [file = "gpu.json"] = positionals;
const seconds = Number(values.seconds);
const begun = performance.now();
const secondsLeft = () => Number(values.limit) - (performance.now() - begun) / 1000;
const say = (text) => console.log(`[${((performance.now() - begun) / 1000).toFixed(0)} s] ${text}`);
const log = (name) => (text) => appendFileSync(`${file}.log`, text === "" ? "" : `=== ${name}\n${text}\n`);

/** @type {any} */
const result = { machine: machine(), card: nvidiaCard(), adapter: null, seconds, parts: [] };
/** A line for each part. */
const keep = () => {
  const { parts, ...others } = result;
  const lines = parts.map((part) => JSON.stringify(part)).join(",\n");
  writeFileSync(file, `{"parts": [\n${lines}\n],\n${JSON.stringify(others).slice(1)}\n`);
};
keep();
result.adapter = webgpuAdapter(log("adapter"));
keep();
say(`card ${JSON.stringify(result.card)}, adapter ${JSON.stringify(result.adapter)}`);
const { environment } = result.adapter;
const engines = deviceEngines();
say(`PyTorch: ${engines.pytorch.absent ?? engines.pytorch.command}`);

const asked = { networks: values.networks.split(","), batchSizes: values.batches.split(",").map(Number) };
for (const { network, batchSize, turns } of gpuPlan(asked)) {
  const sizes = { batchSize, numExamples: Math.max(2 * batchSize, benchNetworks[network].numExamples) };
  const measureAll = (work) => {
    for (const turn of turns) measurePart({ network, batchSize, work }, turn);
  };
  withWork(network, measureAll, sizes);
}
say(`done: ${file}`);

function measurePart({ network, batchSize, work }, { engine, device, patience }) {
  const name = `${network}, batch ${batchSize}, ${engine} on ${device}`;
  const asked = {
    network,
    work,
    device,
    seconds,
    threads: result.machine.cores,
    reference: join(work, "reference.bin"),
  };
  const limit = Math.min(patience, secondsLeft());
  const found =
    engines[engine].absent !== undefined
      ? { reason: engines[engine].absent }
      : limit < 5
        ? { reason: "not begun: the time was over" }
        : runEngine(engines[engine], {}, asked, { seconds: Math.round(limit), environment, onErrors: log(name) });
  result.parts.push({ network, batchSize, engine, device, ...found });
  keep();
  say(`${name}: ${told(found)}`);
}

function told({ reason, gradientMs, stepMs, lossError, gradientError, ...rest }) {
  if (reason !== undefined) return reason;
  const errors =
    gradientError === undefined
      ? "the reference"
      : `relative errors ${lossError.toExponential(1)} of the loss, ${gradientError.toExponential(1)} of the gradient`;
  return `gradient ${median(gradientMs).toFixed(2)} ms, step ${median(stepMs).toFixed(2)} ms, ${errors}, start-up ${rest.startupMs.toFixed(0)} ms`;
}
