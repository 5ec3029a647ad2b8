/** Small runs in folders, and what they have come to. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RunResult } from "entropy-sgd-training";
import { runTraining } from "../src/runner/runTraining.ts";
import { readRun } from "../src/runs/readRun.ts";
import type { RunEvent } from "../src/runs/runEvents.ts";
import { resolveSettings } from "../src/settings/resolveSettings.ts";
import type { Settings } from "../src/settings/settings.ts";
import { dataFolder } from "./commandRunner.ts";

// 12 gradients an epoch, boundaries every 5: 40 gradients.
export const entropy = ["innerSteps=5", "innerLearningRate=0.05", "noise=1e-2"];

export function settingsOf(set: readonly string[], optimizer = "entropy-sgd", data: string = dataFolder()): Settings {
  const named = { network: "small-mnistfc", optimizer, budget: 3, seed: 2, dropout: 0.1, data, threads: 1 };
  return resolveSettings({ ...named, set: ["batchSize=50", "validation=100", ...set] });
}

/** Trains until an event of the test's choice, then asks for the end as SIGTERM does. */
export async function trainUntil(
  out: string,
  settings: Settings,
  isEnough: (event: RunEvent) => boolean,
): Promise<RunResult> {
  const controller = new AbortController();
  const onEvent = (event: RunEvent): void => {
    if (isEnough(event)) controller.abort("SIGTERM");
  };
  return runTraining(settings, { out, signal: controller.signal, onEvent });
}

export const afterGradient = (number: number) => (event: RunEvent) =>
  event.type === "gradient" && event.gradients === number;

/** What a finished run has come to, without times. */
export function outcomeOf(path: string) {
  const { outers, evaluations, result } = readRun(path);
  return {
    outers,
    evaluations: evaluations.map((event) => ({ ...event, seconds: 0 })),
    result: { ...result, seconds: 0, msPerGradient: 0 },
    weights: createHash("sha256")
      .update(readFileSync(join(path, "weights.safetensors")))
      .digest("hex"),
  };
}

export const eventsIn = (path: string): { type: string; [name: string]: unknown }[] =>
  readFileSync(join(path, "events.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
