// Measures engines in turn, each run in a fresh process.
import { loadavg } from "node:os";
import { bestVariant } from "./bestVariant.mjs";
import { findEngine, runEngine } from "./engines.mjs";
import { machine } from "./machine.mjs";
import { median, withoutOtherWork } from "./summary.mjs";
import { withWork } from "./work.mjs";

/** Engines whose step takes longer are measured in one round, which takes minutes. */
const slowMs = 10_000;

/** Gives [network, result] one after the other: machine, settings, and engines with configuration, reason and raw runs. */
export function* measure({ networks, engines, rounds, seconds }, say) {
  const found = engines.map((name) => ({ name, engine: findEngine[name]() }));
  for (const network of networks) {
    const on = machine();
    yield withWork(network, (work, { numParams }) => {
      const measured = measureNetwork(found, { network, work, rounds, seconds }, say);
      return [network, { machine: on, rounds, seconds, numParams, engines: withoutOtherWork(measured) }];
    });
  }
}

function measureNetwork(found, { network, work, rounds, seconds }, say) {
  const asked = { network, work, seconds };
  const trial = (name, engine) => (variant) => {
    const result = runEngine(engine, variant, { ...asked, seconds: Math.min(1, seconds / 2), onlyStep: true });
    say(`${network}, ${name} ${JSON.stringify(variant)}: ${told(result)}`);
    return result.reason === undefined ? { stepMs: median(result.stepMs) } : result;
  };
  const turns = found.map(({ name, engine }) => {
    const lacks = engine.networks?.includes(network) === false ? "has not this network" : null;
    const absent = engine.absent ?? lacks;
    if (absent !== null) return { name, engine, variant: null, tried: [], reason: absent, runs: [] };
    return { name, engine, ...bestVariant(engine, network, trial(name, engine)), runs: [] };
  });
  for (let round = 0; round < rounds; round++) {
    for (const turn of round % 2 === 0 ? turns : [...turns].reverse()) {
      if (turn.reason !== null || (turn.runs.length > 0 && median(turn.runs[0].stepMs) > slowMs)) continue;
      const conditions = { begun: new Date().toISOString(), load: loadavg()[0] };
      const result = runEngine(turn.engine, turn.variant, asked);
      if (result.reason !== undefined) turn.reason = result.reason;
      else turn.runs.push({ ...conditions, ...result });
      say(`${network}, ${turn.name}, round ${round + 1}: ${told(result)}`);
    }
  }
  return turns.map(({ name, variant, reason, tried, runs }) => ({ name, variant, reason, tried, runs }));
}

const told = ({ reason, stepMs }) => reason ?? `${median(stepMs).toFixed(1)} ms per step`;
