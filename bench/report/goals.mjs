// What we set out to reach, and what was measured.
import { memoryGrowth } from "../memoryGrowth.mjs";
import { engineOf, median, medianOf, ratioToOurs } from "../summary.mjs";
import { ratioInBrowser } from "./browserSection.mjs";
import { checkpointShare, memoryShare } from "./checkpointSection.mjs";
import { number, table, times } from "./text.mjs";

/**
 * Goals on networks: where the value comes from, the bound, and how it is shown. Ratios are theirs to ours.
 *
 * @type {{ network: string, what?: string, value: any, show: any, why?: any, atLeast?: number, atMost?: number }[]}
 */
const goals = [
  ...["pytorch", "pytorch-tuned"].flatMap((engine) => [
    { network: "mnistfc-bn", ...ratio("whole step", engine, "stepMs"), atLeast: 1.8 },
    { network: "lenet", ...ratio("whole step", engine, "stepMs"), atLeast: 1.5 },
    { network: "all-cnn-bn", ...ratio("loss and gradient", engine, "gradientMs"), atLeast: 1 },
    { network: "resnet18", ...ratio("loss and gradient", engine, "gradientMs"), atLeast: 1 },
  ]),
  ...["tfjs-cpu", "tfjs-wasm", "jax-js"].map((engine) => ({
    ...{ network: "lenet", ...ratio("whole step", engine, "stepMs"), atLeast: 50 },
  })),
  { network: "mnistfc-bn", what: "update on one core per weight", ...quantity("ns", nsPerWeight), atMost: 3.5 },
  { network: "lenet", what: "start-up", ...quantity("ms", (network) => ours(network, "startupMs")), atMost: 1500 },
];

/** Goals on recurrent language models. @type {typeof goals} */
const lstmGoals = [
  { network: "char-lstm", ...ratio("loss and gradient", "pytorch", "gradientMs"), atLeast: 1.8 },
  { network: "ptb-small", ...ratio("loss and gradient", "pytorch", "gradientMs"), atLeast: 1.5 },
  { network: "char-lstm", what: "compiled", ...quantity("ms", (network) => ours(network, "compileMs")), atMost: 200 },
  { network: "ptb-large", what: "peak memory", ...quantity("MB", (network) => ours(network, "peakMB")), atMost: 8192 },
];

function ratio(what, engine, of) {
  return {
    what: `${what} against ${engine}`,
    value: (network) => ratioToOurs(network, engine, of),
    show: times,
    // A peer that cannot run is neither faster nor slower.
    why: (network) => engineOf(network, engine).reason?.split(":")[0],
  };
}

function quantity(unit, value) {
  return { value, show: (found) => (found === null ? "–" : `${number(found)} ${unit}`) };
}

function ours(network, of) {
  return medianOf(engineOf(network, "ours").runs, of);
}

function nsPerWeight(network) {
  const updateMs = ours(network, "updateOneCoreMs");
  return updateMs === null ? null : (1e6 * updateMs) / network.numParams;
}

/** Steps that show whether memory stays flat, and the growth in per cent that counts as flat. */
const [enoughSteps, flat] = [10_000, 2];

/** How many times faster a GPU is to take All-CNN's gradient. */
const gpuGain = 20;

/** A table of goals with what was measured and whether it is reached. */
export function goalsSection({ bench, browser, memory, checkpoints, gpu, layers, lstm = {} }) {
  const rows = [
    ...goals.map((goal) => goalRow(goal, bench[goal.network])),
    browserRow("lenet", browser, 10),
    browserRow("mnistfc-bn", browser, 1),
    layersRow(layers),
    ...lstmGoals.map((goal) => goalRow(goal, lstm[goal.network])),
    ...Object.entries(memory).map(([network, record]) => memoryRow(network, record)),
    ...(checkpoints.byTheMinute === undefined ? [] : checkpointRows(checkpoints)),
    gpuRow(bench["all-cnn-bn"], gpu),
  ];
  return `## Goals\n\n${table([["goal", "wanted", "measured", "reached"], ...rows])}`;
}

/** @param {(typeof goals)[number]} goal */
function goalRow({ network: name, what, value, show, why, atLeast = -Infinity, atMost = Infinity }, network) {
  const found = network === undefined ? null : value(network);
  const wanted = atMost === Infinity ? `≥ ${show(atLeast)}` : `≤ ${show(atMost)}`;
  const missing = (network && why?.(network)) ?? "not measured";
  return [
    `${name}: ${what}`,
    wanted,
    show(found),
    found === null ? missing : verdict(found >= atLeast && found <= atMost),
  ];
}

function browserRow(network, browser, atLeast) {
  const ratio = ratioInBrowser(browser[network]);
  const reached = ratio === null ? "not measured" : verdict(ratio >= atLeast);
  return [
    `${network} in a browser: whole step against the fastest other engine`,
    `≥ ${times(atLeast)}`,
    times(ratio),
    reached,
  ];
}

function layersRow(layers) {
  const ratio = layers.engines === undefined ? null : ratioToOurs(layers, "tfjs-cpu", "stepMs");
  const reached = ratio === null ? "not measured" : verdict(ratio >= 100);
  return ["lenet as a model of TensorFlow.js: whole step against tfjs-cpu", "≥ 100×", times(ratio), reached];
}

function memoryRow(name, record) {
  const growths = ["heapMB", "residentMB"].map((quantity) => memoryGrowth(record, quantity).percent);
  const what = `${name}: growth of heap and resident memory, ${record.steps.toLocaleString("en")} steps`;
  const shown = growths.map((percent) => `${percent.toFixed(1)} %`).join(" and ");
  const reached = verdict(growths.every((percent) => Math.abs(percent) <= flat));
  return [what, `± ${flat} %`, shown, record.steps < enoughSteps ? "too few steps" : reached];
}

/** All-CNN's gradient on the GPU against the one on the processor that the section of the network has, at its batch size. */
function gpuRow(network, { parts = [] }) {
  const onGpu = parts.find(
    (part) => part.network === "all-cnn-bn" && part.device === "webgpu" && part.batchSize === 128,
  );
  const processorMs = network === undefined ? null : medianOf(engineOf(network, "ours").runs, "gradientMs");
  const ratio = onGpu?.gradientMs && processorMs !== null ? processorMs / median(onGpu.gradientMs) : null;
  return [
    "all-cnn-bn: loss and gradient on a GPU (WebGPU) against ours above",
    `≥ ${times(gpuGain)}`,
    times(ratio),
    ratio === null ? (onGpu?.reason ?? "not measured") : verdict(ratio >= gpuGain),
  ];
}

function checkpointRows(checkpoints) {
  const [time, memory] = [checkpointShare(checkpoints), memoryShare(checkpoints)];
  const { byTheMinute, largeState } = checkpoints;
  return [
    [`${byTheMinute.network}: time of a checkpoint every minute`, "< 1 %", `${number(time)} %`, verdict(time < 1)],
    [
      `memory that writing a state of ${largeState.stateMB} MB adds`,
      "< 100 % of it",
      `${number(memory)} %`,
      verdict(memory < 100),
    ],
  ];
}

const verdict = (reached) => (reached ? "yes" : "**no**");
