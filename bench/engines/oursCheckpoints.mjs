// What checkpoints cost: `train` a run that makes them by the minute, or write one large state; run with --expose-gc.
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { entropySgd, presets, serialise } from "entropy-sgd";
import { currentEnvironment, resolveSettings, runTraining, writeCheckpoint } from "entropy-sgd-lab";

const asked = JSON.parse(process.argv[2]);
const folder = mkdtempSync(join(tmpdir(), "bench-checkpoints-"));
const inMB = (bytes) => Number((bytes / 1e6).toFixed(2));
const sizeOf = (path) => readdirSync(path).reduce((sum, name) => sum + statSync(join(path, name)).size, 0);
try {
  console.log(JSON.stringify(asked.network === undefined ? largeState(asked) : await byTheMinute(asked)));
} finally {
  rmSync(folder, { recursive: true });
}

/** Trains for some minutes; a checkpoint takes from the event before it to its own, which listeners get when it is written. */
async function byTheMinute({ network, minutes }) {
  const set = ["checkpointMinutes=1", "keepBest=0"];
  const settings = resolveSettings({ network, optimizer: "entropy-sgd", preset: "lua", budget: 1000, seed: 1, set });
  const controller = new AbortController();
  const out = join(folder, "run");
  const checkpointMs = [];
  let [before, gradientSeconds, gradients] = [0, 0, 0];
  /** @type {number | undefined} */
  let begun;
  await runTraining(settings, {
    out,
    signal: controller.signal,
    onEvent(event) {
      const now = performance.now();
      begun ??= now;
      if (event.type === "gradient") {
        gradientSeconds += event.secondsPerGradient;
        gradients += 1;
        if (now - begun > 60_000 * minutes) controller.abort("SIGTERM");
      }
      if (event.type === "checkpoint" && event.reason === "minutes") checkpointMs.push(now - before);
      before = performance.now();
    },
  });
  const names = readdirSync(join(out, "checkpoints"));
  const bytes = sizeOf(join(out, "checkpoints", names.at(-1) ?? ""));
  return {
    network,
    minutes,
    gradients,
    msPerGradient: (1000 * gradientSeconds) / gradients,
    checkpointMs,
    megabytes: inMB(bytes),
  };
}

/** Writes a state of four vectors with as many bytes as asked, and looks at the process's memory before and after. */
function largeState({ megabytes }) {
  const n = Math.round((megabytes * 1e6) / 16);
  const optimizer = entropySgd({ ...presets.lua, innerSteps: 20, scope: 1e-4 });
  const state = optimizer.init(new Float32Array(n).fill(0.1));
  /** @type {any} */
  const model = { layout: [{ name: "weights", shape: [n], offset: 0, kind: "weight" }], statistics: {} };
  const settings = resolveSettings({ network: "lenet", optimizer: "entropy-sgd", budget: 1, seed: 1 });
  const position = {
    gradients: 0,
    batches: 0,
    lossSum: 0,
    nextEvaluation: 1,
    seconds: 0,
    gradientSeconds: 0,
    evaluations: [],
  };
  const checkpoint = {
    ...{ settings, environment: currentEnvironment(1), dataChecksum: null, rollbacks: 0, events: [] },
    snapshot: {
      position,
      optimizer: serialise(state, { copy: false }),
      params: /** @type {Float32Array} */ (optimizer.evalPoint(state)),
      statistics: {},
    },
  };
  // Code and buffers that the first write of any size needs.
  const few = optimizer.init(new Float32Array(8));
  const little = {
    ...checkpoint.snapshot,
    optimizer: serialise(few, { copy: false }),
    params: /** @type {Float32Array} */ (few.params),
  };
  /** @type {any} */
  const tiny = { layout: [{ ...model.layout[0], shape: [8] }], statistics: {} };
  writeCheckpoint(join(folder, "001"), { ...checkpoint, snapshot: little }, tiny);
  globalThis.gc?.();
  const peak = () => 1024 * process.resourceUsage().maxRSS;
  const [before, peakBefore, started] = [process.memoryUsage().rss, peak(), performance.now()];
  writeCheckpoint(join(folder, "002"), checkpoint, model);
  const writeMs = performance.now() - started;
  const vectors = Object.values(serialise(state, { copy: false }).vectors);
  const stateBytes = vectors.reduce((sum, vector) => sum + vector.byteLength, 0);
  return {
    ...{ stateMB: inMB(stateBytes), writtenMB: inMB(sizeOf(join(folder, "002"))), writeMs },
    // The peak may lie before the write; then the write added nothing to it.
    ...{ residentMB: inMB(before), peakBeforeMB: inMB(peakBefore), peakAfterMB: inMB(peak()) },
  };
}
