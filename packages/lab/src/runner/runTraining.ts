/** One run from its settings to its result, in a folder or without one. */
import { type KnownOptions, requireKnownOptions } from "entropy-sgd";
import type { RunResult } from "entropy-sgd-training";
import { requireEmptyFolder } from "../io/files.ts";
import { currentEnvironment } from "../runs/environment.ts";
import { createRun } from "../runs/runFolder.ts";
import { checkedSettings } from "../settings/checkedSettings.ts";
import type { Settings } from "../settings/settings.ts";
import { keepParts, loadParts, type RunParts } from "./loadParts.ts";
import { type ResolvedRun, resolveRun } from "./resolveRun.ts";
import { type Listening, trainRun } from "./trainRun.ts";
import { usedDevice } from "./usedDevice.ts";
import { atStart } from "./withRollback.ts";

/** Options of every run besides its settings and folder. */
export interface TrainingOptions extends Listening {
  /** Called with a sentence when the lock is of a process elsewhere and must be watched first. */
  readonly onWait?: (words: string) => void;
  /** Data, network and task, if they are loaded already. */
  readonly parts?: RunParts;
}

/** Options of a new run besides its settings. */
export interface RunTrainingOptions extends TrainingOptions {
  /** The run folder, new or empty, or what makes it when everything is checked; null keeps nothing. */
  readonly out: string | (() => string) | null;
  /** Called when everything is checked and the folder is made, before the first gradient. */
  readonly onChecked?: (run: ResolvedRun) => void;
}

/** The names of the options of every run. */
export const knownTraining: KnownOptions<TrainingOptions> = {
  signal: true,
  onWait: true,
  checkpointRequests: true,
  checkpointsByRequest: true,
  onEvent: true,
  exchange: true,
  parts: true,
};
const known: KnownOptions<RunTrainingOptions> = { out: true, onChecked: true, ...knownTraining };

/**
 * One run from settings to result: everything is checked first, then the folder is made, then it trains.
 *
 * @throws TypeError for an unknown option; InputError before anything is written, or when the folder cannot be written any more
 */
export async function runTraining(settings: Settings, options: RunTrainingOptions): Promise<RunResult> {
  requireKnownOptions("runTraining", known, options);
  checkedSettings(settings, "runTraining");
  const { out } = options;
  if (typeof out === "string") requireEmptyFolder(out);
  const run = resolveRun(
    settings,
    options.parts ?? (await loadParts(settings, { signal: options.signal, onWait: options.onWait })),
  );
  const environment = currentEnvironment(settings.threads, await usedDevice(settings.device));
  const held = out === null ? null : await createRun(typeof out === "string" ? out : out(), options);
  try {
    if (held !== null) keepParts(held.path, run, held.requireHeld);
    options.onChecked?.(run);
    return await trainRun({ ...run, environment, held }, atStart, options);
  } finally {
    held?.release();
  }
}
