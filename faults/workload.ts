/** The runs that faults are injected into: small networks and data, every kind of state, checkpoints all the time. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** One kind of run. */
export interface Workload {
  readonly name: string;
  /** Arguments of `entropy-sgd train` without data and folder. */
  readonly args: readonly string[];
}

const common = ["--network", "small-mnistfc", "--budget", "8", "--dropout", "0.1", "--threads", "1"];
const set = (...assignments: string[]): string[] => assignments.flatMap((text) => ["--set", text]);
const run = set("batchSize=50", "validation=100", "checkpointGradients=3", "keepLast=3");
const entropy = set("innerSteps=6", "innerLearningRate=0.05", "noise=1e-2");

/** Entropy-SGD is interrupted within its inner loop most of the time: checkpoints are every 3 gradients, L is 6. */
export const workloads: readonly Workload[] = [
  { name: "lua", args: ["--optimizer", "entropy-sgd", "--preset", "lua", ...entropy] },
  { name: "paper", args: ["--optimizer", "entropy-sgd", "--preset", "paper", ...entropy] },
  { name: "pytorch", args: ["--optimizer", "entropy-sgd", "--preset", "pytorch", ...entropy] },
  { name: "entropy-adam", args: ["--optimizer", "entropy-adam", ...entropy] },
  { name: "sgd", args: ["--optimizer", "sgd", "--sampling", "permutation"] },
  { name: "sam", args: ["--optimizer", "sam"] },
].map(({ name, args }) => ({ name, args: [...common, ...run, ...args] }));

/** What a run has come to, without times: equal for two runs of the same bits. */
export interface Outcome {
  /** SHA-256. */
  readonly weights: string;
  /** Outer and evaluation events and the result, as lines of JSON. */
  readonly events: readonly string[];
}

/** Reads the outcome of a finished run. Throws if a file is missing or malformed. */
export function outcomeOf(folder: string): Outcome {
  const lines = readFileSync(join(folder, "events.jsonl"), "utf8").trimEnd().split("\n");
  const events = lines.flatMap((line) => {
    const event = JSON.parse(line) as { type: string; result?: Record<string, unknown> } & Record<string, unknown>;
    if (event.type !== "outer" && event.type !== "evaluation" && event.type !== "end") return [];
    // A run that was resumed has more lines.
    const { seconds: _, sequence: __, ...rest } = event;
    if (rest.result !== undefined) rest.result = { ...rest.result, seconds: 0, msPerGradient: 0 };
    return [JSON.stringify(rest)];
  });
  if (!lines.some((line) => line.startsWith('{"type":"end"'))) throw new Error("the run has no end event");
  const weights = createHash("sha256").update(readFileSync(join(folder, "weights.safetensors")));
  return { weights: weights.digest("hex"), events };
}

/** What differs between two outcomes, in words; null for equal ones. */
export function difference(expected: Outcome, found: Outcome): string | null {
  if (expected.weights !== found.weights) return "the weights are others";
  const at = expected.events.findIndex((event, i) => event !== found.events[i]);
  if (at >= 0) return `event ${at} is ${found.events[at] ?? "missing"}, must be ${expected.events[at]}`;
  return expected.events.length === found.events.length ? null : "there are more events";
}

/** Names of a run's checkpoints as they are on disk, oldest first. */
export function checkpointsOf(folder: string): string[] {
  try {
    return readdirSync(join(folder, "checkpoints"))
      .filter((name) => /^\d+$/.test(name))
      .sort();
  } catch {
    return [];
  }
}
