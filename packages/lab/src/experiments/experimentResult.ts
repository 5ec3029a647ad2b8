/** What came out of an experiment: each condition over its seeds, and the runs without a result. */
import type { RunResult } from "entropy-sgd-training";
import { primaryResult, sharedMetric } from "../runs/primaryMetric.ts";
import { type Summary, summaryOf } from "../runs/summarise.ts";
import { byCondition, type PlannedRun } from "./experiment.ts";
import type { RunOutcome } from "./runAll.ts";

/** Whether all seeds have ended, some are missing, or some diverged. */
export type ConditionStatus = "complete" | "incomplete" | "diverged";

/** A condition with what its runs came to. */
export interface ConditionResult {
  readonly condition: string;
  readonly planned: readonly PlannedRun[];
  readonly status: ConditionStatus;
  /** Those that ended or diverged, in the order of the seeds. */
  readonly runs: readonly { readonly name: string; readonly result: RunResult }[];
  /** Means over the runs that reached the end of the budget. */
  readonly summary: Summary;
}

/** A run without a result, and why. */
export interface FailedRun {
  readonly name: string;
  readonly message: string;
  readonly exitCode: number;
}

/** The results of an experiment's runs. */
export interface ExperimentResult {
  /** In the order of the plan. */
  readonly conditions: readonly ConditionResult[];
  readonly failed: readonly FailedRun[];
}

/** Puts the outcomes together, which are in the order of the runs. @throws InputError if their primary metrics differ */
export function experimentResult(
  runs: readonly PlannedRun[],
  outcomes: readonly (RunOutcome | null)[],
): ExperimentResult {
  const ended = outcomes.flatMap((outcome) => (outcome?.kind === "ended" ? [outcome.result] : []));
  const metric = sharedMetric(ended.map(primaryResult), "an experiment");
  const of = new Map(runs.map(({ name }, at) => [name, outcomes[at] ?? null]));
  const conditions = [...byCondition(runs)].map(([condition, planned]): ConditionResult => {
    const own = planned.flatMap(({ name }) => {
      const outcome = of.get(name);
      return outcome?.kind === "ended" ? [{ name, result: outcome.result }] : [];
    });
    const whole = own.filter(({ result }) => result.reason === "budget").map(({ result }) => result);
    const isComplete = own.length === planned.length;
    const status = whole.length < own.length ? "diverged" : isComplete ? "complete" : "incomplete";
    return { condition, planned, status, runs: own, summary: summaryOf(whole, metric) };
  });
  const failed = runs.flatMap(({ name }) => {
    const outcome = of.get(name);
    return outcome?.kind === "failed" ? [{ name, message: outcome.message, exitCode: outcome.exitCode }] : [];
  });
  return { conditions, failed };
}
