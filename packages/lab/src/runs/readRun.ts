/** Reading runs back, from folders that may be damaged or a stranger's. */
import { basename, join } from "node:path";
import { z } from "zod";
import { checkedSettings, type Settings } from "../config/settings.ts";
import { InputError } from "../inputError.ts";
import type {
  ExtendEvent,
  OuterEvent,
  RecordedEvaluation,
  ResumeEvent,
  RollbackEvent,
  RunResult,
  StartEvent,
  WarningEvent,
} from "../training/events.ts";
import type { RunIdentity } from "./checkpoint.ts";
import { type Environment, environmentSchema } from "./environment.ts";
import { eventsName, eventsOf } from "./eventFile.ts";
import { isThere, readPlain, readPlainText } from "./files.ts";
import { decodeSafetensors, type Safetensors } from "./safetensors.ts";
import { isRecord, strictJson } from "./strictJson.ts";
import { isKept } from "./thinning.ts";

/** What events.jsonl tells of a run. */
export interface RunEvents {
  /** null before the run began. */
  readonly start: StartEvent | null;
  readonly outers: readonly OuterEvent[];
  readonly evaluations: readonly RecordedEvaluation[];
  readonly resumes: readonly ResumeEvent[];
  readonly rollbacks: readonly RollbackEvent[];
  /** Budgets that the run went beyond. */
  readonly extensions: readonly ExtendEvent[];
  readonly warnings: readonly WarningEvent[];
  /** null while the run has not ended. */
  readonly result: RunResult | null;
}

/** What a run folder holds, without the weights. */
export interface RunRecord extends RunEvents {
  /** Name of the folder. */
  readonly name: string;
  readonly settings: Settings;
  readonly environment: Environment;
  readonly start: StartEvent;
}

const maxConfigBytes = 2 ** 20;
const maxWeightBytes = 2 ** 32;
/** Settings, their options: the rest is for versions to come. */
const maxConfigDepth = 16;

const checksumSchema = z.string().nullable().default(null);

/**
 * Reads a run folder.
 *
 * @throws InputError if the folder is no run, or a file in it is malformed
 */
export function readRun(path: string): RunRecord {
  const { settings, environment } = readConfig(path);
  const file = join(path, eventsName);
  requireThere(file, "the folder is not a run");
  const { start, ...events } = readEvents(path);
  if (start === null) throw new InputError(`${file}: has no start event; the run ended before it began`);
  return { name: basename(path), settings, environment, start, ...events };
}

/**
 * The events of a run by their kinds; none of any kind without events.jsonl. Of logs that were not thinned when they were
 * written, the outer steps are thinned here by the same rule.
 *
 * @throws InputError as `eventsOf`
 */
export function readEvents(path: string): RunEvents {
  let start: StartEvent | null = null;
  let result: RunResult | null = null;
  const outers: OuterEvent[] = [];
  const evaluations: RecordedEvaluation[] = [];
  const resumes: ResumeEvent[] = [];
  const rollbacks: RollbackEvent[] = [];
  const extensions: ExtendEvent[] = [];
  const warnings: WarningEvent[] = [];
  for (const event of eventsOf(path)) {
    if (event?.type === "start") start = event;
    if (event?.type === "outer" && isKept(Math.ceil(event.gradients / (start?.innerSteps ?? 1)))) outers.push(event);
    if (event?.type === "evaluation") evaluations.push(event);
    if (event?.type === "resume") resumes.push(event);
    if (event?.type === "rollback") rollbacks.push(event);
    if (event?.type === "warning") warnings.push(event);
    if (event?.type === "extend") {
      extensions.push(event);
      if (start !== null) start = { ...start, budget: event.to, totalGradients: event.totalGradients };
    }
    if (event?.type === "end") result = event.result;
  }
  return { start, outers, evaluations, resumes, rollbacks, extensions, warnings, result };
}

/**
 * What a run is, from its config.json; the checksum is null for data without one and in runs made before it was kept.
 *
 * @throws InputError if the file is missing or malformed
 */
export function readConfig(path: string): RunIdentity {
  const file = join(path, "config.json");
  requireThere(file, `${path} is not a run`);
  const { value } = strictJson(readPlainText(file, maxConfigBytes), maxConfigDepth, (why) => {
    throw new InputError(`${file}: ${why}`);
  });
  if (!isRecord(value)) throw new InputError(`${file}: must hold an object`);
  const { environment, dataChecksum, ...settings } = value;
  const machine = environmentSchema.safeParse(environment);
  if (!machine.success) throw new InputError(`${file}: environment is missing or malformed`);
  const checksum = checksumSchema.safeParse(dataChecksum);
  if (!checksum.success) throw new InputError(`${file}: dataChecksum must be a string or null`);
  return { settings: checkedSettings(settings, file), environment: machine.data, dataChecksum: checksum.data };
}

/** The weights and batch-norm statistics of a run's last evaluation. @throws InputError if there are none, or not whole */
export function readWeights(path: string): Safetensors {
  const file = join(path, "weights.safetensors");
  requireThere(file, "the run has had no evaluation");
  return decodeSafetensors(readPlain(file, maxWeightBytes), file);
}

/** @throws InputError if nothing has the name, with what follows from that */
function requireThere(file: string, consequence: string): void {
  if (!isThere(file)) throw new InputError(`${file}: missing; ${consequence}`);
}
