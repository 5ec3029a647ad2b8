// The report: Markdown and SVG from the raw results.
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, cpus, loadavg, release, totalmem, type } from "node:os";
import { fileURLToPath } from "node:url";
import { standaloneSvg } from "../packages/lab/dist/report/figures.js";
import { median, stepTable, summaryOf } from "./summary.mjs";

const require = createRequire(import.meta.url);
const Plot = require("@observablehq/plot");

/** What the numbers depend on. */
export function machine() {
  return {
    processor: cpus()[0].model.trim(),
    cores: availableParallelism(),
    memoryGB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.version,
    onnxruntime: require("onnxruntime-node/package.json").version,
    load: loadavg()[0],
    date: new Date().toISOString().slice(0, 10),
  };
}

const results = new URL("results/", import.meta.url);

/** Writes bench.json, bench.md and bench.svg; gives the report's path. */
export function writeReport(found) {
  mkdirSync(results, { recursive: true });
  writeFileSync(new URL("bench.json", results), `${JSON.stringify(found)}\n`);
  writeFileSync(new URL("bench.svg", results), figure(found));
  writeFileSync(new URL("bench.md", results), markdown(found));
  return fileURLToPath(new URL("bench.md", results));
}

const shown = (summary, digits = 1) =>
  summary === null
    ? "–"
    : `${summary.median.toFixed(digits)} (${summary.low.toFixed(digits)}–${summary.high.toFixed(digits)})`;

function markdown({ machine: on, rounds, seconds, networks }) {
  const sections = Object.entries(networks).map(([network, { numParams, engines }]) => {
    const ours = engines.find(({ name }) => name === "ours");
    const rows = engines.map(({ name, reason, variant, runs }) => {
      const of = (quantity) => summaryOf(runs, quantity);
      const [own, other] = [summaryOf(ours?.runs ?? [], "stepMs"), of("stepMs")];
      const images = runs
        .filter(({ evaluationMs }) => evaluationMs)
        .map(({ evaluationMs, numExamples }) => (1000 * numExamples) / median(evaluationMs));
      const perSecond = images.length === 0 ? "–" : median(images).toFixed(0);
      const ratio = own === null || other === null ? "–" : `${(other.median / own.median).toFixed(2)}×`;
      const configuration = Object.entries(variant ?? {})
        .filter(([, value]) => value !== null)
        .map(([key, value]) => `${key} ${value}`)
        .join(", ");
      if (runs.length === 0) return `| ${name} | ${reason} | | | | | | |`;
      return `| ${name}${configuration === "" ? "" : ` (${configuration})`} | ${shown(of("gradientMs"))} | ${shown(of("updateMs"), 2)} | ${shown(of("stepMs"))} | ${ratio} | ${perSecond} | ${shown(of("startupMs"), 0)} | ${shown(of("peakMB"), 0)} |`;
    });
    const update = summaryOf(ours?.runs ?? [], "updateMs");
    const perParam =
      update === null ? "" : `\nOur update takes ${((1e6 * update.median) / numParams).toFixed(2)} ns per parameter.\n`;
    return `## ${network}, ${numParams.toLocaleString("en")} weights

| engine | loss and gradient, ms | update, ms | whole step, ms | step against ours | images/s, evaluation | start-up, ms | peak RSS, MB |
|---|---|---|---|---|---|---|---|
${rows.join("\n")}
${perParam}`;
  });
  return `# Benchmark

\`npm run bench\`: batches of 128, fresh process per variant, ${rounds} rounds in turn and in reversed order, ${seconds} s per quantity;
medians over rounds of the medians in a round, with the least and largest. ${on.date}; ${on.processor}, ${on.cores} cores, ${on.memoryGB} GB; ${on.system}; Node ${on.node}, ONNX Runtime ${on.onnxruntime}; load ${on.load.toFixed(2)} when it began. A whole step fetches the batch, draws
dropout masks, takes loss and gradient, and updates (Entropy-SGD, preset \`lua\`). Engines start from the same weights and batch; their
first losses agree to 1e-3. Raw values are in [bench.json](bench.json).

![Whole steps](bench.svg)

${sections.join("\n")}`;
}

function figure(found) {
  const rows = stepTable(found).filter(({ stepMs }) => stepMs !== null);
  const names = [...new Set(rows.map(({ engine }) => engine))];
  return standaloneSvg({
    width: 760,
    height: 60 + 26 * rows.length,
    marginLeft: 190,
    marginRight: 70,
    x: { type: "log", label: "whole step, ms (log scale)", labelAnchor: "center", grid: true, tickFormat: "~g" },
    y: { domain: rows.map(({ network, engine }) => `${network}, ${engine}`), label: null },
    marks: [
      Plot.dot(rows, {
        ...{ x: "stepMs", y: (d) => `${d.network}, ${d.engine}`, r: 6 },
        fill: (d) => ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00"][names.indexOf(d.engine)],
      }),
      Plot.text(rows, { x: "stepMs", y: (d) => `${d.network}, ${d.engine}`, text: (d) => d.stepMs.toFixed(1), dx: 30 }),
    ],
  });
}
