/** One run from its settings to its result, in a folder or without one. */
import { type KnownOptions, requireKnownOptions } from "entropy-sgd";
import { type DataSet, InputError, planOf, type RunResult, requireThreads } from "entropy-sgd-training";
import { nodePlatform } from "entropy-sgd-training/node";
import { requireEmptyFolder } from "../io/files.ts";
import { currentEnvironment } from "../runs/environment.ts";
import { createRun } from "../runs/runFolder.ts";
import { checkedSettings, type Settings } from "../settings/settings.ts";
import { loadData, networkOf } from "./loadData.ts";
import { makeOptimizer } from "./makeOptimizer.ts";
import { type Listening, trainRun } from "./trainRun.ts";
import { atStart } from "./withRollback.ts";

/** Options of every run besides its settings and folder. */
export interface TrainingOptions extends Listening {
  /** Called with a sentence when the lock is of a process elsewhere and must be watched first. */
  readonly onWait?: (words: string) => void;
  /** The data, if it is loaded already. */
  readonly data?: DataSet;
}

/** Options of a new run besides its settings. */
export interface RunTrainingOptions extends TrainingOptions {
  /** The run folder, new or empty, or what makes it when everything is checked; null keeps nothing. */
  readonly out: string | (() => string) | null;
}

/** The names of the options of every run. */
export const knownTraining: KnownOptions<TrainingOptions> = {
  signal: true,
  onWait: true,
  checkpointRequests: true,
  onEvent: true,
  data: true,
};
const known: KnownOptions<RunTrainingOptions> = { out: true, ...knownTraining };

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
  const data = options.data ?? loadData(settings);
  requireTrainable(settings, data);
  const identity = { settings, environment: currentEnvironment(settings.threads), dataChecksum: data.checksum ?? null };
  const held = out === null ? null : await createRun(typeof out === "string" ? out : out(), options);
  try {
    return await trainRun({ identity, data, held }, atStart, options);
  } finally {
    held?.release();
  }
}

/**
 * Checks all of a run's settings that can be checked before it begins.
 *
 * @throws InputError that names the setting, its rule and the value
 */
export function requireTrainable(settings: Settings, { train: { numExamples } }: DataSet): void {
  const { network, batchSize, innerSteps, budget, threads } = settings;
  networkOf(network);
  const gradients = budget * (numExamples / batchSize);
  // Larger numbers of gradients could not be counted one by one.
  if (gradients > Number.MAX_SAFE_INTEGER / 2) {
    const most = Math.floor(Number.MAX_SAFE_INTEGER / 2);
    const rule = `must be at most ${most} gradients, got ${budget} effective epochs`;
    throw new InputError({ name: "budget", rule });
  }
  if (threads !== null) requireThreads(threads, nodePlatform);
  if (batchSize > numExamples) {
    const rule = `must be at most the ${numExamples} training examples`;
    throw new InputError({ name: "batchSize", rule, value: batchSize });
  }
  makeOptimizer(settings, planOf(numExamples, batchSize, innerSteps, budget), []);
}
