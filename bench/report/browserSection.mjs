// Whole steps in a browser.
import { medianOf, summaryOf } from "../summary.mjs";
import { machineLine, number, spread, table, times } from "./text.mjs";

/** The median whole step of the fastest of the engines that are ours, or that are not; null where none was measured. */
function fastest({ engines }, areOurs) {
  const steps = engines
    .filter(({ name }) => name.startsWith("ours") === areOurs)
    .map(({ runs }) => medianOf(runs, "stepMs"))
    .filter((step) => step !== null);
  return steps.length === 0 ? null : Math.min(...steps);
}

/** How many times our step the fastest other engine takes; null where one side was not measured. */
export function ratioInBrowser(network) {
  const [ours, other] = network === undefined ? [null, null] : [fastest(network, true), fastest(network, false)];
  return ours === null || other === null ? null : other / ours;
}

/** A table for each network. */
export function browserSection(browser) {
  const heading = "## In a browser";
  const networks = Object.entries(browser);
  if (networks.length === 0) return `${heading}\n\nNot measured.`;
  const explained = `Batches of 128 in headless ${networks[0][1].browser}, the page cross-origin isolated, each run in a fresh browser: ours on
onnxruntime-web (WebAssembly; two threads where nothing else is said) and jax-js (WebAssembly) in a web worker, TensorFlow.js (its wasm
and cpu backends) in the page, as its documentation has it. The same work as above, engines in turn, after three seconds of gradients:
browsers compile WebAssembly once more while it runs. An engine whose step takes a second is measured in one round. Other work on the
cores costs two threads more than one, as each waits for the other.`;
  return [heading, explained, ...networks.flatMap(([name, network]) => parts(name, network))].join("\n\n");
}

function parts(name, network) {
  const ours = fastest(network, true);
  const rows = network.engines.map(({ name: engine, reason, runs }) => {
    if (runs.length === 0) return [engine, reason ?? "not measured", "–", "–", "–", "–"];
    const step = medianOf(runs, "stepMs");
    const of = (quantity) => spread(summaryOf(runs, quantity));
    const ratio = times(ours === null || step === null ? null : step / ours);
    return [engine, of("gradientMs"), of("updateMs"), of("stepMs"), ratio, of("startupMs")];
  });
  const loads = network.engines.flatMap(({ runs }) => runs.map(({ load }) => load));
  const head = [
    "engine",
    "loss and gradient, ms",
    "update, ms",
    "whole step, ms",
    "step against our faster",
    "start-up, ms",
  ];
  return [
    `### ${name} in a browser`,
    table([head, ...rows]),
    `${machineLine(network.machine)}; rounds: ${network.rounds}, seconds per quantity: ${network.seconds}; load ` +
      `${number(Math.min(...loads))} to ${number(Math.max(...loads))} when runs began. Raw values are in [browser.json](browser.json).`,
  ];
}
