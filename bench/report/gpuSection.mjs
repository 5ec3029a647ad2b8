// What was measured on a GPU (bench/gpu.mjs).
import { median } from "../summary.mjs";
import { machineLine, number, table, times } from "./text.mjs";

const head = [
  ...["network", "batch", "engine", "loss and gradient, ms", "whole step, ms", "gradient against the processor's"],
  ...["error of the loss", "error of the gradient", "copied to and from the device, MB", "gradient without copies, ms"],
  "start-up, ms",
];

/** A row for each network, batch size, engine and device, and what it was measured on. */
export function gpuSection(gpu) {
  const heading = "## On a GPU";
  if (gpu.parts === undefined) return `${heading}\n\nNot measured.`;
  const rows = gpu.parts.map((part) => rowOf(part, gpu.parts));
  return [
    heading,
    table([head, ...rows]),
    `*ours on webgpu* goes through ONNX Runtime's WebGPU provider; weights, gradient and noise are the processor's, so that a gradient copies batch, masks
and weights there and the gradient back (*without copies*: weights on the card and the gradient left there). *pytorch on cuda* has the
data on the card too, in float32 without TF32. A repetition ends when its result is there. Errors are relative, of the first
gradient, nothing dropped, against ours on the processor of the same machine: where rounding moves an activation over the kink of
ReLU or another element becomes the largest of a pooling window, one slope changes as a whole and everything before it with it,
which is the larger error of networks with many such elements ([gpu.json](gpu.json) has it by block). A part is one process; times are medians of ${gpu.seconds} s.`,
    `${cardLine(gpu)}. ${machineLine(gpu.machine)}. Raw values are in [gpu.json](gpu.json).`,
  ].join("\n\n");
}

function rowOf(part, parts) {
  const { network, batchSize, engine, device, reason, version } = part;
  const name = `${engine}${version === undefined ? "" : ` ${version}`} on ${device}`;
  if (reason !== undefined) return [network, batchSize, name, reason, ...head.slice(4).map(() => "–")];
  const onProcessor = parts.find(
    (other) => other.network === network && other.batchSize === batchSize && other.device === "cpu",
  );
  const ratio = onProcessor?.gradientMs ? median(onProcessor.gradientMs) / median(part.gradientMs) : null;
  return [
    ...[network, batchSize, name, number(median(part.gradientMs)), number(median(part.stepMs)), times(ratio)],
    ...[relative(part.lossError), relative(part.gradientError), megabytes(part.copiedBytes)],
    ...[part.residentMs === undefined ? "–" : number(median(part.residentMs)), number(part.startupMs)],
  ];
}

const megabytes = (copied) =>
  copied ? `${number(copied.toDevice / 1e6)} and ${number(copied.fromDevice / 1e6)}` : "–";

const relative = (error) => (error === undefined ? "–" : error.toExponential(1));

function cardLine({ card, adapter }) {
  const shown = card === null ? "No card of NVIDIA's" : `${card.name}, driver ${card.driver}, ${card.memory}`;
  return `${shown}; WebGPU: ${adapter.adapter ?? adapter.missing ?? adapter.reason}`;
}
