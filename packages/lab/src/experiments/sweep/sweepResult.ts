/** What came out of a sweep: means over seeds, the order of the configurations, and what may be said of the best. */
import type { PrimaryMetric, RunResult } from "entropy-sgd-training";
import { primaryResult } from "../../runs/primaryMetric.ts";
import { metricField } from "../../statistics/metricWords.ts";
import { type DifferenceOverSeeds, differenceOverSeeds } from "../../statistics/overSeeds.ts";
import { type ConditionResult, type ConditionStatus, experimentResult, type FailedRun } from "../experimentResult.ts";
import type { RunOutcome } from "../runAll.ts";
import type { Configuration, SweepPlan } from "./planSweep.ts";

/** A configuration with what its runs came to. */
export interface ConfigurationResult extends ConditionResult {
  readonly configuration: Configuration;
}

/** By which number configurations are chosen: the primary metric, the training loss only where nothing is held out. */
export interface Criterion extends PrimaryMetric {
  readonly field: "validation" | "trainLoss";
  /** What it is called in files: `validationError`, `validationRmse`, `trainLoss`. */
  readonly key: string;
}

/** A sweep's results. */
export interface SweepResult {
  /** The primary metric of all runs. */
  readonly metric: PrimaryMetric;
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
  const { conditions, failed } = experimentResult(plan.runs, outcomes);
  const configured = new Map(plan.details.configurations.map((configuration) => [configuration.label, configuration]));
  const configurations = conditions.flatMap((own): ConfigurationResult[] => {
    const configuration = configured.get(own.condition);
    return configuration === undefined ? [] : [{ ...own, configuration }];
  });
  const { metric } = configurations[0]!.summary;
  const criterion: Criterion =
    plan.runs[0]!.settings.validation === 0
      ? { name: "trainLoss", better: "smaller", field: "trainLoss", key: "trainLoss" }
      : { ...metric, field: "validation", key: metricField("validation", metric) };
  const ranked = rankedBy(criterion, configurations);
  const valuesOf = ({ runs }: ConfigurationResult) =>
    runs.map(({ result }) => ({ seed: result.seed, value: criterionValue(result, criterion) }));
  const [best = null, second = null] = ranked.filter(({ status }) => status === "complete");
  const difference = best === null || second === null ? null : differenceOverSeeds(valuesOf(second), valuesOf(best));
  return { metric, criterion, configurations, ranked, best, second, difference, failed };
}

/** The value by which a run is chosen. */
export function criterionValue(result: RunResult, { field }: Criterion): number | null {
  return field === "trainLoss" ? result.trainLoss : primaryResult(result).validation;
}

const order: readonly ConditionStatus[] = ["complete", "incomplete", "diverged"];

function rankedBy(criterion: Criterion, results: readonly ConfigurationResult[]): ConfigurationResult[] {
  const sign = criterion.better === "smaller" ? 1 : -1;
  const cost = ({ summary }: ConfigurationResult): number => {
    const { mean } = summary[criterion.field];
    return mean === null ? Number.MAX_VALUE : sign * mean;
  };
  return [...results].sort(
    (one, other) => order.indexOf(one.status) - order.indexOf(other.status) || cost(one) - cost(other),
  );
}
