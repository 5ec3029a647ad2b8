/** Reading runs back. */
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { checkedSettings, type Settings } from "../config/settings.ts";
import { InputError } from "../inputError.ts";
import type { OuterEvent, RecordedEvaluation, RunResult, StartEvent } from "../training/events.ts";
import { type Environment, environmentSchema } from "./environment.ts";
import { decodeSafetensors, type Safetensors } from "./safetensors.ts";

/** What a run folder holds, without the weights. */
export interface RunRecord {
  /** Name of the folder. */
  readonly name: string;
  readonly settings: Settings;
  readonly environment: Environment;
  readonly start: StartEvent;
  readonly outers: readonly OuterEvent[];
  readonly evaluations: readonly RecordedEvaluation[];
  /** null while the run has not ended. */
  readonly result: RunResult | null;
}

/**
 * Reads a run folder.
 *
 * @throws InputError if the folder is no run, or a file in it is malformed
 */
export function readRun(path: string): RunRecord {
  const { environment, ...settings } = readConfig(path);
  const file = join(path, "events.jsonl");
  if (!existsSync(file)) throw new InputError(`${file}: missing; the folder is not a run`);
  const lines = readFileSync(file, "utf8").split("\n");
  // A line that a crash cut short is the last one, and has no newline after it.
  lines.pop();
  let start: StartEvent | undefined;
  let result: RunResult | null = null;
  const outers: OuterEvent[] = [];
  const evaluations: RecordedEvaluation[] = [];
  lines.forEach((line, number) => {
    const event = parseEvent(line, `${file}:${number + 1}`);
    if (event.type === "start") start = event as StartEvent;
    if (event.type === "outer") outers.push(event as OuterEvent);
    if (event.type === "evaluation") evaluations.push(event as unknown as RecordedEvaluation);
    if (event.type === "end") result = (event as unknown as { result: RunResult }).result;
  });
  if (start === undefined) throw new InputError(`${file}: has no start event; the run ended before it began`);
  return {
    name: basename(path),
    settings: checkedSettings(settings, join(path, "config.json")),
    environment,
    start,
    outers,
    evaluations,
    result,
  };
}

/** The weights and batch-norm statistics of a run's last evaluation. @throws InputError if there are none */
export function readWeights(path: string): Safetensors {
  const file = join(path, "weights.safetensors");
  if (!existsSync(file)) throw new InputError(`${file}: missing; the run has had no evaluation`);
  return decodeSafetensors(readFileSync(file), file);
}

function readConfig(path: string): Record<string, unknown> & { environment: Environment } {
  const file = join(path, "config.json");
  if (!existsSync(file)) throw new InputError(`${file}: missing; ${path} is not a run`);
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    throw new InputError(`${file}: malformed JSON`);
  }
  const config = json as Record<string, unknown>;
  const environment = environmentSchema.safeParse(config.environment);
  if (!environment.success) throw new InputError(`${file}: environment is missing or malformed`);
  return { ...config, environment: environment.data };
}

function parseEvent(line: string, where: string): { type: string } {
  try {
    const event: unknown = JSON.parse(line);
    if (typeof event === "object" && event !== null && "type" in event) return event as { type: string };
  } catch {
    // Told below, together with lines that are JSON but no event.
  }
  throw new InputError(`${where}: malformed event`);
}
