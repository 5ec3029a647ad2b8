// LeNet as a layers model of TensorFlow.js: a step of its own `trainOnBatch` and a step after `fromLayersModel`.
import { loadavg } from "node:os";
import { runEngine } from "./engines.mjs";
import { machine } from "./machine.mjs";
import { median, withoutOtherWork } from "./summary.mjs";

/** Who trains the model: we after `fromLayersModel`, or TensorFlow.js. */
const names = ["ours", "tfjs-cpu", "tfjs-wasm"];

const program = {
  command: process.execPath,
  file: new URL("engines/layersModel.mjs", import.meta.url).pathname,
};

/** Seconds after which a process is given up: a step on TensorFlow.js's cpu backend takes about 20. */
const patience = 540;

/** Fresh processes in turn and in reversed order; of one whose step takes longer than `slowMs` one is enough. */
const slowMs = 10_000;

/** Each engine with its runs, or the reason why it has none; they must agree on the first loss, nothing dropped. */
export function layersModelSteps({ rounds, seconds }, say) {
  const on = machine();
  /** @type {{ name: string, reason: string | null, runs: any[] }[]} */
  const turns = names.map((name) => ({ name, reason: null, runs: [] }));
  for (let round = 0; round < rounds; round++) {
    for (const turn of round % 2 === 0 ? turns : [...turns].reverse()) {
      if (turn.reason !== null || (turn.runs.length > 0 && median(turn.runs[0].stepMs) > slowMs)) continue;
      const load = loadavg()[0];
      const result = runEngine(program, { engine: turn.name }, { seconds }, { seconds: patience });
      if (result.reason === undefined) turn.runs.push({ load, ...result });
      else turn.reason = result.reason;
      say(`layers model, ${turn.name}: ${result.reason ?? `${median(result.stepMs).toFixed(1)} ms per step`}`);
    }
  }
  return { machine: on, network: "lenet", batchSize: 128, rounds, seconds, engines: withoutOtherWork(turns) };
}
