/** Reading runs from folders that are untrusted and may be damaged. */
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
import { type Digester, isRecord, type Safetensors, shownJson, strictJson } from "entropy-sgd-training/formats";
import { isThere, readPlain, readPlainText } from "entropy-sgd-training/node";
import { z } from "zod";
import { digester, digestOf } from "../io/digest.ts";
import { decodeSafetensors } from "../io/safetensors.ts";
import { checkedSettings } from "../settings/checkedSettings.ts";
import type { Settings } from "../settings/settings.ts";
import type { RunIdentity } from "./checkpointFormat.ts";
import { type Environment, environmentSchema } from "./environment.ts";
import { eventsName, eventsOf } from "./eventFile.ts";
import type { ExtendEvent, ResumeEvent, RollbackEvent } from "./runEvents.ts";
import { editsSince, readSeal, requireSealed, type Seal, type SealReport } from "./seal.ts";

/** The content of events.jsonl. */
export interface RunHistory {
  /** null before the run began. */
  readonly start: StartEvent | null;
  readonly outers: readonly OuterEvent[];
  readonly evaluations: readonly RecordedEvaluation[];
  readonly resumes: readonly ResumeEvent[];
  readonly rollbacks: readonly RollbackEvent[];
  /** Extensions of the run's budget. */
  readonly extensions: readonly ExtendEvent[];
  readonly warnings: readonly WarningEvent[];
  /** null while the run has not ended. */
  readonly result: RunResult | null;
}

/** The content of a run folder, without the weights. */
export interface RunRecord extends RunHistory {
  /** Name of the folder. */
  readonly name: string;
  readonly settings: Settings;
  readonly environment: Environment;
  readonly start: StartEvent;
  readonly seal: SealReport;
}

/** The content of config.json and events.jsonl, verified by the seal, or against each other without one. */
export interface VerifiedRun extends RunIdentity, RunHistory {
  readonly seal: SealReport;
}

const maxConfigBytes = 2 ** 20;
const maxWeightBytes = 2 ** 32;
/** The deepest nesting of config.json; later versions may use more than settings and their options. */
const maxConfigDepth = 16;

const checksumSchema = z.string().nullable().default(null);

/**
 * Reads a run folder.
 *
 * @throws InputError if the folder is not a run, or a file in it is malformed or has changed since the run was sealed
 */
export function readRun(path: string): RunRecord {
  const { start, dataChecksum: _, ...run } = readVerified(path);
  const file = join(path, eventsName);
  requireThere(file, "the folder is not a run");
  if (start === null) throw new InputError({ path: file, rule: "has no start event; the run ended before it began" });
  return { name: basename(path), ...run, start };
}

/** Reads config.json and events.jsonl of a run, begun or not. @throws InputError as `readRun`, except for a missing start */
export function readVerified(path: string): VerifiedRun {
  const seal = readSeal(path);
  try {
    return verifiedBy(seal, path);
  } catch (error) {
    // A process that resumes the run removes the seal before it changes anything else.
    if (seal === null || isDeepStrictEqual(readSeal(path), seal)) throw error;
    return verifiedBy(readSeal(path), path);
  }
}

function verifiedBy(seal: Seal | null, path: string): VerifiedRun {
  const identity = readConfig(path);
  const edits = seal === null ? [] : editsSince(path, identity, seal);
  const seen = digester();
  const { isNumbered, ...events } = readEvents(path, seen);
  if (seal !== null) requireSealed(path, eventsName, seen.digest(), seal);
  requireOwn(path, identity.settings, events);
  // A run has ended when it is sealed; runs of versions without seals have no numbers in their events.
  const result = seal === null && isNumbered ? null : events.result;
  return { ...identity, ...events, result, seal: { sealed: seal !== null, edits } };
}

/** @throws InputError if the events are of another run */
function requireOwn(path: string, settings: Settings, { start, result }: RunHistory): void {
  const names = ["network", "optimizer", "preset", "seed"] as const;
  for (const name of [...names, "batchSize", "innerSteps"] as const) {
    if (start !== null && start[name] !== settings[name]) refuse(name, "start", start[name]);
  }
  for (const name of names) {
    if (result !== null && result[name] !== settings[name]) refuse(name, "end", result[name]);
  }
  function refuse(name: keyof Settings, event: string, found: unknown): never {
    const rule = `${name} of the ${event} event must be ${shownJson(settings[name])} as in config.json`;
    throw new InputError({ path: join(path, eventsName), rule, value: found, got: `found ${shownJson(found)}` });
  }
}

/**
 * The events of a run by their kinds; none without events.jsonl. Outer steps of logs that were not thinned when written are
 * thinned here by the same rule.
 *
 * @param seen - a digest that is given every byte of the file
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
 * Settings, machine and data of a run, from its config.json; the checksum is null for data without one and in runs of versions
 * that did not keep it.
 *
 * @throws InputError if the file is missing or malformed
 */
export function readConfig(path: string): RunIdentity {
  const file = join(path, "config.json");
  requireThere(file, `${path} is not a run`);
  const { value } = strictJson(readPlainText(file, maxConfigBytes), maxConfigDepth, (why) => {
    throw new InputError({ path: file, rule: why });
  });
  if (!isRecord(value)) throw new InputError({ path: file, rule: "must hold an object" });
  const { environment, dataChecksum, ...settings } = value;
  const machine = environmentSchema.safeParse(environment);
  if (!machine.success) throw new InputError({ path: file, rule: "environment is missing or malformed" });
  const checksum = checksumSchema.safeParse(dataChecksum);
  if (!checksum.success) throw new InputError({ path: file, rule: "dataChecksum must be a string or null" });
  return { settings: checkedSettings(settings, file), environment: machine.data, dataChecksum: checksum.data };
}

/**
 * The weights and batch-norm statistics of a run's last evaluation, or of its best one when early stopping has restored it.
 *
 * @throws InputError if there are none, or they are damaged, or have changed since the run was sealed
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
 * The weights of a run, which must be those of its last evaluation if it has ended, or with early stopping of its best one.
 *
 * @throws InputError as `readWeights`, and for weights of another run or evaluation
 */
export function weightsOf(path: string, { settings, evaluations, result }: RunRecord): Safetensors {
  const weights = readWeights(path);
  const last = evaluations.filter(({ testLoss }) => Number.isFinite(testLoss)).at(-1)?.gradients;
  // A killed process leaves the weights of the evaluation before.
  const isAtEnd = result !== null && ["budget", "diverged", "early-stopping"].includes(result.reason);
  const kept = result?.bestGradients ?? last;
  const gradients = isAtEnd && kept !== undefined ? { gradients: String(kept) } : {};
  for (const [name, wanted] of Object.entries({ network: settings.network, ...gradients })) {
    const found = weights.metadata[name];
    if (found === undefined || found === wanted) continue;
    const rule = `metadata: ${name} must be ${shownJson(wanted)}, as in the run's other files`;
    throw new InputError({
      path: join(path, "weights.safetensors"),
      rule,
      value: found,
      got: `found ${shownJson(found)}`,
    });
  }
  return weights;
}

/** @throws InputError if there is no such file, with what that means for the run */
function requireThere(file: string, consequence: string): void {
  if (!isThere(file)) throw new InputError({ path: file, rule: `missing; ${consequence}` });
}
