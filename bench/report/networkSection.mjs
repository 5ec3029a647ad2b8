// What was measured of one network.
import { engineOf, median, medianOf, ratioToOurs, summaryOf } from "../summary.mjs";
import { configuration, machineLine, number, spread, table, times } from "./text.mjs";

const head = [
  ...["engine", "loss and gradient, ms", "update, ms", "whole step, ms", "step against ours"],
  ...["evaluation, images/s", "start-up, ms", "peak memory, MB"],
];

/** The section of a network: a row per engine, the conditions, and the search for PyTorch's configuration. */
export function networkSection(name, network) {
  const { machine, rounds, seconds, numParams, engines } = network;
  const rows = engines.map((engine) => rowOf(network, engine));
  const paragraphs = [
    `## ${name}, ${numParams.toLocaleString("en")} weights`,
    table([head, ...rows]),
    ...engines.filter(({ reason, runs }) => reason !== null && runs.length > 0).map(failedLater),
    oursLine(network),
    `${machineLine(machine)}; rounds: ${rounds}, seconds per quantity: ${seconds}; ${loads(engines)}.`,
    ...engines.filter(({ tried }) => tried.length > 0).map(searchLine),
  ];
  return paragraphs.filter((text) => text !== null).join("\n\n");
}

function rowOf(network, { name, reason, variant, runs }) {
  if (runs.length === 0) return [name, reason ?? "not measured", ...head.slice(2).map(() => "–")];
  const of = (quantity) => spread(summaryOf(runs, quantity));
  const words = [runs[0].version, configuration(variant)].filter(Boolean).join("; ");
  return [
    ...[words === "" ? name : `${name} (${words})`, of("gradientMs"), of("updateMs"), of("stepMs")],
    ...[times(ratioToOurs(network, name, "stepMs")), imagesPerSecond(runs), of("startupMs"), of("peakMB")],
  ];
}

function imagesPerSecond(runs) {
  const evaluated = runs.filter(({ evaluationMs }) => evaluationMs);
  if (evaluated.length === 0) return "–";
  return number(median(evaluated.map(({ evaluationMs, numExamples }) => (1000 * numExamples) / median(evaluationMs))));
}

/** What only ours has: the parts of its start-up, and its update without the thread that draws noise ahead. */
function oursLine(network) {
  const { runs } = engineOf(network, "ours");
  if (runs.length === 0) return null;
  const [compileMs, updateMs, oneCoreMs] = ["compileMs", "updateMs", "updateOneCoreMs"].map((of) => medianOf(runs, of));
  const perWeight = (ms) => `${((1e6 * ms) / network.numParams).toFixed(2)} ns`;
  return (
    `Of our start-up, graph, differentiation and session take ${number(compileMs)} ms. Our update takes ${perWeight(updateMs)} ` +
    `per weight, ${perWeight(oneCoreMs)} on one core, without the thread that draws noise ahead.`
  );
}

const failedLater = ({ name, reason }) => `${name} failed in a later run: ${reason}.`;

function loads(engines) {
  const values = engines.flatMap(({ runs }) => runs.map(({ load }) => load));
  if (values.length === 0) return "nothing ran";
  return `load ${Math.min(...values).toFixed(2)} to ${Math.max(...values).toFixed(2)} when runs began`;
}

function searchLine({ name, tried }) {
  const trials = tried.map(
    ({ variant, stepMs, reason }) => `${configuration(variant)}: ${stepMs === null ? reason : number(stepMs)}`,
  );
  return `Configurations of ${name} tried, ms per step: ${trials.join("; ")}.`;
}
