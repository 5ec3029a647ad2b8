/** Reading runs back, from folders that may be damaged or a stranger's. */
import { basename, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import {
  InputError,
  isKept,
  type OuterEvent,
  type RecordedEvaluation,
  type RunResult,
  type StartEvent,
  type WarningEvent,
} from "entropy-sgd-training";
import { isThere, readPlain, readPlainText } from "entropy-sgd-training/node";
import { z } from "zod";
import { type Digester, digester, digestOf } from "../io/digest.ts";
import { decodeSafetensors, type Safetensors } from "../io/safetensors.ts";
import { isRecord, shown, strictJson } from "../io/strictJson.ts";
import { checkedSettings, type Settings } from "../settings/settings.ts";
import type { RunIdentity } from "./checkpointFormat.ts";
import { type Environment, environmentSchema } from "./environment.ts";
import { eventsName, eventsOf } from "./eventFile.ts";
import type { ExtendEvent, ResumeEvent, RollbackEvent } from "./runEvents.ts";
import { editsSince, readSeal, requireSealed, type Seal, type SealReport } from "./seal.ts";

/** What events.jsonl tells of a run. */
export interface RunHistory {
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
export interface RunRecord extends RunHistory {
  /** Name of the folder. */
  readonly name: string;
  readonly settings: Settings;
  readonly environment: Environment;
  readonly start: StartEvent;
  readonly seal: SealReport;
}

/** What config.json and events.jsonl hold, each checked by the seal, or by the other where there is none. */
export interface CheckedRun extends RunIdentity, RunHistory {
  readonly seal: SealReport;
}

const maxConfigBytes = 2 ** 20;
const maxWeightBytes = 2 ** 32;
/** Settings, their options: the rest is for versions to come. */
const maxConfigDepth = 16;

const checksumSchema = z.string().nullable().default(null);

/**
 * Reads a run folder.
 *
 * @throws InputError if the folder is no run, or a file in it is malformed, or not what it was when the run was sealed
 */
export function readRun(path: string): RunRecord {
  const { start, dataChecksum: _, ...run } = readChecked(path);
  const file = join(path, eventsName);
  requireThere(file, "the folder is not a run");
  if (start === null) throw new InputError(`${file}: has no start event; the run ended before it began`);
  return { name: basename(path), ...run, start };
}

/** Reads config.json and events.jsonl of a run, begun or not. @throws InputError as `readRun`, but for a start that is missing */
export function readChecked(path: string): CheckedRun {
  const seal = readSeal(path);
  try {
    return checkedBy(seal, path);
  } catch (error) {
    // A process that lets the run go on takes the seal away before it changes anything else.
    if (seal === null || isDeepStrictEqual(readSeal(path), seal)) throw error;
    return checkedBy(readSeal(path), path);
  }
}

function checkedBy(seal: Seal | null, path: string): CheckedRun {
  const identity = readConfig(path);
  const edits = seal === null ? [] : editsSince(path, identity, seal);
  const seen = digester();
  const { isNumbered, ...events } = readEvents(path, seen);
  if (seal !== null) requireSealed(path, eventsName, seen.digest(), seal);
  requireOwn(path, identity.settings, events);
  // A run has ended when it is sealed; those made before there were seals have no numbers in their events.
  const result = seal === null && isNumbered ? null : events.result;
  return { ...identity, ...events, result, seal: { sealed: seal !== null, edits } };
}

/** @throws InputError if the events are those of another run */
function requireOwn(path: string, settings: Settings, { start, result }: RunHistory): void {
  const names = ["network", "optimizer", "preset", "seed"] as const;
  for (const name of [...names, "batchSize", "innerSteps"] as const) {
    if (start !== null && start[name] !== settings[name]) refuse(name, "start", start[name]);
  }
  for (const name of names) {
    if (result !== null && result[name] !== settings[name]) refuse(name, "end", result[name]);
  }
  function refuse(name: keyof Settings, event: string, found: unknown): never {
    const rule = `${name} of the ${event} event must be ${shown(settings[name])} as in config.json`;
    throw new InputError(`${join(path, eventsName)}: ${rule}, found ${shown(found)}`);
  }
}

/**
 * The events of a run by their kinds; none of any kind without events.jsonl. Of logs that were not thinned when they were
 * written, the outer steps are thinned here by the same rule.
 *
 * @param seen - takes every byte of the file
 * @throws InputError as `eventsOf`
 */
export function readEvents(path: string, seen?: Digester): RunHistory & { readonly isNumbered: boolean } {
  let start: StartEvent | null = null;
  let result: RunResult | null = null;
  let isNumbered = false;
  const outers: OuterEvent[] = [];
  const evaluations: RecordedEvaluation[] = [];
  const resumes: ResumeEvent[] = [];
  const rollbacks: RollbackEvent[] = [];
  const extensions: ExtendEvent[] = [];
  const warnings: WarningEvent[] = [];
  for (const { event, sequence } of eventsOf(path, seen)) {
    isNumbered = sequence !== undefined;
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
  return { start, outers, evaluations, resumes, rollbacks, extensions, warnings, result, isNumbered };
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

/**
 * The weights and batch-norm statistics of a run's last evaluation.
 *
 * @throws InputError if there are none, or not whole, or others than when the run was sealed
 */
export function readWeights(path: string): Safetensors {
  const file = join(path, "weights.safetensors");
  requireThere(file, "the run has had no evaluation");
  const bytes = readPlain(file, maxWeightBytes);
  const seal = readSeal(path);
  if (seal !== null) requireSealed(path, "weights.safetensors", digestOf([bytes]), seal);
  return decodeSafetensors(bytes, file);
}

/**
 * The weights of a run that was read, which must be those of its last evaluation where it has ended.
 *
 * @throws InputError as `readWeights`, and for weights of another run or evaluation
 */
export function weightsOf(path: string, { settings, evaluations, result }: RunRecord): Safetensors {
  const weights = readWeights(path);
  const last = evaluations.filter(({ testLoss }) => Number.isFinite(testLoss)).at(-1)?.gradients;
  // A process that is killed leaves the weights of the evaluation before.
  const isAtEnd = result !== null && (result.reason === "budget" || result.reason === "diverged");
  const gradients = isAtEnd && last !== undefined ? { gradients: String(last) } : {};
  for (const [name, wanted] of Object.entries({ network: settings.network, ...gradients })) {
    const found = weights.metadata[name];
    if (found === undefined || found === wanted) continue;
    const rule = `metadata: ${name} must be ${shown(wanted)}, as in the run's other files`;
    throw new InputError(`${join(path, "weights.safetensors")}: ${rule}, found ${shown(found)}`);
  }
  return weights;
}

/** @throws InputError if nothing has the name, with what follows from that */
function requireThere(file: string, consequence: string): void {
  if (!isThere(file)) throw new InputError(`${file}: missing; ${consequence}`);
}
