/** Runs that are resumed with other settings: a larger budget, an edited config.json. */
import {
  type AnySplit,
  type DataSet,
  type EvaluationTimes,
  evaluationAfter,
  InputError,
  type LoopPosition,
  type RunResult,
} from "entropy-sgd-training";
import { type FoundCheckpoint, newestSettings } from "../runs/checkpointFolder.ts";
import { harmlessEdits, requireSettings } from "../runs/editedConfig.ts";
import { readConfig } from "../runs/readRun.ts";
import type { ExtendEvent } from "../runs/runEvents.ts";
import { intactSeal } from "../runs/seal.ts";
import type { Settings } from "../settings/settings.ts";
import { schedulesThatDiffer } from "./makeOptimizer.ts";
import { planOfSettings } from "./resolveRun.ts";

/** The run to resume; `event` is null if its budget stays. */
export interface Extension {
  readonly settings: Settings;
  readonly from: FoundCheckpoint;
  readonly event: ExtendEvent | null;
}

/** Whether a budget goes beyond that of a run that has ended. @throws InputError if it is smaller, or the run diverged or stopped early */
export function isLonger(path: string, budget: number | undefined, { reason, budget: had }: RunResult): boolean {
  if (budget === undefined) return false;
  const before = newestSettings(path)?.budget ?? had ?? readConfig(path).settings.budget;
  requireLarger(path, before, budget);
  if (budget > before && reason === "non-finite")
    throw new InputError({ path, rule: "diverged, and would do so again" });
  if (budget > before && reason === "early-stopping") {
    const rule = "was ended by early stopping before its budget; train anew with a larger patience or budget";
    throw new InputError({ path, rule });
  }
  return budget > before;
}

function requireLarger(path: string, before: number, budget: number): void {
  if (budget >= before) return;
  throw new InputError({
    name: "--budget",
    rule: `must be at least the ${before} effective epochs of ${path}`,
    value: budget,
  });
}

/**
 * The run with a larger budget. Batches, masks and noise are functions of the position, schedules of the fraction of the
 * budget: if the schedules had the same values so far, it equals the run that had the larger budget from the start.
 *
 * @throws InputError for a smaller budget
 */
export function extensionOf(
  path: string,
  settings: Settings,
  budget: number | undefined,
  data: DataSet<AnySplit>,
  from: FoundCheckpoint,
): Extension {
  const before = settings.budget;
  if (budget === undefined || budget === before) return { settings, from, event: null };
  requireLarger(path, before, budget);
  const [had, has] = [planOfSettings(settings, data), planOfSettings({ ...settings, budget }, data)];
  const gradients = from.checkpoint?.point.position.gradients ?? 0;
  const schedules = schedulesThatDiffer(settings, had, has, gradients);
  const extendedFrom = [...(settings.extendedFrom ?? []), { budget: before, gradients }];
  return {
    settings: { ...settings, budget, ...(schedules.length > 0 && { extendedFrom }) },
    from: withoutLastEvaluation(from, { ...has, ...settings }),
    event: { type: "extend", gradients, from: before, to: budget, totalGradients: has.totalGradients, schedules },
  };
}

/** Removes the evaluation at the end of the smaller budget, unless it is due under the larger one too. */
function withoutLastEvaluation(from: FoundCheckpoint, times: EvaluationTimes): FoundCheckpoint {
  const { checkpoint } = from;
  if (checkpoint === null || isDue(checkpoint.point.position, times)) return from;
  const { point } = checkpoint;
  const position = { ...point.position, evaluations: point.position.evaluations.slice(0, -1) };
  return { ...from, checkpoint: { ...checkpoint, point: { ...point, position } } };
}

function isDue({ gradients, evaluations }: LoopPosition, times: EvaluationTimes): boolean {
  if (evaluations.at(-1)?.gradients !== gradients) return true;
  const before = evaluations.at(-2)?.gradients ?? 0;
  return gradients >= evaluationAfter(before, times);
}

/**
 * Edits of config.json that do not change the training of a run that has ended, in words.
 *
 * @throws InputError if a setting of its training was edited
 */
export function editsOfEnded(path: string): string[] {
  const trained = intactSeal(path)?.settings ?? newestSettings(path);
  if (trained === null) return [];
  const { settings } = readConfig(path);
  requireSettings(path, settings, trained, "as the run was trained", false);
  return harmlessEdits(settings, trained).map((edit) => `${edit}; the run has ended, it means nothing`);
}
