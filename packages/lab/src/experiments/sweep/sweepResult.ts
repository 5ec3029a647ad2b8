/** What came out of a sweep: means over seeds, the order of the configurations, and what may be said of the best. */
import type { RunResult } from "entropy-sgd-training";
import { type Summary, summaryOf } from "../../runs/summarise.ts";
import { type DifferenceOverSeeds, differenceOverSeeds } from "../../statistics/overSeeds.ts";
import type { RunOutcome } from "../runAll.ts";
import type { Configuration, ConfiguredRun, SweepPlan } from "./planSweep.ts";

/** Whether all seeds have ended, some are missing, or some diverged. */
export type ConfigurationStatus = "complete" | "incomplete" | "diverged";

/** A configuration with what its runs came to. */
export interface ConfigurationResult {
  readonly configuration: Configuration;
  readonly status: ConfigurationStatus;
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

/** By which number configurations are chosen: the training loss only where nothing is held out. */
export type Criterion = "validationError" | "trainLoss";

/** A sweep's results. */
export interface SweepResult {
  readonly criterion: Criterion;
  /** In the order of the file. */
  readonly configurations: readonly ConfigurationResult[];
  /** Best first: complete ones by the criterion, then incomplete ones, then those that diverged. */
  readonly ranked: readonly ConfigurationResult[];
  /** null where no configuration is complete. */
  readonly best: ConfigurationResult | null;
  readonly second: ConfigurationResult | null;
  /** The second's criterion minus the best's; null without both. */
  readonly difference: DifferenceOverSeeds | null;
  readonly failed: readonly FailedRun[];
}

/** Puts the outcomes together, which are in the order of the plan's runs. */
export function sweepResult(plan: SweepPlan, outcomes: readonly (RunOutcome | null)[]): SweepResult {
  const ended = new Map<string, RunResult>();
  const failed: FailedRun[] = [];
  plan.runs.forEach(({ name }: ConfiguredRun, at) => {
    const outcome = outcomes[at];
    if (outcome?.kind === "ended") ended.set(name, outcome.result);
    if (outcome?.kind === "failed") failed.push({ name, message: outcome.message, exitCode: outcome.exitCode });
  });
  const configurations = plan.configurations.map((configuration): ConfigurationResult => {
    const runs = configuration.runs.flatMap(({ name }) => {
      const result = ended.get(name);
      return result === undefined ? [] : [{ name, result }];
    });
    const whole = runs.filter(({ result }) => result.reason === "budget").map(({ result }) => result);
    const isComplete = runs.length === configuration.runs.length;
    const status = whole.length < runs.length ? "diverged" : isComplete ? "complete" : "incomplete";
    return { configuration, status, runs, summary: summaryOf(whole) };
  });
  const criterion: Criterion = plan.runs[0]!.settings.validation === 0 ? "trainLoss" : "validationError";
  const ranked = rankedBy(criterion, configurations);
  const valuesOf = ({ runs }: ConfigurationResult) =>
    runs.map(({ result }) => ({ seed: result.seed, value: result[criterion] }));
  const [best = null, second = null] = ranked.filter(({ status }) => status === "complete");
  const difference = best === null || second === null ? null : differenceOverSeeds(valuesOf(second), valuesOf(best));
  return { criterion, configurations, ranked, best, second, difference, failed };
}

const order: readonly ConfigurationStatus[] = ["complete", "incomplete", "diverged"];

function rankedBy(criterion: Criterion, results: readonly ConfigurationResult[]): ConfigurationResult[] {
  const mean = ({ summary }: ConfigurationResult): number => summary[criterion].mean ?? Number.MAX_VALUE;
  return [...results].sort(
    (one, other) => order.indexOf(one.status) - order.indexOf(other.status) || mean(one) - mean(other),
  );
}
