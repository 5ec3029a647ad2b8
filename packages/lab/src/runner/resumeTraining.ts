/** Resuming runs after a kill, a signal or a full disk. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type KnownOptions, requireKnownOptions } from "entropy-sgd";
import { type DeviceChoice, InputError, type RunResult } from "entropy-sgd-training";
import { isUnused, makeFolder, requireRealFolder, writeWhole } from "../io/files.ts";
import type { FoundCheckpoint } from "../runs/checkpointFolder.ts";
import type { RunIdentity } from "../runs/checkpointFormat.ts";
import { requireSettings } from "../runs/editedConfig.ts";
import { changesOfBits, currentEnvironment, type Environment } from "../runs/environment.ts";
import { endsInEnd } from "../runs/eventFile.ts";
import { acquireLock } from "../runs/lock.ts";
import { readConfig, readRun, readVerified, readWeights, weightsOf } from "../runs/readRun.ts";
import type { ResumeEvent } from "../runs/runEvents.ts";
import { configText, holdRun } from "../runs/runFolder.ts";
import { editsSince, intactSeal, readSeal } from "../runs/seal.ts";
import { placedAt } from "../settings/placedAt.ts";
import { sameTraining } from "../settings/sameTraining.ts";
import type { Settings } from "../settings/settings.ts";
import { editsOfEnded, extensionOf, isLonger } from "./extension.ts";
import { keepParts, loadParts, requireSameData } from "./loadParts.ts";
import { keepNetworkFiles, readNetworkFiles } from "./networkFiles.ts";
import { resolveRun } from "./resolveRun.ts";
import { knownTraining, runTraining, type TrainingOptions } from "./runTraining.ts";
import { trainRun } from "./trainRun.ts";
import { usedDevice } from "./usedDevice.ts";

/** Options of a resumed run. */
export interface ResumeOptions extends TrainingOptions {
  /** A folder that holds the same data in another place, or a name of theirs. */
  readonly dataFolder?: string | undefined;
  readonly threads?: number | undefined;
  readonly device?: DeviceChoice | undefined;
  /** The new budget of the whole run in effective epochs, at least the old one: the run continues beyond it. */
  readonly budget?: number | undefined;
}

const known: KnownOptions<ResumeOptions> = {
  ...knownTraining,
  dataFolder: true,
  threads: true,
  device: true,
  budget: true,
};

/**
 * Resumes a run from its newest intact checkpoint, or begins it where there is none, with the same bits as without the
 * interruption on the same processor type, ONNX Runtime version, threads and device (a resume event warns of others). A run
 * that has ended gives its result (a warning event names options that were not used); one that diverged would diverge
 * again, so it has ended. Damaged files are written again, and the resume event names them.
 *
 * With a larger budget the run continues from its newest checkpoint under the schedules of that budget (an extend event names
 * those that would have had other values so far).
 *
 * @throws TypeError for an unknown option; InputError, before a file of the run is touched, if the folder is no run, another process writes it, no
 *   checkpoint is intact, config.json and the checkpoint are of different runs, the data are others, or the budget is
 *   smaller than the run's
 */
export async function resumeTraining(path: string, options: ResumeOptions = {}): Promise<RunResult> {
  requireKnownOptions("resumeTraining", known, options);
  const { dataFolder: data, threads, device } = options;
  const given = Object.entries({ data, threads, device }).filter(([, value]) => value !== undefined);
  return goOn(
    path,
    options,
    given.map(([name]) => `${name}: not used, the run has ended`),
  );
}

/** @param ifEnded - warnings for a run that has ended */
async function goOn(path: string, options: ResumeOptions, ifEnded: readonly string[]): Promise<RunResult> {
  const held = await holdRun(path, options);
  try {
    const { budget, onEvent, signal, onWait } = options;
    const earlier = earlierResult(path);
    if (earlier !== null && !isLonger(path, budget, earlier)) {
      for (const message of [...editsOfEnded(path), ...ifEnded]) {
        onEvent?.({ type: "warning", gradients: earlier.gradientEvaluations, message });
      }
      return earlier;
    }
    const found = held.newestCheckpoint();
    if (earlier !== null && found.checkpoint === null) {
      throw new InputError({
        path,
        rule: "has ended and keeps no checkpoint to go on from; train anew with the larger budget",
      });
    }
    const damage = earlier === null ? damageIn(path) : [];
    const identity = identityOf(path, found, budget);
    const { settings: own, environment: before, dataChecksum } = identity;
    const { dataFolder } = options;
    const parts = options.parts ?? (await loadParts(own, { run: path, dataFolder, signal, onWait }));
    const extension = extensionOf(path, own, budget, parts.data, found);
    const run = resolveRun(placedAt(extension.settings, dataFolder), parts);
    requireSameData(path, dataChecksum, parts.data);
    const environment = await environmentOf(options, identity, found);
    keepParts(path, run, held.requireHeld);
    const event: ResumeEvent = {
      type: "resume",
      gradients: found.checkpoint?.point.position.gradients ?? 0,
      checkpoint: found.name,
      skipped: found.skipped,
      warnings: [...damage, ...changesOfBits(before, environment)],
    };
    const { rollbacks = 0, retreat = null } = extension.from.checkpoint ?? {};
    const opening = extension.event === null ? [event] : [event, extension.event];
    return await trainRun(
      { ...run, environment, held },
      { from: extension.from, rollbacks, retreat, opening },
      options,
    );
  } catch (error) {
    // The checkpoint does not fit network or optimizer: the library names the part.
    if (error instanceof TypeError || error instanceof RangeError) throw new InputError({ path, rule: error.message });
    throw error;
  } finally {
    held.release();
  }
}

