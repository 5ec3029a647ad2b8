// A layers model of TensorFlow.js trained there and by us.
import { ratioToOurs, summaryOf } from "../summary.mjs";
import { machineLine, number, spread, table, times } from "./text.mjs";

/** A row for each engine. */
export function layersSection(layers) {
  const heading = "## A model of TensorFlow.js\n\n";
  if (layers.engines === undefined) return `${heading}Not measured.`;
  const rows = layers.engines.map(({ name, reason, runs }) => [
    name,
    reason ?? spread(summaryOf(runs, "stepMs")),
    times(ratioToOurs(layers, name, "stepMs")),
    runs.map(({ loss }) => loss.toFixed(5)).at(0) ?? "–",
  ]);
  const loads = layers.engines.flatMap(({ runs }) => runs.map(({ load }) => load));
  return [
    `${heading}LeNet built with TensorFlow.js's layers: whole steps of plain SGD on batches of ${layers.batchSize}, by its own
\`trainOnBatch\` on its cpu and wasm backends, and after \`fromLayersModel\` by us. Fresh processes, the same initial weights; losses
of the same first batch, nothing dropped.`,
    table([["engine", "whole step, ms", "step against ours", "first loss"], ...rows]),
    `${machineLine(layers.machine)}; rounds: ${layers.rounds}, seconds: ${layers.seconds}; load ${number(Math.min(...loads))} to ` +
      `${number(Math.max(...loads))} when runs began. Raw values are in [layers.json](layers.json).`,
  ].join("\n\n");
}
