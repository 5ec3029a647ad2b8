// Where the time of loss and gradient goes.
import { median } from "../summary.mjs";
import { machineLine, number, table } from "./text.mjs";

const numNodes = 25;
const percent = (share) => `${(100 * share).toFixed(1)} %`;

/** Operators, and the slowest nodes with their shapes. */
export function profileSection({ network, machine, runs, wallMs, totalMs, operators, nodes }) {
  const operatorRows = operators.map(({ operator, count, ms, share }) => [
    operator,
    count,
    ms.toFixed(2),
    percent(share),
  ]);
  const nodeRows = nodes
    .slice(0, numNodes)
    .map(({ name, operator, ms, share, inputs, outputs }) => [
      ...[`\`${name}\``, operator, ms.toFixed(2), percent(share)],
      `${shortened(inputs)} → ${shortened(outputs)}`,
    ]);
  return `## Where the time goes: ${network}

ONNX Runtime's profile of loss and gradient, medians of ${runs} runs: ${number(totalMs)} ms in ${nodes.length} nodes; a run took ${number(median(wallMs))} ms
under the profiler. Raw values are in [profile-${network}.json](profile-${network}.json). ${machineLine(machine)}.

${table([["operator", "nodes", "ms", "share"], ...operatorRows])}

The ${Math.min(numNodes, nodes.length)} slowest nodes:

${table([["node", "operator", "ms", "share", "shapes"], ...nodeRows])}`;
}

/** The first shapes; sums and concatenations can have dozens. */
function shortened(shapes) {
  const few = 3;
  return `${shapes.slice(0, few).join(", ")}${shapes.length > few ? `, ${shapes.length - few} more` : ""}`;
}