/** Where a run goes on: with as many threads and on the same device as before, unless it is asked otherwise or config.json was edited. */
async function environmentOf(
  asked: ResumeOptions,
  { settings: own, environment: before }: RunIdentity,
  { checkpoint }: FoundCheckpoint,
): Promise<Environment> {
  const isEdited = (name: "threads" | "device"): boolean =>
    checkpoint !== null && own[name] !== checkpoint.settings[name];
  const threads = asked.threads ?? (isEdited("threads") ? own.threads : before.threads);
  const device = asked.device ?? (isEdited("device") ? own.device : before.device);
  return currentEnvironment(threads, await usedDevice(device));
}

/**
 * The run of some settings in a folder: begun, resumed, or its result if it has ended.
 *
 * @throws TypeError for an unknown option; InputError if the folder is a symbolic link, or holds another run or anything else
 */
export async function continueTraining(
  path: string,
  settings: Settings,
  options: ResumeOptions = {},
): Promise<RunResult> {
  requireKnownOptions("continueTraining", known, options);
  requireNoLink(path);
  if (isUnused(path)) {
    const { dataFolder, threads, device, budget: _, ...training } = options;
    const own = { ...(threads !== undefined && { threads }), ...(device !== undefined && { device }) };
    return runTraining({ ...placedAt(settings, dataFolder), ...own }, { ...training, out: path });
  }
  requireSameTraining(path, settings);
  return goOn(path, options, []);
}

/**
 * Makes a folder with the config.json of a run that has not begun, for `resumeTraining`; does nothing if the same run is there.
 *
 * @param dataChecksum - which the data must have when it begins; null where any are right
 * @throws InputError if the folder is a symbolic link, or holds another run or anything else
 */
export async function prepareRun(path: string, settings: Settings, dataChecksum: string | null = null): Promise<void> {
  requireNoLink(path);
  if (isUnused(path)) {
    const environment = currentEnvironment(settings.threads, await usedDevice(settings.device));
    makeFolder(path);
    const lock = acquireLock(path);
    const identity = { settings, environment, dataChecksum };
    try {
      if (isUnused(path)) {
        const files = readNetworkFiles(settings, null);
        if (files !== null) keepNetworkFiles(path, files, lock.requireHeld);
        writeWhole(join(path, "config.json"), configText(identity), lock.requireHeld);
      }
    } finally {
      lock.release();
    }
  }
  requireSameTraining(path, settings);
}

/** A folder of runs is untrusted, and may have a symbolic link with the name of a run. */
function requireNoLink(path: string): void {
  if (existsSync(path)) requireRealFolder(path);
}

function requireSameTraining(path: string, settings: Settings): void {
  if (sameTraining(readConfig(path).settings, settings)) return;
  throw new InputError({ path, rule: "holds a run of other settings; choose another --out" });
}

/** The files that are damaged or contradict others, in words. */
function damageIn(path: string): string[] {
  try {
    readVerified(path);
    const seal = readSeal(path);
    if (seal !== null && Object.hasOwn(seal.files, "weights.safetensors")) readWeights(path);
    return [];
  } catch (error) {
    if (error instanceof InputError) return [`${error.message}; the files of the run are made again`];
    throw error;
  }
}

/** The result of a run that has ended; null for one that has not, or whose files contradict it. */
export function earlierResult(path: string): RunResult | null {
  try {
    if (!endsInEnd(path)) return null;
    const run = readRun(path);
    const { result } = run;
    if (result === null || result.interrupted) return null;
    if (result.reason !== "non-finite") weightsOf(path, run);
    return result;
  } catch (error) {
    // The events of a killed run may be missing or cut; the checkpoint has a copy.
    if (error instanceof InputError) return null;
    throw error;
  }
}

/**
 * Settings, machine and data of the run, from config.json, or if that is lost from the checkpoint or the seal.
 *
 * @param budget - the requested budget, which config.json may have already
 */
function identityOf(path: string, { name, checkpoint }: FoundCheckpoint, budget: number | undefined): RunIdentity {
  const seal = intactSeal(path);
  let config: RunIdentity;
  try {
    config = readConfig(path);
  } catch (error) {
    const known = checkpoint ?? seal;
    if (known === null || !(error instanceof InputError)) throw error;
    return known;
  }
  const isAsked = config.settings.budget === budget;
  if (checkpoint === null) {
    // A run that has ended and whose checkpoints were deleted begins again with the same settings.
    if (seal !== null) editsSince(path, config, seal);
    if (config.settings.extendedFrom === undefined) return config;
    throw new InputError({
      path,
      rule: "went on beyond its first budget, and without a checkpoint cannot do so again",
    });
  }
  if (config.dataChecksum !== null && config.dataChecksum !== checkpoint.dataChecksum) {
    throw new InputError({
      path: join(path, "config.json"),
      rule: `dataChecksum is not the one in checkpoint ${name}`,
    });
  }
  requireSettings(path, config.settings, checkpoint.settings, `as in checkpoint ${name}`, isAsked);
  const { budget: had, extendedFrom } = checkpoint.settings;
  const { extendedFrom: _, ...settings } = config.settings;
  return {
    ...checkpoint,
    settings: { ...settings, budget: had, ...(extendedFrom && { extendedFrom }) },
  };
}
