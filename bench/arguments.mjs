// What the benchmark's command line asks for, checked.
import { parseArgs } from "node:util";

export const networkNames = ["mnistfc-bn", "lenet", "all-cnn-bn", "resnet18"];
/** Recurrent language models, which `lstm` measures. */
export const lstmNames = ["char-lstm", "ptb-small", "ptb-large"];
/** `pytorch` with its own operations and settings; `pytorch-tuned` with every trick that we found. */
export const engineNames = ["ours", "pytorch", "pytorch-tuned", "tfjs-cpu", "tfjs-wasm", "jax-js"];
/** Engines of `step` where none are named: the ones that are compared by default. */
const stepEngines = engineNames.filter((name) => name !== "pytorch-tuned");

/** Networks of each command where none are named. */
const commands = {
  all: networkNames,
  step: networkNames,
  report: networkNames,
  memory: ["mnistfc-bn", "lenet"],
  profile: networkNames,
  checkpoints: ["lenet"],
  layers: ["lenet"],
  lstm: lstmNames,
  browser: ["lenet", "mnistfc-bn"],
};

/** A mistake of the user, told without a stack. */
export class UsageError extends Error {}

/** The request in `argv`, with defaults. @throws UsageError that says what is wrong */
export function readArguments(argv) {
  const { values, positionals } = parsed(argv);
  const [command = "all", ...more] = positionals;
  if (!Object.hasOwn(commands, command) || more.length > 0) {
    throw new UsageError(`commands are ${Object.keys(commands).slice(1).join(", ")}, got ${positionals.join(" ")}`);
  }
  return {
    command,
    networks: known(
      "networks",
      listed(values.networks) ?? commands[command],
      command === "lstm" ? lstmNames : networkNames,
    ),
    engines: known("engines", listed(values.engines) ?? (command === "step" ? stepEngines : engineNames), engineNames),
    rounds: count("rounds", values.rounds),
    seconds: positive("seconds", values.seconds),
    // Memory is sampled twenty times.
    steps: count("steps", values.steps, 20),
    minutes: count("minutes", values.minutes, 1),
    runs: count("runs", values.runs),
    json: values.json,
  };
}

function parsed(argv) {
  const options = /** @type {const} */ ({
    networks: { type: "string" },
    engines: { type: "string" },
    rounds: { type: "string", default: "4" },
    seconds: { type: "string", default: "2" },
    steps: { type: "string", default: "10000" },
    minutes: { type: "string", default: "4" },
    runs: { type: "string", default: "3" },
    json: { type: "boolean", default: false },
  });
  try {
    return parseArgs({ args: argv, allowPositionals: true, options });
  } catch (error) {
    throw new UsageError(/** @type {Error} */ (error).message);
  }
}

/** @param {unknown} names */
const listed = (names) => (typeof names === "string" ? names.split(",") : undefined);

function known(option, names, choices) {
  const unknown = names.find((name) => !choices.includes(name));
  if (unknown === undefined) return names;
  throw new UsageError(`--${option} takes ${choices.join(", ")}, got ${unknown}`);
}

function positive(option, text) {
  const value = Number(text);
  if (text.trim() !== "" && value > 0 && Number.isFinite(value)) return value;
  throw new UsageError(`--${option} must be positive, got ${text}`);
}

function count(option, text, least = 1) {
  const value = positive(option, text);
  if (Number.isInteger(value) && value >= least) return value;
  throw new UsageError(`--${option} must be an integer of at least ${least}, got ${text}`);
}
