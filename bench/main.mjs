// The benchmark: npm run bench [-- step] [-- --networks lenet,mnistfc-bn --engines ours,pytorch --rounds 4 --seconds 2 --json]
//
// Every engine gets the same work and runs in fresh processes, in turn and in reversed order; medians are told with their
// spread, raw values are kept. `step` prints the table of steps; without it the report in bench/results is written too.
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { engines, runEngine } from "./engines.mjs";
import { machine, writeReport } from "./report.mjs";
import { median, stepTable } from "./summary.mjs";
import { writeWork } from "./work.mjs";

const allNetworks = ["mnistfc-bn", "lenet", "all-cnn-bn"];
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    networks: { type: "string", default: allNetworks.join(",") },
    engines: { type: "string", default: engines.map(({ name }) => name).join(",") },
    rounds: { type: "string", default: "4" },
    seconds: { type: "string", default: "2" },
    json: { type: "boolean", default: false },
  },
});
const say = (text) => process.stderr.write(`${text}\n`);
const [what = "all"] = positionals;
const networks = values.networks.split(",");
const wanted = values.engines.split(",");
const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];
const unknown =
  networks.find((name) => !allNetworks.includes(name)) ??
  wanted.find((name) => !engines.some((engine) => engine.name === name));
if (!["all", "step"].includes(what) || unknown !== undefined || !(rounds >= 1) || !(seconds > 0)) {
  say(`error: ${unknown === undefined ? "usage" : `unknown: ${unknown}`}; see the head of bench/main.mjs`);
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), "bench-"));
const results = { machine: machine(), rounds, seconds, networks: {} };
try {
  for (const network of networks) {
    const work = join(folder, network);
    const { numParams } = writeWork(work, network);
    results.networks[network] = { numParams, engines: measure(network, work) };
    checkLosses(network, results.networks[network].engines);
  }
} finally {
  rmSync(folder, { recursive: true });
}
if (what === "all") say(`The report is ${writeReport(results)}`);
const table = stepTable(results);
if (values.json) console.log(JSON.stringify(table));
else console.table(table.map((row) => ({ ...row, reason: row.reason ?? "" })));

/** All engines on one network: the fastest variant of each is found, then engines take turns. */
function measure(network, work) {
  const chosen = engines
    .filter(({ name }) => wanted.includes(name))
    .map((engine) => ({ engine, runs: [], reason: engine.absent, ...bestVariant(engine, network, work) }));
  // What takes minutes is measured once.
  const isSlow = ({ trial }) => trial?.gradientMs !== undefined && median(trial.gradientMs) > 3000;
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? chosen : [...chosen].reverse();
    for (const one of order) {
      if (one.reason !== null || (round > 0 && isSlow(one))) continue;
      const load = loadavg()[0];
      const found = runEngine(one.engine, one.variant, { network, work, seconds });
      if (found.reason !== undefined) one.reason = found.reason;
      else one.runs.push({ load, ...found });
      say(
        `${network}, ${one.engine.name}, round ${round + 1}: ${found.reason ?? `${median(found.stepMs).toFixed(1)} ms per step`}`,
      );
    }
  }
  return chosen.map(({ engine: { name }, variant, reason, tried, runs }) => ({ name, variant, reason, tried, runs }));
}

/** The variant with the fastest step in a short trial. */
function bestVariant(engine, network, work) {
  if (engine.absent !== null) return { variant: null, tried: [] };
  if (engine.variants.length === 1) {
    const [variant] = engine.variants;
    if (engine.name === "ours") return { variant, tried: [] };
    const trial = runEngine(engine, variant, { network, work, seconds: 0.1 });
    say(`${network}, ${engine.name}: ${trial.reason ?? "runs"}`);
    return { variant, tried: [], trial, ...(trial.reason === undefined ? {} : { reason: trial.reason }) };
  }
  const tried = engine.variants.map((variant) => {
    const found = runEngine(engine, variant, { network, work, seconds: network === "all-cnn-bn" ? 0.1 : 0.5 });
    const stepMs = found.reason === undefined ? median(found.stepMs) : null;
    say(`${network}, ${engine.name} ${JSON.stringify(variant)}: ${found.reason ?? `${stepMs.toFixed(1)} ms per step`}`);
    return { ...variant, stepMs, reason: found.reason };
  });
  const running = tried.filter(({ stepMs }) => stepMs !== null).sort((a, b) => a.stepMs - b.stepMs);
  if (running.length === 0) return { variant: null, tried, reason: tried[0].reason };
  const { stepMs: _, reason: __, ...variant } = running[0];
  return { variant, tried };
}

/** Engines must have computed the same thing. */
function checkLosses(network, measured) {
  const ours = measured.find(({ name }) => name === "ours")?.runs[0]?.loss;
  for (const { name, runs } of measured) {
    const other = runs[0]?.loss;
    if (ours === undefined || other === undefined || Math.abs(other - ours) <= 1e-3) continue;
    throw new Error(`${network}: the loss of ${name} is ${other}, ours ${ours}: the work is not the same`);
  }
}
