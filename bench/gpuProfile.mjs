// ONNX Runtime's own profile of a gradient on the GPU: node bench/gpuProfile.mjs FOLDER [--networks all-cnn-bn] [--batches 128]
//
// Writes FOLDER/profile-NETWORK-BATCH.json, the profiler's events of three runs after one that compiles the shaders; where the device
// can tell times, those of its programs are among them. bench/gpu/pack.mjs packs this program too.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { runOurs } from "./engines.mjs";
import { withWork } from "./work.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    networks: { type: "string", default: "all-cnn-bn" },
    batches: { type: "string", default: "128" },
    device: { type: "string", default: "webgpu" },
  },
});
for (const network of values.networks.split(",")) {
  for (const batchSize of values.batches.split(",").map(Number)) {
    withWork(network, (work) => profiled(network, batchSize, work), { batchSize, numExamples: 2 * batchSize });
  }
}

function profiled(network, batchSize, work) {
  const asked = { network, work, device: values.device, runs: 4, prefix: join(work, "profile") };
  const times = runOurs("oursProfile.mjs", asked);
  const written = readdirSync(work).find((name) => name.startsWith("profile")) ?? "profile";
  writeFileSync(join(positionals[0] ?? ".", `profile-${network}-${batchSize}.json`), readFileSync(join(work, written)));
  console.log(`${network}, batch ${batchSize}: ${times.join(", ")} ms`);
}
