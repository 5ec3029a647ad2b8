// How the report writes numbers and tables.

/** Rows of cells as Markdown; the first row is the head. */
export function table([head, ...rows]) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** A number with about three digits that matter. */
export function number(value) {
  if (value >= 1000) return Math.round(value).toLocaleString("en");
  return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2);
}

/** "12.3 (11.9–13.0)", or a dash for null. */
export function spread(summary) {
  if (summary === null) return "–";
  return `${number(summary.median)} (${number(summary.low)}–${number(summary.high)})`;
}

/** "1.52×", or a dash for null. */
export const times = (ratio) =>
  ratio === null ? "–" : `${ratio >= 10 ? Math.round(ratio).toLocaleString("en") : ratio.toFixed(2)}×`;

/** A configuration in words; what is left to the default is not told. */
export const configuration = (variant) =>
  Object.entries(variant ?? {})
    .filter(([, value]) => value !== null)
    .map(([key, value]) => `${key} ${value}`)
    .join(", ");

/** A machine in one line. */
export const machineLine = ({ date, processor, cores, memoryGB, system, node, onnxRuntime }) =>
  `${date}; ${processor}, ${cores} cores, ${memoryGB} GB; ${system}; Node ${node}, ONNX Runtime ${onnxRuntime}`;
