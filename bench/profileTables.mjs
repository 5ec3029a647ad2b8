// What a profile of ONNX Runtime says by node and by operator.
import { median } from "./summary.mjs";

/** Nodes, slowest first, with their time in every run that counts, and operators; times are medians over runs. */
export function aggregate(events, leaveOut) {
  const byName = new Map();
  for (const { cat, name, dur, args } of events) {
    if (cat !== "Node" || !name.endsWith("_kernel_time")) continue;
    const node = byName.get(name) ?? { name: name.replace(/_kernel_time$/, ""), args, runsMs: [] };
    byName.set(name, node);
    // Each run has one event of a node, in order.
    node.runsMs.push(dur / 1000);
  }
  const timed = [...byName.values()].map(({ name, args, runsMs }) => {
    const counted = runsMs.slice(leaveOut);
    const [inputs, outputs] = [args.input_type_shape, args.output_type_shape].map(shapesOf);
    return { name, operator: args.op_name, ms: median(counted), inputs, outputs, runsMs: counted };
  });
  const totalMs = timed.reduce((sum, { ms }) => sum + ms, 0);
  const nodes = timed.map((node) => ({ ...node, share: node.ms / totalMs })).sort((a, b) => b.ms - a.ms);
  return { totalMs, operators: operatorsOf(nodes), nodes };
}

function operatorsOf(nodes) {
  const operators = new Map();
  for (const { operator, ms, share } of nodes) {
    const { count, ...sum } = operators.get(operator) ?? { count: 0, ms: 0, share: 0 };
    operators.set(operator, { operator, count: count + 1, ms: sum.ms + ms, share: sum.share + share });
  }
  return [...operators.values()].sort((a, b) => b.ms - a.ms);
}

/** [{"float": [128, 10]}, {"float": []}] as ["128×10", "scalar"]. */
const shapesOf = (typed) => typed.flatMap((one) => Object.values(one)).map((shape) => shape.join("×") || "scalar");
