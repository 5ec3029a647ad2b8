/** What an experiment is: runs that are planned, all brought to their ends, and compared. Plans are JSON, so that they can travel. */
import type { Plan } from "entropy-sgd-training";
import { loadParts, type RunParts } from "../runner/loadParts.ts";
import { resolveRun } from "../runner/resolveRun.ts";
import type { ResumeOptions } from "../runner/resumeTraining.ts";
import { usedDevice } from "../runner/usedDevice.ts";
import type { LockHooks } from "../runs/lease.ts";
import type { Settings } from "../settings/settings.ts";

/** Names of the kinds of experiments. */
export const experimentKinds = ["compare", "sweep", "study", "reproduce", "parle"] as const;

/** The name of a kind. */
export type ExperimentKind = (typeof experimentKinds)[number];

/** One run of an experiment. */
export interface PlannedRun {
  /** Of its folder in the experiment's. */
  readonly name: string;
  /** What it is one seed of: an optimizer, a configuration of a sweep, a condition of a study, a method of the paper. */
  readonly condition: string;
  readonly settings: Settings;
}

/** What an experiment will train, in the order in which runs begin. */
export interface ExperimentPlan<Details = unknown> {
  readonly kind: ExperimentKind;
  readonly runs: readonly PlannedRun[];
  /** What the kind needs beside the runs to make its result. */
  readonly details: Details;
}

/** A run whose settings are checked, with the gradients that they come to. */
export interface CheckedRun extends PlannedRun {
  readonly plan: Plan;
}

/** A plan whose runs can all begin. */
export interface CheckedPlan<Details = unknown> extends ExperimentPlan<Details> {
  readonly runs: readonly CheckedRun[];
  /** Data, network and task of all runs. */
  readonly parts: RunParts;
}

/**
 * Loads data, network and task of a plan and checks every run against them. Options say where the data are, and what computes,
 * instead of the plan.
 *
 * @throws InputError that names the setting, its rule and the value
 */
export async function checkedPlan<Details>(
  planned: ExperimentPlan<Details>,
  { dataFolder, device, signal, onWait }: Pick<ResumeOptions, "dataFolder" | "device"> & LockHooks = {},
): Promise<CheckedPlan<Details>> {
  const parts = await loadParts(planned.runs[0]!.settings, { dataFolder, signal, onWait });
  const runs = planned.runs.map((run) => {
    const { settings, plan } = resolveRun(run.settings, parts);
    return { ...run, settings, plan };
  });
  await usedDevice(device ?? runs[0]!.settings.device);
  return { ...planned, runs, parts };
}

/** Runs by condition, conditions in the order of the plan. */
export function byCondition<Run extends { readonly condition: string }>(runs: readonly Run[]): Map<string, Run[]> {
  const groups = new Map<string, Run[]>();
  for (const run of runs) {
    const group = groups.get(run.condition);
    if (group === undefined) groups.set(run.condition, [run]);
    else group.push(run);
  }
  return groups;
}
