// README's table of speed, between two markers.
import { engineNames } from "../arguments.mjs";
import { medianOf, ratioToOurs } from "../summary.mjs";
import { number, table, times } from "./text.mjs";

const [begin, end] = ["<!-- bench:begin -->", "<!-- bench:end -->"];

/** Milliseconds of a whole step and the ratio to ours, by network and engine, with the machine. */
export function readmeTable(bench) {
  const networks = Object.entries(bench);
  const engines = engineNames.filter((name) =>
    networks.some(([, network]) => network.engines.some((e) => e.name === name)),
  );
  const rows = networks.map(([name, network]) => [
    `${name} (${network.numParams.toLocaleString("en")} weights)`,
    ...engines.map((engine) => cell(network, engine)),
  ]);
  const machines = new Set(
    networks.map(
      ([
        ,
        {
          machine: { processor, cores, node, onnxRuntime, date },
        },
      ]) => `${processor}, ${cores} cores, Node ${node}, ONNX Runtime ${onnxRuntime}, ${date}`,
    ),
  );
  return `${table([["whole step, ms", ...engines], ...rows])}\n\nMeasured on ${[...machines].join("; ")}.`;
}

function cell(network, name) {
  const engine = network.engines.find((one) => one.name === name);
  if (engine === undefined) return "not measured";
  const stepMs = medianOf(engine.runs, "stepMs");
  // Reasons are told in full by the report.
  if (stepMs === null) return engine.reason.split(":")[0];
  return name === "ours" ? number(stepMs) : `${number(stepMs)} (${times(ratioToOurs(network, name, "stepMs"))})`;
}

/** The text with what stands between the markers replaced. @throws Error where a marker is missing */
export function withTable(text, replacement) {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`README.md needs ${begin} and, after it, ${end}`);
  return `${text.slice(0, from)}${begin}\n\n${replacement}\n\n${text.slice(to)}`;
}
